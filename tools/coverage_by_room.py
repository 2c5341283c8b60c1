"""Print the share of lines that the tests have run, for each room of the package.

python tools/coverage_by_room.py, after `make coverage`
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path, PurePosixPath

TOP = Path(__file__).resolve().parents[1]
LEAST = 85
"""Rooms under this share, in percent, are marked."""


def rooms(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, tuple[int, int]]:
    """Return room → lines that were run, lines in all; a room is a folder below the package."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, file in files.items():
        parts = PurePosixPath(name.replace("\\", "/")).parts
        room = "/".join(parts[:2]) if len(parts) > 2 else f"{parts[0]}/*.py"
        run, lines = found[room]
        summary = file["summary"]
        found[room] = run + summary["covered_lines"], lines + summary["num_statements"]
    return found


def main() -> int:
    """Read what coverage has written."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)]
        if subprocess.run(command, cwd=TOP).returncode != 0:
            return 1
        found = rooms(json.loads(report.read_text("utf-8"))["files"])
    print(f"\n{'room':<28}{'lines':>7}{'run':>7}")
    for room, (run, lines) in sorted(found.items()):
        share = 100 * run / max(lines, 1)
        print(f"{room:<28}{lines:>7}{share:>6.0f}%{'  under ' + str(LEAST) + ' %' if share < LEAST else ''}")
    run, lines = (sum(column) for column in zip(*found.values(), strict=True))
    print(f"{'all':<28}{lines:>7}{100 * run / max(lines, 1):>6.0f}%")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
