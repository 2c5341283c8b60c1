"""What anywidget gets from the modules of a widget; that the result runs is shown by the browser tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tlwidgets.widgets import _bundle
from tlwidgets.widgets._bundle import bundle

WIDGETS = sorted(p.name for p in Path(_bundle.__file__).parent.iterdir() if (p / f"{p.name}.js").exists())


@pytest.fixture
def write(tmp_path):
    """Write modules {path: text} and return the path of `widget/widget.js`."""

    def put(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.js"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return tmp_path / "widget" / "widget.js"

    return put


def run(entry: Path, tmp_path: Path) -> object:
    """Return what the default export of a bundle returns."""
    (tmp_path / "bundle.js").write_text(bundle(entry))
    (tmp_path / "run.js").write_text('import f from "./bundle.js";\nconsole.log(JSON.stringify(f()));\n')
    deno = [sys.executable, "-m", "deno", "run", "--no-remote", "--no-config", str(tmp_path / "run.js")]
    return json.loads(subprocess.run(deno, capture_output=True, text=True, check=True).stdout)


def test_modules_keep_their_own_names(write, tmp_path):
    entry = write(
        shared="const size = 1;\nexport function f() {\n  return size;\n}\nexport const g = () => f() + 1;\n",
        widget___part='import { f as shared } from "../shared.js";\n'
        "const size = 10;\nexport async function later() {}\nexport class Box {\n  f = () => shared() + size;\n}\n",
        other__other='import { g } from "../shared.js";\n\nexport default () => g();\n',
        widget__widget='import {\n  f,\n  g,\n} from "../shared.js";\n'
        'import * as part from "./_part.js";\nimport other from "../other/other.js";\nconst size = 100;\n'
        "export default () => [size, f(), g(), new part.Box().f(), other()];\n",
    )
    assert run(entry, tmp_path) == [100, 1, 2, 11, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('import { b } from "./_part.js";\nexport default 1;\n', "widget.js imports b, which _part.js does not export"),
        ('import part from "./_part.js";\nexport default 1;\n', "imports default, which _part.js does not export"),
        ('import { a } from "./_gone.js";\nexport default 1;\n', "There is no .*_gone.js"),
        ('import { a } from "npm:d3";\nexport default 1;\n', 'widget.js has a line .*: import { a } from "npm:d3"'),
        ("export let a = 1;\nexport default 1;\n", "widget.js has a line .*: export let a = 1;"),
        ('export * from "./_part.js";\nexport default 1;\n', "widget.js has a line .*: export . from"),
        ("export const a = 1;\n", "widget.js has no default export"),
        ('import { c } from "./_round.js";\nexport default 1;\n', "_round.js -> _trip.js -> _round.js"),
    ],
)
def test_what_cannot_be_bundled_is_said_when_it_is_built(write, text, words):
    entry = write(
        widget___part="export const a = 1;\n",
        widget___round='import { d } from "./_trip.js";\nexport const c = 1;\n',
        widget___trip='import { c } from "./_round.js";\nexport const d = 1;\n',
        widget__widget=text,
    )
    with pytest.raises(RuntimeError, match=words):
        bundle(entry)


def test_no_source_is_left_out_of_a_check():
    """Types and the length of functions are checked in all of them: a line that lets a file out would go unnoticed."""
    top = Path(__file__).resolve().parents[2]
    sources = [path for folder in ("tlwidgets", "tests/js", "tools") for path in (top / folder).rglob("*.[jt]s")]
    assert len(sources) > len(WIDGETS)
    marks = ("@ts-nocheck", "@ts-ignore", "@ts-expect-error", "deno-lint-ignore-file", "house/function-length")
    allowed = {path: {mark for mark in marks if mark in path.read_text(encoding="utf-8")} for path in sources}
    assert {path.name: found for path, found in allowed.items() if found} == {}


@pytest.mark.parametrize("widget", WIDGETS)
def test_bundles_are_one_module_without_imports(widget):
    text = _bundle.esm(widget)
    assert "import {" not in text
    assert text.count("export ") == text.count("export default ") == 1
    assert text.count("function html(") == 1
