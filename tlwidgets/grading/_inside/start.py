"""The first thing that runs in a sandbox: limits, then the job."""

from __future__ import annotations

import json
import os
import sys
import traceback

from .. import frames
from . import limits

__all__ = ["start"]


def start(job_fd: int, out_fd: int) -> None:
    """Read a job from one descriptor and answer on the other; never returns."""
    out = os.fdopen(out_fd, "wb")
    try:
        with os.fdopen(job_fd, "rb") as stream:
            job = json.load(stream)
        limits.drop_keys()
        limits.apply(job["limits"])
        import importlib

        for name in job["preload"]:
            importlib.import_module(name)
        frames.write(out, "begin")
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 2)
        if job["mode"] == "run":
            from .cells import run

            run(job, out)
        else:
            from .judge import judge

            judge(job, out)
    except BaseException:
        try:
            frames.write(out, "trouble", text=traceback.format_exc()[-2000:])
        finally:
            os._exit(70)
    sys.stdout = sys.__stdout__
    os._exit(0)
