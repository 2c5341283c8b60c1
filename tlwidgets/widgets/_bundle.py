"""Puts the modules of a widget into the one module that anywidget takes, and its style sheets into one.

A widget's JavaScript is written as plain ES modules: ``feature_map/feature_map.js`` imports from its own folder
(``./_hit.js``), from what widgets share (``../_shared.js``) and from other widgets (``../live_curves/live_curves.js``).
Here each module becomes a function that runs once and returns what it exports, so that a name in one module is never
in the way of the same name in another. That needs no Node, neither here nor where the package is installed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ._palette import css_variables

__all__ = ["bundle", "css", "esm"]

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import (\w+|\* as \w+|\{[^}]*\}) from "(\.{1,2}/[\w./-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:(default) |(?=(?:async )?(?:function\*?|class|const) (\w+)))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
# comments that have lines of their own are for those who read the source, not for pages
_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//.*)\n", re.MULTILINE)


class _Module:
    """One source file: its text, what it exports, and what it imports from which files."""

    def __init__(self, path: Path):
        self.path = path
        self.exports: dict[str, str] = {}  # what others call it: what the file calls it
        self.imports: list[tuple[Path, list[str]]] = []
        try:
            text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RuntimeError(f"There is no {path} for a widget to import.") from None
        self.text = _EXPORT.sub(self._export, _IMPORT.sub(self._import, text))
        if left := _LEFT.search(self.text):
            known = 'import { svg } from "../_shared.js"; export function, class, const or default'
            raise RuntimeError(f"{path.name} has a line that cannot be bundled (known: {known}): {left[0]}")

    @property
    def variable(self) -> str:
        """What holds the exports of this file in the bundle."""
        return _variable(self.path)

    def _import(self, match: re.Match[str]) -> str:
        clause, path = match[1], (self.path.parent / match[2]).resolve()
        if clause.startswith("{"):
            self.imports.append((path, [part.split()[0] for part in clause[1:-1].split(",") if part.strip()]))
            inside = re.sub(r"(\w+) as (\w+)", r"\1: \2", clause)
        elif clause.startswith("*"):
            self.imports.append((path, []))
            inside = clause.removeprefix("* as ")
        else:
            self.imports.append((path, ["default"]))
            inside = f"{{ default: {clause} }}"
        return f"const {inside} = {_variable(path)};"

    def _export(self, match: re.Match[str]) -> str:
        self.exports[match[2] or "default"] = match[2] or "$default"
        return "const $default = " if match[1] else ""


_module = cache(_Module)  # what widgets share is read once for all of them


def _variable(path: Path) -> str:
    return re.sub(r"[^\w$]", "_", f"${path.parent.name}${path.stem}")


def _ordered(path: Path, above: tuple[Path, ...] = (), found: dict[Path, _Module] | None = None) -> dict[Path, _Module]:
    """Return a module and all that it imports, each behind what it needs itself."""
    found = {} if found is None else found
    if path in above:
        circle = [part.name for part in (*above[above.index(path) :], path)]
        raise RuntimeError(f"Modules import each other in a circle: {' -> '.join(circle)}.")
    if path not in found:
        module = _module(path)
        for other, names in module.imports:
            exports = _ordered(other, (*above, path), found)[other].exports
            if missing := [name for name in names if name not in exports]:
                raise RuntimeError(f"{path.name} imports {missing[0]}, which {other.name} does not export.")
        found[path] = module
    return found


def bundle(entry: Path) -> str:
    """Return a module and all that it imports as one module, with its default export."""
    entry = entry.resolve()
    modules = _ordered(entry)
    if "default" not in modules[entry].exports:
        raise RuntimeError(f"{entry.name} has no default export for anywidget.")
    parts = []
    for module in modules.values():
        exports = ", ".join(f"{outside}: {inside}" for outside, inside in module.exports.items())
        parts.append(f"const {module.variable} = (() => {{\n{module.text}\nreturn {{ {exports} }};\n}})();\n")
    return f"{''.join(parts)}export default {modules[entry].variable}.default;\n"


def esm(widget: str) -> str:
    """Return the JavaScript module of a widget (the name of its folder) with all that it imports inside."""
    return bundle(_HERE / widget / f"{widget}.js")


def css(widget: str) -> str:
    """Return the style sheet of a widget: palette, shared tokens, its own rules."""
    own = (_HERE / widget / f"{widget}.css").read_text(encoding="utf-8")
    return css_variables() + (_HERE / "_style.css").read_text(encoding="utf-8") + own
