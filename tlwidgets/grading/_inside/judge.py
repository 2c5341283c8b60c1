"""Applies hidden tests to recorded answers. No submitted code is ever run here: only files are read."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from .. import frames
from . import keras_files

__all__ = ["Answers", "judge"]


class Answers:
    """What was recorded, by name."""

    def __init__(self, records: dict[str, tuple[str, bytes]]) -> None:
        self._records = records

    def __contains__(self, name: str) -> bool:
        return name in self._records

    def __getitem__(self, name: str) -> Any:
        """Return a recorded value; an ``AssertionError`` says that there is none, or none that can be used."""
        import numpy as np

        if name not in self._records:
            raise AssertionError("No answer to this came out of your notebook.")
        ending, raw = self._records[name]
        try:
            if ending == "json":
                return json.loads(raw)
            if ending == "npy":
                return np.load(io.BytesIO(raw), allow_pickle=False)
            if ending == "keras":
                return keras_files.load(raw)
        except Exception as e:
            raise AssertionError(f"The recorded answer could not be used: {e}") from None
        raise AssertionError(f"A file of the kind {ending} is not an answer.")


class _Plugin:
    """Gives the tests their fixtures, and takes down how each ended."""

    def __init__(self, answers: Answers, seed: int, out: BinaryIO) -> None:
        import pytest

        self.out = out
        self.broken = ""
        plugin = self

        class Fixtures:
            @pytest.fixture
            def answers(self) -> Answers:
                return answers

            @pytest.fixture
            def seed(self) -> int:
                return seed

        class Hooks:
            @pytest.hookimpl(hookwrapper=True)
            def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
                report = (yield).get_result()
                if report.when == "call" or (report.failed and report.when == "setup"):
                    plugin.report(item, call, report)

            def pytest_collectreport(self, report: Any) -> None:
                if report.failed:
                    plugin.broken = str(report.longrepr)[-1500:]

            def pytest_configure(self, config: Any) -> None:
                config.addinivalue_line("markers", "points(task, points, title, hint): what a test is worth")

        self.parts = [Fixtures(), Hooks()]

    def report(self, item: Any, call: Any, report: Any) -> None:
        points = item.get_closest_marker("points")
        if points is None:
            self.broken = f"{item.name} does not say what it is worth"
            return
        message, detail = "", ""
        if call.excinfo is not None:
            error = call.excinfo.value
            detail = f"{type(error).__name__}: {str(error)[:500]}"
            # only a sentence that the test's author wrote may reach a learner
            message = str(error).split("\n")[0][:500] if type(error) is AssertionError else ""
            message = message or "The answer does not do what was asked."
        frames.write(
            self.out,
            "test",
            test=item.name,
            passed=bool(report.passed),
            message=message,
            detail=detail,
            **points.kwargs,
        )


def judge(job: dict[str, Any], out: BinaryIO) -> None:
    """Run the hidden tests of a job and send how each ended."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # none is needed, and finding them takes a CPU second
    import pytest

    records = {name: (ending, base64.b64decode(body)) for name, (ending, body) in job["records"].items()}
    home = Path(os.environ["HOME"]) / "hidden"
    home.mkdir()
    for name, source in {**job["tests"], "probes.py": job["probes"]}.items():
        (home / name).write_text(source, "utf-8")
    sys.path.insert(0, str(home))
    os.chdir(home)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    plugin = _Plugin(Answers(records), job["seed"], out)
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={home}", "--assert=plain", "--capture=sys"]
    with open(os.devnull, "w") as quiet:  # noqa: PTH123
        sys.stdout = sys.stderr = quiet
        code = pytest.main([*options, str(home)], plugins=plugin.parts)
    if plugin.broken or code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        frames.write(out, "trouble", text=plugin.broken or f"pytest ended with {int(code)}")
    else:
        frames.write(out, "end")
