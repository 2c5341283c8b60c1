"""Write what is generated: README's table of lessons, the links at the end of each lesson, and the claims page.

    python tools/pages.py                  # or: make pages
    tlwidgets run --profile cpu --out build/cpu       # all lessons or some, on a machine that does nothing else
    tlwidgets run --profile smoke --out build/smoke
    python tools/pages.py build/cpu/report.json build/smoke/report.json

A report of a run also brings measured.json of each lesson up to date: verdicts and figures of profile cpu, seconds and
peak memory of every profile. Look at the difference before you commit it: a verdict that has changed is news.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from tlwidgets.course import claims, content

TOP = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- lessons: written by tools/pages.py -->", "<!-- end of lessons -->"


def take(report: dict[str, Any], top: Path = TOP) -> None:
    """Put what a report says of a lesson into the folder of the lesson."""
    failed = [n["name"] for n in report["notebooks"] if n["outcome"] != "passed"]
    if failed:
        raise SystemExit(f"{', '.join(failed)} did not run to the end: nothing was taken.")
    lessons = {lesson.notebook: lesson.name for lesson in content.lessons()}
    profile = report["profile"]
    for run in report["notebooks"]:
        name = lessons.get(run["name"])
        if name is None:
            continue
        old = content.measured(name)
        took = {"seconds": round(run["seconds"]), "peak_memory_mb": round(run["peak_memory_mb"])}
        runs = {**old["runs"], profile: took}
        new = {
            "versions": report["versions"],
            "runs": {p: runs[p] for p in content.PROFILES if p in runs},
            "claims": run["claims"] if profile == "cpu" else old["claims"],
        }
        path = top / "tlwidgets" / "lessons" / name / "measured.json"
        path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _link(lesson: content.Content, folder: str = "") -> str:
    return f"[{lesson.number:02} {lesson.title}]({folder}{lesson.notebook}.ipynb)"


def table() -> str:
    """Return README's table of lessons."""
    rows = [f"| {_link(lesson, 'notebooks/')} | {lesson.goal} | {lesson.measures} |" for lesson in content.lessons()]
    return "\n".join(["| lesson | afterwards you can | what it measures |", "|---|---|---|", *rows])


def way_on(name: str) -> str:
    """Return the last line of a lesson: what it rests on, and which lesson follows."""
    lessons = content.lessons()
    here = next(i for i, lesson in enumerate(lessons) if lesson.name == name)
    back = [_link(lesson) for lesson in lessons if lesson.name in lessons[here].needs]
    parts = [f"**Back to:** {' · '.join(back)}."] if back else []
    if here + 1 < len(lessons):
        following = lessons[here + 1]
        parts.append(f"**Next:** {_link(following)}: {following.goal}.")
    return " ".join(parts)


def pages(top: Path = TOP) -> dict[Path, str]:
    """Return file → what should be in it."""
    readme = (top / "README.md").read_text("utf-8")
    before, rest = readme.split(BEGIN)
    found = {
        top / "README.md": f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}",
        top / "docs" / "claims.md": claims.as_markdown(claims.ledger()),
    }
    for lesson in content.lessons():
        path = top / "notebooks" / f"{lesson.notebook}.ipynb"
        raw = json.loads(path.read_text("utf-8"))
        last = raw["cells"][-1]
        text = re.split(r"\n+\*\*(?:Back to|Next):\*\*", "".join(last["source"]))[0]
        last["source"] = f"{text}\n\n{way_on(lesson.name)}".splitlines(keepends=True)
        found[path] = json.dumps(raw, indent=1, ensure_ascii=False) + "\n"
    return found


def main() -> None:
    """Bring measurements and pages up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", type=Path, nargs="*", metavar="REPORT")
    for path in parser.parse_args().reports:
        take(json.loads(path.read_text("utf-8")))
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
