"""A slider over figures that are drawn beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from ...errors import CourseError, unknown
from .._bundle import css, esm
from .._figure import StaticFigure, png
from .._static import StaticWidget

__all__ = ["FigureSlider"]


class FigureSlider(StaticWidget):
    """Show one of several figures; the handle changes it at once, without asking the kernel.

    Parameters
    ----------
    figures : mapping of str to StaticFigure
        Figures of one size by name, in order. Each figure's ``alt`` is its description.
    label : str
        What the names are, for example ``"Block"``.
    value : str
        Name of the figure shown first; the last one by default.
    """

    _esm = esm("figure_slider")
    _css = css("figure_slider")
    _alone = traitlets.Bool(True).tag(sync=True)
    label = traitlets.Unicode("Figure").tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    _images = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _words = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, figures: Mapping[str, StaticFigure], *, label: str = "Figure", value: str | None = None) -> None:
        if not figures:
            raise CourseError("a FigureSlider needs one figure or more.")
        names = list(figures)
        if value is not None and value not in figures:
            raise unknown(label.lower(), value, names)
        self._figures = dict(figures)
        super().__init__(
            label=label,
            names=names,
            value=names[-1] if value is None else value,
            _images=[png(figure) for figure in figures.values()],
            _words=[figure.alt for figure in figures.values()],
        )
        self.observe(lambda _: self.refresh_static(), "value")

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; a name that is not known is left out."""
        known = {k: v for k, v in sync_data.items() if k != "value" or v in self.names}
        super().set_state(known)

    @traitlets.validate("value")
    def _known(self, proposal: Any) -> str:
        if proposal["value"] not in self.names:
            raise unknown(self.label.lower(), proposal["value"], self.names)
        return str(proposal["value"])

    def summary(self) -> str:
        """Return the name of the figure that is shown and what it shows."""
        return f"{self.label} {self.value}: {self._figures[self.value].alt}"

    def static(self) -> StaticFigure:
        """Return the figure that is shown."""
        return self._figures[self.value]
