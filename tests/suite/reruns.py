"""A browser or kernel test that fails is run once more in a fresh page or kernel, and what passes only then is said.

One slow frame on a busy machine should not cost a whole run; but a test that needs its second chance is not well, and
more than :data:`MOST` of them fail the run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

MOST = 2
"""So many flaky tests are let pass."""
NEEDS = ("browser", "kernel", "notebook")
"""What may be slow without anybody's fault."""

T = TypeVar("T")
_shared: list[Shared[Any]] = []


class Shared(Generic[T]):
    """Something costly that tests share until one of them fails: the next one, or the second try, gets a new one.

    Parameters
    ----------
    make, close
        Make one, and end it.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], object]) -> None:
        self._make, self._close = make, close
        self._value: T | None = None
        _shared.append(self)

    def get(self) -> T:
        """Return the one that there is, or make one."""
        if self._value is None:
            self._value = self._make()
        return self._value

    def drop(self) -> None:
        """End it, if there is one; what cannot be ended any more is gone already."""
        value, self._value = self._value, None
        if value is not None:
            try:
                self._close(value)
            except Exception as error:
                print(f"while ending {value!r}: {error!r}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a second chance to the tests that may need one."""
    for item in items:
        if any(item.get_closest_marker(need) for need in NEEDS):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember that a test failed, and after its teardown let nothing of it live on."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    if report.when == "teardown" and item.stash.get(FAILED, False):
        item.stash[FAILED] = False
        for shared in reversed(_shared):
            shared.drop()
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what is still shared."""
    for shared in reversed(_shared):
        shared.drop()


FAILED = pytest.StashKey[bool]()


class Flaky:
    """Lists what passed at the second try only, in the terminal and in ``build/flaky.txt``."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.tried: dict[str, str] = {}
        self.found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep why a first try failed, and whether the second went well."""
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]  # pytest-rerunfailures adds this one
            self.tried[report.nodeid] = report.longreprtext
        elif report.when == "call" and report.passed and report.nodeid in self.tried:
            self.found[report.nodeid] = self.tried[report.nodeid]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, and fail the run if there are too many."""
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text("".join(f"{name}\n{why}\n\n" for name, why in self.found.items()), "utf-8")
        if len(self.found) > MOST and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """List them."""
        if self.found:
            terminalreporter.section(f"flaky: {len(self.found)} passed at the second try only ({MOST} are let pass)")
            for name in self.found:
                terminalreporter.line(f"FLAKY {name}")
            terminalreporter.line(f"Why the first try failed is in {self.file}.")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that speaks to the terminal counts."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Flaky(config.rootpath / "build" / "flaky.txt"), "flaky-tests")
