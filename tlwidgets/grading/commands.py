"""``tlwidgets assignment …`` and ``tlwidgets grade …``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CourseError

if TYPE_CHECKING:
    from .report import Grade

__all__ = ["COMMANDS", "add_commands"]


def _assignments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--assignments", type=Path, metavar="DIR", help="folder of the assignments and hidden tests")


def _boxes(parser: argparse.ArgumentParser) -> None:
    from .sandbox import ENGINES

    parser.add_argument("--sandbox", default="auto", metavar="|".join(ENGINES), help="what keeps submitted code in")
    parser.add_argument("--cold", action="store_true", help="start Python anew for each sandbox, share nothing")


def _trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--i-trust-these-files", action="store_true", help="needed for --sandbox none")


def _limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cpu", type=float, default=120, metavar="SECONDS", help="CPU time of a notebook (120)")
    parser.add_argument(
        "--wall", type=float, default=0, metavar="SECONDS", help="backstop (5 times --cpu and a minute)"
    )
    parser.add_argument("--memory", default="3G", help="memory of a notebook (3G)")


def add_commands(commands: Any) -> None:
    """Add the commands to the subparsers of ``tlwidgets``."""
    assignment = commands.add_parser("assignment", help="build and verify assignments (for instructors)")
    parts = assignment.add_subparsers(dest="part", required=True, metavar="PART")
    listing = parts.add_parser("list", help="name the assignments")
    _assignments(listing)
    build = parts.add_parser("build", help="write the learner's and the instructor's copy")
    build.add_argument("name", metavar="NAME")
    build.add_argument("--out", type=Path, default=Path("build/assignments"), help="folder (default: %(default)s)")
    _assignments(build)
    verify = parts.add_parser(
        "verify", help="prove that the solution gets full points, the empty copy none, no test leaks"
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="all by default")
    _assignments(verify)
    _boxes(verify)
    _trust(verify)

    grade = commands.add_parser("grade", help="grade submissions in a sandbox (for instructors)")
    parts = grade.add_subparsers(dest="part", required=True, metavar="PART")
    run = parts.add_parser("run", help="grade a class; with earlier results, only what has changed")
    run.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="folder or zip")
    _results(run)
    run.add_argument("--jobs", type=int, default=0, metavar="N", help="sandboxes at a time (one per core)")
    run.add_argument("--shard", default="1/1", metavar="I/N", help="grade only the I-th of N parts of the class")
    run.add_argument("--cluster", default="", metavar="ADDRESS", help="address of a Dask scheduler")
    run.add_argument("--seed", type=int, help="draws the inputs of hidden tests; give all shards the same")
    run.add_argument(
        "--regrade", action="append", default=[], metavar="LEARNER", help="make a result again; may repeat"
    )
    run.add_argument("--due", metavar="TIME", help="deadline: whoever is later is marked")
    _boxes(run)
    _trust(run)
    _limits(run)
    collect = parts.add_parser("collect", help="put the results of shards together")
    collect.add_argument("shards", type=Path, nargs="+", metavar="SHARD", help="folder of the results of a shard")
    _results(collect)
    doctor = parts.add_parser("doctor", help="attack the sandbox of this machine, and say what held")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    _boxes(doctor)


def _results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--assignment", required=True, metavar="NAME", help="name of the assignment")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="RESULTS", help="folder of the results; earlier ones are kept"
    )
    _assignments(parser)


def _say(line: str) -> None:
    print(line, flush=True)


def _assignment(args: argparse.Namespace) -> int:
    from . import assignment

    if args.part == "list":
        for name in assignment.assignment_names(args.assignments):
            one = assignment.load(name, args.assignments)
            _say(f"{name:24} {one.points:g} points  {', '.join(t.name for t in one.tasks)}")
        return 0
    if args.part == "build":
        for path in assignment.build(assignment.load(args.name, args.assignments), args.out):
            _say(str(path))
        return 0
    _linux()
    from .engine import Engine
    from .sandbox import choose
    from .soundness import verify

    names = args.names or assignment.assignment_names(args.assignments)
    loaded = [assignment.load(name, args.assignments) for name in names]
    kind = choose(args.sandbox, trusted=args.i_trust_these_files)
    bad = 0
    for preload in dict.fromkeys(one.preload for one in loaded):
        with Engine(kind, preload, warm=not args.cold) as engine:
            for one in loaded:
                if one.preload == preload:
                    said = verify(one, engine)
                    bad += bool(said)
                    _say("\n".join([f"{one.name}: {'sound' if not said else 'not sound'}", *(f"  {s}" for s in said)]))
    return 1 if bad else 0


def _linux() -> None:
    if sys.platform != "linux":
        raise CourseError("sandboxes need Linux: grade in a virtual machine, in WSL 2, or on a server.")


def _doctor(args: argparse.Namespace) -> int:
    from . import doctor

    found = doctor.examine(args.sandbox, warm=not args.cold)
    _say(doctor.as_json(found) if args.json else doctor.as_text(found))
    return 0 if all(f.held for f in found) else 1


def _run(args: argparse.Namespace) -> list[Grade]:
    from . import assignment, grader
    from .sandbox import Limits, parse_size

    return grader.grade(
        args.submissions,
        assignment.load(args.assignment, args.assignments),
        args.out,
        limits=Limits(cpu=args.cpu, wall=args.wall, memory=parse_size(args.memory)),
        jobs=args.jobs,
        shard=grader.parse_shard(args.shard),
        engine=args.sandbox,
        trusted=args.i_trust_these_files,
        warm=not args.cold,
        cluster=args.cluster,
        seed=args.seed,
        regrade=args.regrade,
        due=grader.parse_time(args.due) if args.due else None,
        say=_say,
    )


def _collect(args: argparse.Namespace) -> list[Grade]:
    from . import assignment, grader

    return grader.collect(args.shards, assignment.load(args.assignment, args.assignments), args.out)


def _grade(args: argparse.Namespace) -> int:
    _linux()
    if args.part == "doctor":
        return _doctor(args)
    grades = _run(args) if args.part == "run" else _collect(args)
    open_ = [g.learner for g in grades if g.problem]
    _say(f"{len(grades)} learners, {sum(bool(g.notes) for g in grades)} with notes; see {args.out / 'grades.csv'}")
    if open_:
        _say(f"{len(open_)} could not be graded ({', '.join(open_[:5])}): run the same command again.")
    return 1 if open_ else 0


COMMANDS = {"assignment": _assignment, "grade": _grade}
