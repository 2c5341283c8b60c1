"""What several recipes need: the parts of a network, and a way to leave a model as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...errors import CourseError, unknown
from ...models.surgery import block_of, leaf_layers

__all__ = ["check_examples", "first_of", "part_of", "parts", "unchanged"]


def part_of(name: str) -> str:
    """Return the part that a layer belongs to: its block without the letter (``block4``), or its own name."""
    return re.sub(r"(?<=\d)[a-z]$", "", block_of(name)) or name


def parts(model: Any) -> dict[str, list[Any]]:
    """Return the variables of each part of a built model that has any, input side first, frozen ones included."""
    found: dict[str, list[Any]] = {}
    for layer in leaf_layers(model):
        if layer.weights:
            found.setdefault(part_of(layer.name), []).extend(layer.weights)
    if not found:
        raise CourseError(f"the model {model.name!r} has no weights yet: call it once on a batch of images.")
    return found


def first_of(model: Any, part: str | None) -> int:
    """Return how many leaf layers lie below a part or layer; ``None`` stands for the last part with weights."""
    known = list(parts(model))
    wanted = known[-1] if part is None else part
    for index, layer in enumerate(leaf_layers(model)):
        if wanted == layer.name or (wanted == part_of(layer.name) and layer.weights):
            return index
    raise unknown("layer or block", wanted, known)


def check_examples(x: Any, y: Any) -> None:
    """Refuse inputs and labels that do not belong together."""
    if len(x) != len(y) or len(x) == 0:
        raise CourseError(f"there are {len(x)} examples and {len(y)} labels: give one label for each example.")


@contextmanager
def unchanged(*owners: Any) -> Iterator[None]:
    """Give every variable of models and optimizers its value back at the end, whatever happens inside.

    ``model.variables`` holds the running statistics of BatchNorm and the random state of dropout as well.
    """
    before = [(v, np.asarray(v).copy()) for owner in owners for v in owner.variables]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)
