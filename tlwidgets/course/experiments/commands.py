"""The command ``tlwidgets measure``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_command", "measure"]


def add_command(commands: Any) -> None:
    """Add ``measure`` to the sub-commands of ``tlwidgets``."""
    parser = commands.add_parser("measure", help="measure the experiments of a lesson, or a part of them again")
    parser.add_argument("name", metavar="NAME", help="topic of a lesson, or topic/table for one table of it")
    parser.add_argument("--drift", action="store_true", help="only measure the cheap trials again, and compare")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: %(default)s)")
    parser.add_argument("--cluster", default="", metavar="ADDRESS", help="of a Dask scheduler that shares the work")
    parser.add_argument("--out", type=Path, metavar="FILE", help="results.json to write; the lesson's own by default")


def measure(args: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from .experiment import find
    from .measuring import JOURNALS, drift, save
    from .measuring import measure as run
    from .runner import Runner

    def say(line: str) -> None:
        print(line, flush=True)

    chosen = find(args.name)
    if args.drift:
        runner = Runner()
        return 0 if all([drift(experiment, runner, say) for experiment in chosen]) else 1
    try:
        for experiment in chosen:
            say(f"{experiment.path}: {experiment.title}")
            table = run(experiment, jobs=args.jobs, cluster=args.cluster, say=say)
            say(f"written to {save(experiment, table, args.out)}")
    except KeyboardInterrupt:
        say(f"Stopped. What was measured is kept in {JOURNALS}; the same command goes on from there.")
        return 130
    return 0
