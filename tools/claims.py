"""Take what runs of the lessons measured into the course, and write the claims page.

    tlwidgets run --profile cpu --out build/cpu       # all lessons or some, on a machine that does nothing else
    tlwidgets run --profile smoke --out build/smoke
    python tools/claims.py build/cpu/report.json build/smoke/report.json

Writes tlwidgets/course/measured.json (verdicts and figures of profile cpu; seconds and peak memory of every profile)
and docs/claims.md. Look at the difference before you commit it: a verdict that has changed is news. Without a report,
only the page is written again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tlwidgets.course import claims, content

TOP = Path(__file__).resolve().parents[1]
MEASURED = TOP / "tlwidgets" / "course" / "measured.json"
PAGE = TOP / "docs" / "claims.md"


def take(report: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    """Return the measurements with those of a report in the place of older ones."""
    failed = [n["name"] for n in report["notebooks"] if n["outcome"] != "passed"]
    if failed:
        raise SystemExit(f"{', '.join(failed)} did not run to the end: nothing was taken.")
    names = content.lesson_names()
    new = {n["name"]: n for n in report["notebooks"] if n["name"] in names}
    took = {k: {"seconds": round(n["seconds"]), "peak_memory_mb": round(n["peak_memory_mb"])} for k, n in new.items()}
    profile = report["profile"]
    runs = {**measured["runs"], profile: {**measured["runs"].get(profile, {}), **took}}
    found = measured["claims"]
    if profile == "cpu":
        found = {**found, **{name: n["claims"] for name, n in new.items()}}
    return {
        "versions": report["versions"],
        "runs": {p: {k: runs[p][k] for k in names if k in runs[p]} for p in content.PROFILES if p in runs},
        "claims": {k: found[k] for k in names if found.get(k)},
    }


def main() -> None:
    """Bring measurements and page up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", type=Path, nargs="*")
    measured = content.measured()
    for path in parser.parse_args().reports:
        measured = take(json.loads(path.read_text("utf-8")), measured)
    MEASURED.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(claims.as_markdown(claims.ledger()), "utf-8")


if __name__ == "__main__":
    main()
