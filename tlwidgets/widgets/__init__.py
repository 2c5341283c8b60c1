"""Widgets: one folder each, with its Python, its JavaScript and its style. They load on first use."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "FigureSlider": "figure_slider",
    "FreezeSlider": "freeze_slider",
    "LiveCurves": "live_curves",
    "Predict": "predict",
    "Quiz": "quiz",
}

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'tlwidgets.widgets' has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *_WHERE]
