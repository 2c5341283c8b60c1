"""FreezeSlider and LiveCurves as parts of one widget: their state in the browser lies in the panel's own traits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _bundle
from .._static import StaticWidget
from ..freeze_slider import FreezeSlider
from ..live_curves import LiveCurves

__all__ = ["FREEZE", "LIVE", "FreezePart", "LivePart", "PanelBase", "css", "mirror", "state"]

FREEZE, LIVE = "_freeze_", "_curves_"
"""What stands before the names of the parts' traits in the panel."""

_WIDGETS = Path(__file__).parent.parent


class FreezePart(FreezeSlider):
    """A FreezeSlider without a wire of its own."""

    def open(self) -> None:
        """Nothing goes to the browser from here."""


class LivePart(LiveCurves):
    """LiveCurves without a wire of their own; new points go out through ``post``."""

    post: Callable[..., None] | None = None

    def open(self) -> None:
        """Nothing goes to the browser from here."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send through the panel."""
        if self.post is not None:
            self.post(content, buffers)


def _names(widget: type[Any]) -> list[str]:
    """Return the names of the synchronised traits that a widget defines itself."""
    # the panel compiles by itself, so FreezeSlider's "compile again" has no place in it
    return [name for name in widget.class_own_traits(sync=True) if name not in ("_alone", "_stale")]


def _mirrored(widget: type[Any], prefix: str) -> dict[str, Any]:
    traits = widget.class_traits()
    return {prefix + name: copy.copy(traits[name]) for name in _names(widget)}


if TYPE_CHECKING:
    PanelBase = StaticWidget
else:
    PanelBase = type(StaticWidget)(
        "PanelBase", (StaticWidget,), {**_mirrored(FreezeSlider, FREEZE), **_mirrored(LiveCurves, LIVE)}
    )


def state(freeze: FreezePart, curves: LivePart) -> dict[str, Any]:
    """Return the state of the parts by the names of the panel's traits."""
    own = {FREEZE + name: getattr(freeze, name) for name in _names(FreezeSlider)}
    return {**own, **{LIVE + name: getattr(curves, name) for name in _names(LiveCurves)}}


def mirror(part: FreezePart | LivePart, panel: Any, prefix: str) -> None:
    """Keep the traits of a part and those of the panel equal, whichever side changes."""
    names = _names(FreezeSlider if isinstance(part, FreezePart) else LiveCurves)

    def down(change: Any) -> None:
        name = change["name"].removeprefix(prefix)
        setattr(part, name, change["new"])
        if getattr(part, name) != change["new"]:  # the part knows the limits
            setattr(panel, change["name"], getattr(part, name))

    part.observe(lambda change: setattr(panel, prefix + change["name"], change["new"]), names)
    panel.observe(down, [prefix + name for name in names])


def css() -> str:
    """Return the style of the panel, with those of the parts inside."""
    own = [(_WIDGETS / w / f"{w}.css").read_text(encoding="utf-8") for w in ("live_curves", "training_panel")]
    return _bundle.css("freeze_slider") + "".join(own)
