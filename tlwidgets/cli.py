"""The command ``tlwidgets``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import CourseError
from .grading import commands as grading

__all__ = ["main"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tlwidgets", description="An interactive course on transfer learning.")
    parser.add_argument("--version", action="version", version=f"tlwidgets {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open the course in JupyterLab")
    lab.add_argument("--dir", type=Path, help="folder to work in; the lessons are copied there when it is new")
    lab.add_argument("--port", type=int, help="port of the server; by default the first free one from 8888")
    lab.add_argument("--no-browser", action="store_true", help="print the address only")

    run = commands.add_parser("run", help="run lessons from beginning to end without a browser")
    run.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="name, number or path; all lessons by default")
    run.add_argument("--profile", default="cpu", help="smoke (quick test), cpu (default) or gpu")
    run.add_argument(
        "--out", type=Path, default=Path("build/run"), help="folder for the results (default: %(default)s)"
    )
    run.add_argument("--timeout", type=int, metavar="SECONDS", help="longest time for one cell")

    for name, words in (("data", "list the data sets"), ("backbones", "list the pretrained networks")):
        listing = commands.add_parser(name, help=f"{words}: what is in them, where they come from, their license")
        listing.add_argument("--json", action="store_true", help="as JSON, with checksums and every count")

    claims = commands.add_parser("claims", help="what is said about transfer learning, and what was measured")
    claims.add_argument("rows", nargs="*", metavar="ROW", help="rows such as C11; all by default")
    claims.add_argument("--json", action="store_true", help="as JSON, with every figure")

    measure = commands.add_parser("measure", help="measure the experiments of a lesson, or some of them again")
    measure.add_argument("name", metavar="NAME", help="topic of a lesson, or topic/table for one of its tables")
    measure.add_argument("--drift", action="store_true", help="measure only the cheap trials again, and compare")
    measure.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: %(default)s)")
    measure.add_argument("--cluster", default="", metavar="ADDRESS", help="Dask scheduler that shares out the work")
    measure.add_argument("--out", type=Path, metavar="FILE", help="file for the results; the lesson's own by default")

    doctor = commands.add_parser("doctor", help="look at this machine: what is there, what is missing, how to mend it")
    doctor.add_argument("--json", action="store_true", help="as JSON")

    grading.add_commands(commands)
    return parser


def _lab(args: argparse.Namespace) -> int:
    from .course.jupyter import open_lab

    return open_lab(args.dir, args.port, False if args.no_browser else None)


def _run(args: argparse.Namespace) -> int:
    from .course.runner import run

    def say(line: str) -> None:
        print(line, flush=True)

    results = run(args.notebooks, profile=args.profile, out=args.out, timeout=args.timeout, say=say)
    if any(r.outcome == "interrupted" for r in results):
        print("Interrupted; what was finished is in", args.out)
        return 130
    failed = [r.name for r in results if r.outcome != "passed"]
    print(f"{len(results) - len(failed)} of {len(results)} notebooks passed; see {args.out / 'report.json'}")
    return 1 if failed else 0


def _data(args: argparse.Namespace) -> int:
    from . import data

    print(json.dumps([d.info() for d in data.list_datasets()], indent=2) if args.json else data.describe())
    return 0


def _backbones(args: argparse.Namespace) -> int:
    from . import models

    print(json.dumps([b.to_json() for b in models.list_backbones()], indent=2) if args.json else models.describe())
    return 0


def _claims(args: argparse.Namespace) -> int:
    from .course import claims

    rows = [claims.row(id) for id in args.rows] if args.rows else list(claims.ledger())
    print(json.dumps([r.to_json() for r in rows], indent=2) if args.json else claims.as_text(rows))
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from .course import doctor

    findings = doctor.examine()
    print(doctor.as_json(findings) if args.json else doctor.as_text(findings))
    return 1 if any(f.state == "problem" for f in findings) else 0


def _measure(args: argparse.Namespace) -> int:
    from .course.experiments.commands import run

    return run(args.name, drift=args.drift, jobs=args.jobs, cluster=args.cluster, out=args.out)


COMMANDS = {
    "lab": _lab,
    "run": _run,
    "data": _data,
    "backbones": _backbones,
    "claims": _claims,
    "measure": _measure,
    "doctor": _doctor,
    **grading.COMMANDS,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 1 something failed, 2 wrong use, 130 interrupted."""
    args = _parser().parse_args(argv)
    try:
        status = COMMANDS[args.command](args)
        sys.stdout.flush()
        return status
    except CourseError as e:
        print(f"tlwidgets: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `tlwidgets claims | head` has read enough; nothing may be written to it any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
