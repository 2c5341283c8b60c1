"""What every widget leaves in a notebook for readers who have no kernel: an image and its words."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from ._cells import at_cell_end

if TYPE_CHECKING:
    from ._figure import StaticFigure

__all__ = ["StaticWidget"]

_LATE = 2.0  # seconds in which a change may follow the word that the focus has left: ipywidgets holds changes back
_KEPT_DISPLAYS = 4  # places of one widget whose saved figure is kept up to date


class StaticWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """An anywidget whose output also holds ``image/png`` and ``text/plain``.

    GitHub, nbconvert, papermill and an editor without the widget manager show these instead of the live view.
    Subclasses say what is shown in words (:meth:`summary`) and draw it (:meth:`static`).
    """

    _alone = traitlets.Bool(False).tag(sync=True)
    """Whether the browser's side is of use without a kernel: an exported page then shows it live."""

    def __init__(self, **traits: Any) -> None:
        self._displays: list[str] = []
        self._refresh_pending = False
        self._browser_is_changing = False
        self._outdated = False
        self._left = float("-inf")  # when the focus left the widget
        super().__init__(**traits)
        self.on_msg(self._on_message)

    def summary(self) -> str:
        """Return in words what the widget shows."""
        raise NotImplementedError

    def static(self) -> StaticFigure:
        """Return what the widget shows as a matplotlib figure with alternative text (``figure.alt``)."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        still_data, still_metadata = self.static()._repr_mimebundle_()
        return {**(data or {}), **still_data}, {**(metadata or {}), **still_metadata}

    def _ipython_display_(self) -> None:
        """Display with an identity, so that the saved figure can follow the widget."""
        from IPython.display import publish_display_data

        display_id = uuid.uuid4().hex
        data, metadata = self._repr_mimebundle_()
        publish_display_data(data, metadata, transient={"display_id": display_id})
        self._displays = [*self._displays, display_id][-_KEPT_DISPLAYS:]

    def show(self) -> None:
        """Show the widget. The same as naming it on the last line of a cell, but works anywhere in a cell."""
        from IPython.display import display

        display(self)  # type: ignore[no-untyped-call]

    def refresh_static(self) -> None:
        """Bring the image in the notebook up to date, at the end of the running cell if there is one.

        A change from the browser waits until the focus leaves the widget: Jupyter replaces the whole view
        when an output is updated, which would tear a slider from the hand that moves it.
        """
        if self._browser_is_changing and time.monotonic() - self._left > _LATE:
            self._outdated = True
        elif self._displays and not self._refresh_pending:
            self._refresh_pending = at_cell_end(self._refresh)
            if not self._refresh_pending:
                self._refresh()

    def _refresh(self) -> None:
        from IPython.display import publish_display_data

        self._refresh_pending = self._outdated = False
        data, metadata = self._repr_mimebundle_()
        for display_id in self._displays:
            publish_display_data(data, metadata, transient={"display_id": display_id}, update=True)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take a change from the browser (ipywidgets calls this)."""
        self._browser_is_changing = True
        try:
            super().set_state(sync_data)
        finally:
            self._browser_is_changing = False

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("kind") == "settled":
            self._left = time.monotonic()
            if self._outdated:
                self.refresh_static()
