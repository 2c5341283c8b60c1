"""Write the lock files from pyproject.toml: every platform and Python version in one file, hashes, no addresses.

python tools/lock.py [--upgrade]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
# file in requirements/ -> extras; each is complete by itself, and the others must agree with the first
EVERYTHING = ["course", "dev", "reference", "data", "grading", "cluster"]
LOCKS = {"course.txt": ["cpu", "course"], "dev.txt": ["cpu", *EVERYTHING], "gpu.txt": ["gpu", *EVERYTHING]}


def main() -> int:
    """Run uv once for each file; versions that are locked stay unless ``--upgrade`` is given."""
    first = f"requirements/{next(iter(LOCKS))}"
    for file, extras in LOCKS.items():
        name = f"requirements/{file}"
        command = [
            sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11",
            "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--quiet", "--output-file", name,
            "--custom-compile-command", "make lock", "--group", "build",
        ]  # fmt: skip
        command += [f"--extra={extra}" for extra in extras]
        if name != first:
            command += ["--constraints", first]
        if "--upgrade" in sys.argv[1:]:
            command.append("--upgrade")
        print(name, flush=True)
        subprocess.run(command, cwd=TOP, check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
