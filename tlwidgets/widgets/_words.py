"""Widgets that are words rather than images: what they leave in a notebook for readers who have no kernel."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

__all__ = ["WordsWidget"]


class WordsWidget(anywidget.AnyWidget):
    """An anywidget whose output also holds its words as ``text/plain`` and ``text/html``."""

    _alone = traitlets.Bool(False).tag(sync=True)
    """Whether the browser's side is of use without a kernel: an exported page then shows it live."""

    def summary(self) -> str:
        """Return what is asked and what was answered, in words."""
        raise NotImplementedError

    def as_html(self) -> str:
        """Return the same as HTML that needs no script. Whatever comes from outside is escaped."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": self.summary(), "text/html": self.as_html()}, metadata or {}
