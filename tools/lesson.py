"""Lay out a new lesson that runs and passes its tests, ready to be written.

    python tools/lesson.py NAME [--title TITLE] [--number N]         # or: make lesson NAME=...

NAME says what the lesson is about, in lower case: ``few_labels``. It writes the lesson's folder, its notebook, its
assignment and its test from ``tools/lesson_template``, measures its experiment, runs it in the profiles smoke and cpu,
and brings README's table, the links between lessons and the claims page up to date. No file that is there is touched
otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
TEMPLATE = TOP / "tools" / "lesson_template"


def places(name: str, number: int) -> dict[str, str]:
    """Return beginnings of paths: below the template → below the top of the repository."""
    return {
        "notebook.ipynb": f"notebooks/{number:02}_{name}.ipynb",
        "lesson": f"tlwidgets/lessons/{name}",
        "assignment": f"assignments/{name}",
        "test.py": f"tests/lessons/test_{name}.py",
    }


def files(name: str, title: str, number: int) -> dict[str, str]:
    """Return path below the top of the repository → what is to be in it."""
    words = {"name": name, "title": title, "number": str(number)}

    def filled(text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], text)

    written = {}
    for source in sorted(TEMPLATE.rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            first, *rest = source.relative_to(TEMPLATE).parts
            path = "/".join([places(name, number)[first], *rest])
            written[filled(path)] = filled(source.read_text("utf-8"))
    return written


def numbers() -> dict[int, str]:
    """Return number → name of the lessons that there are."""
    found = (TOP / "tlwidgets" / "lessons").glob("*/lesson.toml")
    return {tomllib.loads(path.read_text("utf-8"))["number"]: path.parent.name for path in found}


def lay_out(name: str, title: str, number: int | None) -> int:
    """Write the files; return the lesson's number. Nothing is written if anything is in the way."""
    there = numbers()
    number = max(there) + 1 if number is None else number
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SystemExit(f"{name!r} is no name for a lesson: use lower-case words joined by _, such as few_labels.")
    if name in there.values():
        raise SystemExit(f"a lesson {name} is there already; choose another name.")
    if number in there or not 0 <= number < 100:
        raise SystemExit(f"{number} is taken by {there[number]}." if number in there else f"{number} is not in 0 … 99.")
    if '"' in title or "\\" in title:
        raise SystemExit("A title has neither double quotes nor backslashes.")
    new = files(name, title, number)
    taken = [path for path in new if (TOP / path).exists()]
    if taken:
        raise SystemExit(f"{taken[0]} is there already; choose another name, or delete what is left of an old one.")
    for path, text in new.items():
        (TOP / path).parent.mkdir(parents=True, exist_ok=True)
        (TOP / path).write_text(text, "utf-8")
        print(path)
    return number


def measure(name: str) -> None:
    """Measure the experiment, run the lesson, and write the pages that are generated."""
    environment = {**os.environ, "PYTHONPATH": str(TOP), "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2"}
    out = TOP / "build" / "lesson" / name
    tlwidgets = [sys.executable, "-m", "tlwidgets"]
    profiles = ("smoke", "cpu")
    steps = [[*tlwidgets, "measure", name]]
    steps += [[*tlwidgets, "run", name, "--profile", p, "--out", str(out / p)] for p in profiles]
    steps += [[sys.executable, str(TOP / "tools" / "pages.py"), *(str(out / p / "report.json") for p in profiles)]]
    for step in steps:
        if subprocess.run(step, cwd=TOP, env=environment).returncode:
            raise SystemExit(f"'{' '.join(step[1:])}' did not end well: mend it, and run it again with those after it.")


def main() -> None:
    """Lay out a lesson, and measure it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="name of its folder")
    parser.add_argument("--title", help="of the notebook (default: the name, with spaces)")
    parser.add_argument("--number", type=int, help="place in the course (default: after the last one)")
    options = parser.parse_args()
    title = options.title or options.name.replace("_", " ").capitalize()
    lay_out(options.name, title, options.number)
    measure(options.name)
    print(json.dumps({"lesson": options.name, "next": "write it; docs/writing-a-lesson.md says how"}))


if __name__ == "__main__":
    main()
