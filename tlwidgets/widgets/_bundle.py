"""Puts the shared pieces in front of a widget's own JavaScript and CSS.

anywidget takes one module and one style sheet per widget and there is no bundler here, so the sources import
from ``../_shared.js`` and its neighbours as plain ES modules, and this module replaces such a line by the
file's text.
"""

from __future__ import annotations

import re
from pathlib import Path

from ._palette import css_variables

__all__ = ["css", "esm"]

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.\.?/(_\w+)\.js";\n', re.MULTILINE)


def _inline(text: str, done: set[str]) -> str:
    """Replace the imports of shared files by their text; each file comes in once, before it is used."""

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name in done:
            return ""
        done.add(name)
        shared = (_HERE / f"{name}.js").read_text(encoding="utf-8")
        return re.sub(r"^export ", "", _inline(shared, done), flags=re.MULTILINE) + "\n"

    return _IMPORT.sub(put, text)


def esm(widget: str) -> str:
    """Return the JavaScript module of a widget (the name of its folder) with the shared helpers inside."""
    text = _inline((_HERE / widget / f"{widget}.js").read_text(encoding="utf-8"), set())
    left = re.search(r"^import .*", text, re.MULTILINE)
    if left:
        raise RuntimeError(f"{widget}.js can only import shared files, as in {{ svg }} from ../_shared.js: {left[0]}")
    return text


def css(widget: str) -> str:
    """Return the style sheet of a widget: palette, shared tokens, its own rules."""
    own = (_HERE / widget / f"{widget}.css").read_text(encoding="utf-8")
    return css_variables() + (_HERE / "_style.css").read_text(encoding="utf-8") + own
