"""Take the verdicts of a run into the claims ledger, and write the claims page.

    tlwidgets run --out build/run            # profile cpu, all lessons or some
    python tools/claims.py build/run/report.json

Writes tlwidgets/course/claims_measured.json and docs/claims.md. Look at the difference before you commit it: a verdict
that has changed is news. Without a report, only the page is written again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tlwidgets.course import claims, content

TOP = Path(__file__).resolve().parents[1]
MEASURED = TOP / "tlwidgets" / "course" / "claims_measured.json"
PAGE = TOP / "docs" / "claims.md"


def take(report: dict, measured: dict) -> dict:
    """Return the measured part of the ledger with the lessons of a report in it."""
    if report["profile"] != "cpu":
        raise SystemExit(f"the ledger holds figures of profile cpu, not {report['profile']}.")
    failed = [n["name"] for n in report["notebooks"] if n["outcome"] != "passed"]
    if failed:
        raise SystemExit(f"{', '.join(failed)} did not run to the end: nothing was taken.")
    notebooks = {**measured["notebooks"], **{n["name"]: n["claims"] for n in report["notebooks"]}}
    return {
        "profile": "cpu",
        "versions": report["versions"],
        "notebooks": {name: notebooks[name] for name in content.lesson_names() if notebooks.get(name)},
    }


def main() -> None:
    """Bring ledger and page up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, nargs="?")
    args = parser.parse_args()
    if args.report:
        measured = json.loads(MEASURED.read_text("utf-8")) if MEASURED.exists() else {"notebooks": {}}
        found = take(json.loads(args.report.read_text("utf-8")), measured)
        MEASURED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(claims.as_markdown(claims.ledger()), "utf-8")


if __name__ == "__main__":
    main()
