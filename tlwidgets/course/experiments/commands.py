"""The command ``tlwidgets measure``."""

from __future__ import annotations

import logging
from pathlib import Path

from . import measuring
from .experiment import find
from .runner import Runner

__all__ = ["run"]


def run(name: str, *, drift: bool = False, jobs: int = 1, cluster: str = "", out: Path | None = None) -> int:
    """Measure the experiments that a name stands for; returns the exit status."""

    def say(line: str) -> None:
        print(line, flush=True)

    chosen, runner = find(name), Runner()
    # a network is measured on several numbers of images, and each of them is a graph of its own
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if drift:
        return 0 if all([measuring.drift(experiment, runner, say=say) for experiment in chosen]) else 1
    try:
        for experiment in chosen:
            say(f"{experiment.path}: {experiment.title}")
            table = measuring.measure(experiment, runner, jobs=jobs, cluster=cluster, say=say)
            say(f"written to {measuring.save(experiment, table, out)}")
    except KeyboardInterrupt:
        say(f"Stopped. What was measured is kept in {measuring.JOURNALS}; the same command goes on from there.")
        return 130
    return 0
