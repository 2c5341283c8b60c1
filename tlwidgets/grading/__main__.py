"""``python -m tlwidgets.grading``: the commands of this room alone."""

from __future__ import annotations

import argparse
import sys

from ..errors import CourseError
from .commands import COMMANDS, add_commands

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit status is that of ``tlwidgets``."""
    parser = argparse.ArgumentParser(prog="tlwidgets")
    add_commands(parser.add_subparsers(dest="command", required=True))
    args = parser.parse_args(argv)
    try:
        return COMMANDS[args.command](args)
    except CourseError as e:
        print(f"tlwidgets: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
