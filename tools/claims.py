"""Take what runs of the lessons measured into the course, and write the claims page.

    tlwidgets run --profile cpu --out build/cpu       # all lessons or some, on a machine that does nothing else
    tlwidgets run --profile smoke --out build/smoke
    python tools/claims.py build/cpu/report.json build/smoke/report.json

Writes measured.json of each lesson (verdicts and figures of profile cpu; seconds and peak memory of every profile) and
docs/claims.md. Look at the difference before you commit it: a verdict that has changed is news. Without a report,
only the page is written again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tlwidgets.course import claims, content

TOP = Path(__file__).resolve().parents[1]
LESSONS = TOP / "tlwidgets" / "lessons"
PAGE = TOP / "docs" / "claims.md"


def take(report: dict[str, Any]) -> None:
    """Put what a report says of a lesson into the folder of the lesson."""
    failed = [n["name"] for n in report["notebooks"] if n["outcome"] != "passed"]
    if failed:
        raise SystemExit(f"{', '.join(failed)} did not run to the end: nothing was taken.")
    lessons = {content.read(name).notebook: name for name in content.lesson_names()}
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
        path = LESSONS / name / "measured.json"
        path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Bring measurements and page up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", type=Path, nargs="*")
    for path in parser.parse_args().reports:
        take(json.loads(path.read_text("utf-8")))
    PAGE.write_text(claims.as_markdown(claims.ledger()), "utf-8")


if __name__ == "__main__":
    main()
