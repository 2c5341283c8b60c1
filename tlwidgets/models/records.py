"""What is known about a pretrained network before it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["Backbone"]


@dataclass(frozen=True)
class Backbone:
    """One network of the registry."""

    name: str
    title: str
    params: int
    """Parameters without the classification layer."""
    input_size: int
    """Height and width in pixels that it was trained with."""
    smallest_input: int
    largest_input: int
    input_range: str
    """What it takes."""
    preprocessing: str
    """What its first layers do to that."""
    trained_on: str
    license: str
    """License of the weights."""
    source: str
    credit: str
    sha256: dict[str, str]
    """Checksums of the embedded files."""
    measured: dict[str, float]
    """Accuracies (0 … 1) that this project measured, by what was measured."""
    _build: Callable[..., Any]
    """``_build(size, weights, top, download)`` returns the model; ``weights`` is a name of ``weights`` or None."""
    weights: tuple[str, ...] = ("imagenet",)
    """Names of the weight sets, the default first."""
    has_top: bool = True
    """Whether it can end in the classes of the source."""
    embedded: bool = True
    """Whether the weights come with the package; if not, they are downloaded when asked."""
    megabytes: float = 0.0
    """Size of the weights without the classification layer: on disk if embedded, else about what is downloaded."""
    md5: dict[str, str] = field(default_factory=dict)
    """MD5 that Keras publishes for the downloads, by file name; empty where it publishes none."""
    published: dict[str, float] = field(default_factory=dict)
    """Accuracies (0 … 1) that others published and nobody measured here, by what was measured."""
    published_in: str = ""
    """Where they were published."""
    sizes: tuple[int, ...] = ()
    """Input sizes that have weights of their own; empty if one set serves all sizes."""

    def to_json(self) -> dict[str, Any]:
        """Return the public fields as plain JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if not f.name.startswith("_")}
        return {
            k: list(v) if isinstance(v, tuple) else dict(v) if isinstance(v, dict) else v for k, v in values.items()
        }
