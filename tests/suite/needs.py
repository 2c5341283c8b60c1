"""What a test needs, which tests stay together in one worker, and in which order they run.

Markers for what a test needs come from the fixtures that it asks for, so nobody can forget one. ``make check`` runs
what needs none of them.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

FIXTURES = {"chromium": "browser", "kernel_factory": "kernel", "lab": "kernel", "sandbox_kind": "sandbox"}
"""Fixture → what a test needs that asks for it, itself or through other fixtures."""
FIRST = ("notebook", "sandbox", "browser", "kernel", "slow")
"""What takes longest starts first, so that no worker is left alone with it in the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for line in (
        "browser: needs Chromium or Chrome (set CHROMIUM to its path if it is not found)",
        "kernel: needs a real Jupyter kernel",
        "notebook: runs a whole notebook",
        "sandbox: needs a sandbox (bubblewrap)",
        "slow: takes more than about five seconds of one core",
        "weekly: runs once a week only, or with --weekly",
        "apart: a part of its file that may run in another worker than the rest",
    ):
        config.addinivalue_line("markers", line)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--weekly``."""
    parser.addoption("--weekly", action="store_true", help="also run what is otherwise run once a week")


def unit(item: pytest.Item) -> str:
    """Return the name of what stays together in one worker: a group, a test that stands apart, or a file."""
    group = item.get_closest_marker("xdist_group")
    return str(group.args[0]) if group else item.nodeid.split("::")[0]


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in its own hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is needed, leave out what is weekly, and put the long ones first."""
    for item in items:
        values = getattr(item, "callspec", None)
        asked = set(getattr(item, "fixturenames", ())) - set(values.params if values else ())
        for need in {FIXTURES[name] for name in asked & set(FIXTURES)}:
            item.add_marker(need)
        if item.get_closest_marker("apart"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("tests/")[-1].replace("::", ":")))
    if not config.getoption("weekly"):
        weekly = [item for item in items if item.get_closest_marker("weekly")]
        if weekly:
            config.hook.pytest_deselected(items=weekly)
            items[:] = [item for item in items if not item.get_closest_marker("weekly")]
    ranks: dict[str, int] = {}
    for item in items:
        rank = min((i for i, need in enumerate(FIRST) if item.get_closest_marker(need)), default=len(FIRST))
        ranks[unit(item)] = min(rank, ranks.get(unit(item), rank))
    places = {name: place for place, name in enumerate(sorted(ranks, key=ranks.__getitem__))}
    items.sort(key=lambda item: places[unit(item)])


class Units(LoadScopeScheduling):
    """Hands out groups where there are some, else whole files, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        group = nodeid.rfind("@")
        return nodeid[group + 1 :] if group > nodeid.rfind("]") else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Units | None:
    """Use it for ``--dist loadgroup``."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return Units(config, log)
