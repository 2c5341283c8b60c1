"""Puts the shared pieces in front of a widget's own JavaScript and CSS.

anywidget takes one module and one style sheet per widget and there is no bundler here, so the sources import
from ``../_shared.js`` as plain ES modules and this module replaces that one line by the file's text.
"""

from __future__ import annotations

import re
from pathlib import Path

from ._palette import css_variables

__all__ = ["css", "esm"]

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.\./_shared\.js";\n', re.MULTILINE)


def esm(widget: str) -> str:
    """Return the JavaScript module of a widget (the name of its folder) with the shared helpers inside."""
    own = (_HERE / widget / f"{widget}.js").read_text(encoding="utf-8")
    shared = re.sub(r"^export ", "", (_HERE / "_shared.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
    text, found = _IMPORT.subn(lambda _: shared + "\n", own)
    if found != 1:
        raise RuntimeError(f"{widget}.js should have exactly one import of ../_shared.js")
    return text


def css(widget: str) -> str:
    """Return the style sheet of a widget: palette, shared tokens, its own rules."""
    own = (_HERE / widget / f"{widget}.css").read_text(encoding="utf-8")
    return css_variables() + (_HERE / "_style.css").read_text(encoding="utf-8") + own
