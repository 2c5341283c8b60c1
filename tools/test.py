"""Everything that `make test` runs, one step after the other; ends with a count of all tests.

python tools/test.py [lint] [PYTEST ARGUMENT ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build"
DENO = [sys.executable, "-m", "deno"]
LINT = {
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."],
    "types": [sys.executable, "-m", "mypy"],
    "spelling": [sys.executable, "-m", "codespell_lib"],
    # deno comes from PyPI and asks no network; what these steps look at stands in deno.json
    "lint of JavaScript": [*DENO, "lint", "--quiet"],
    "format of JavaScript": [*DENO, "fmt", "--check", "--quiet"],
    "types of JavaScript": [*DENO, "check", "--quiet", "tlwidgets", "tests/js", "tools"],
}
# A fixed hash seed keeps the order of sets out of comparisons between runs.
ENVIRONMENT = {
    **os.environ,
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONHASHSEED": "0",
    "DENO_NO_UPDATE_CHECK": "1",
}


def step(name: str, command: list[str]) -> bool:
    """Run one command and say how it went."""
    print(f"\n== {name}", flush=True)
    start = time.monotonic()
    good = subprocess.run(command, cwd=TOP, env=ENVIRONMENT).returncode == 0
    print(f"== {name}: {'ok' if good else 'FAILED'} ({time.monotonic() - start:.0f} s)", flush=True)
    return good


def pytest(report: str, *arguments: str) -> list[str]:
    """Return a pytest command that also writes a JUnit file."""
    return [sys.executable, "-m", "pytest", f"--junitxml={BUILD / report}", "--durations=8", *arguments]


def counts(*reports: str) -> dict[str, int]:
    """Add up the JUnit files."""
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for report in reports:
        path = BUILD / report
        if not path.exists():
            continue
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            total["failed"] += failed
            total["skipped"] += skipped
            total["passed"] += int(suite.get("tests", 0)) - failed - skipped
    return total


def main() -> int:
    """Run the steps; every step runs, whatever the ones before did."""
    BUILD.mkdir(exist_ok=True)
    only_lint = sys.argv[1:] == ["lint"]
    results = {name: step(name, command) for name, command in LINT.items()}
    if not only_lint:
        reports = ("tests.xml", "nbval.xml", "javascript.xml")
        for report in reports:
            (BUILD / report).unlink(missing_ok=True)
        javascript = [
            *DENO,
            "test",
            "--no-remote",
            "--no-check",
            f"--junit-path={BUILD / 'javascript.xml'}",
            "tests/js",
        ]
        results["tests of JavaScript"] = step("tests of JavaScript", javascript)
        # tests/lessons runs every notebook in profile smoke and leaves them in build/smoke for nbval
        results["tests"] = step("tests", pytest("tests.xml", *(sys.argv[1:] or ["tests"])))
        if not sys.argv[1:]:
            executed = sorted(str(p) for p in (BUILD / "smoke").glob("[0-9]*.ipynb"))
            # nbval runs the executed notebooks once more and compares every output: same seed, same numbers
            results["nbval"] = bool(executed) and step(
                "nbval",
                pytest(
                    "nbval.xml",
                    "--nbval",
                    "--nbval-sanitize-with=tests/nbval.cfg",
                    "-q",
                    "-p",
                    "no:cacheprovider",
                    *executed,
                ),
            )
        total = counts(*reports)
    failed = [name for name, good in results.items() if not good]
    print("\n" + (f"failed: {', '.join(failed)}" if failed else "all steps passed"))
    if not only_lint:
        print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
