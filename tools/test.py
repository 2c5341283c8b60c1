"""Everything that `make test` runs; ends with the minutes by part and a count of all tests.

python tools/test.py [lint | check | all | weekly] [--coverage] [PYTEST ARGUMENT ...]

lint: style, types and spelling alone.
check: these, and every test that needs no browser, kernel or sandbox and is quick: what one runs after a change.
all (what `make test` and CI run): every test but those for which once a week is enough; weekly: those too.
TLWIDGETS_WORKERS says how many processes run tests side by side (one more than there are cores).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build"
REPORTS = {"tests": BUILD / "tests.xml", "javascript": BUILD / "javascript.xml"}
DENO = [sys.executable, "-m", "deno"]
LINT = {
    "types": [sys.executable, "-m", "mypy"],
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."],
    "spelling": [sys.executable, "-m", "codespell_lib"],
    # deno comes from PyPI and asks no network; what these steps look at stands in deno.json
    "lint of JavaScript": [*DENO, "lint", "--quiet"],
    "format of JavaScript": [*DENO, "fmt", "--check", "--quiet"],
    "types of JavaScript": [*DENO, "check", "--quiet", "tlwidgets", "tests/js", "tools"],
}
QUICK = "not (browser or kernel or notebook or sandbox or slow)"
# A fixed hash seed keeps the order of sets out of comparisons between runs.
ENVIRONMENT = {
    **os.environ,
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONHASHSEED": "0",
    "DENO_NO_UPDATE_CHECK": "1",
}


@dataclass
class Part:
    """A row of the table of minutes."""

    seconds: float = 0.0
    tests: int = 0


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def workers() -> str:
    """Return how many processes run tests side by side."""
    return os.environ.get("TLWIDGETS_WORKERS") or str(min(cores() + 1, 8))  # one more: a browser mostly waits


def lint() -> dict[str, tuple[bool, float]]:
    """Run the checks of the text, side by side; return name → whether it went well, and seconds."""

    def one(name: str) -> tuple[bool, float]:
        start = time.monotonic()
        done = subprocess.run(
            LINT[name], cwd=TOP, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        good, seconds = done.returncode == 0, time.monotonic() - start
        said = "" if good else f"\n{done.stdout.rstrip()}"
        print(f"== {name}: {'ok' if good else 'FAILED'} ({seconds:.0f} s){said}", flush=True)
        return good, seconds

    with ThreadPoolExecutor(cores()) as pool:
        return dict(zip(LINT, pool.map(one, LINT), strict=True))


def run_javascript() -> bool:
    """Run the tests of JavaScript."""
    command = [
        *DENO,
        "test",
        "--quiet",
        "--no-remote",
        "--no-check",
        f"--junit-path={REPORTS['javascript']}",
        "tests/js",
    ]
    return subprocess.run(command, cwd=TOP, env=ENVIRONMENT).returncode == 0


def run_tests(what: str, coverage: bool, arguments: list[str]) -> bool:
    """Run pytest; what is long is spread over the workers first."""
    command = [sys.executable, "-m", "pytest", f"--junitxml={REPORTS['tests']}", "--durations=12", "-q"]
    command += ["-n", workers(), "--dist", "loadgroup"]
    command += ["-m", QUICK] if what == "check" else []
    command += ["--weekly"] if what == "weekly" else []
    command += ["--cov", "--cov-report="] if coverage else []
    return subprocess.run([*command, *(arguments or ["tests"])], cwd=TOP, env=ENVIRONMENT).returncode == 0


def results() -> tuple[dict[str, int], dict[str, Part]]:
    """Return the counts, and the parts (folders below tests) with their tests and seconds."""
    total = {"passed": 0, "failed": 0, "skipped": 0}
    parts: dict[str, Part] = defaultdict(Part)
    for kind, report in REPORTS.items():
        for case in ElementTree.parse(report).getroot().iter("testcase") if report.exists() else ():
            names = case.get("classname", "").split(".")
            folder = "js" if kind == "javascript" else names[1] if len(names) > 2 else "*.py"
            part = parts[f"tests/{folder}"]
            part.seconds += float(case.get("time", 0))
            part.tests += 1
            tags = {child.tag for child in case}
            total["failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"] += 1
    return total, parts


def print_table(parts: dict[str, Part], wall: float) -> None:
    """Print the minutes of each part; parts run side by side, so together they are more than the whole."""
    print(f"\n{'part':<16}{'tests':>7}{'minutes':>9}")
    for name, part in sorted(parts.items(), key=lambda item: -item[1].seconds):
        print(f"{name:<16}{part.tests or '':>7}{part.seconds / 60:>9.1f}")
    print(f"{'by the clock':<16}{sum(p.tests for p in parts.values()):>7}{wall / 60:>9.1f}")


def print_coverage() -> None:
    """Print the share of lines that were run, for each room."""
    subprocess.run([sys.executable, str(TOP / "tools" / "coverage_by_room.py")], cwd=TOP, check=False)


def main() -> int:
    """Run the steps; every step runs, whatever the ones before did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=["lint", "check", "all", "weekly"])
    parser.add_argument("--coverage", action="store_true", help="say which share of each room's lines was run")
    options, arguments = parser.parse_known_args()
    BUILD.mkdir(exist_ok=True)
    for report in REPORTS.values():
        report.unlink(missing_ok=True)
    start = time.monotonic()
    checked = lint()
    failed = [name for name, (good, _) in checked.items() if not good]
    if options.what != "lint":
        if not arguments and not run_javascript():
            failed.append("tests of JavaScript")
        if not run_tests(options.what, options.coverage, arguments):
            failed.append("tests")
        total, parts = results()
        if options.coverage:
            print_coverage()
        rows = {name: Part(seconds) for name, (_, seconds) in checked.items()}
        print_table({**rows, **parts}, time.monotonic() - start)
    print("\n" + (f"failed: {', '.join(failed)}" if failed else "all steps passed"))
    if options.what != "lint":
        print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
