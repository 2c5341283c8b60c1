"""The suite's own rules: what is tried again, what is called flaky, what runs where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SOME = """
import pytest
from suite.reruns import Shared

made = []
shared = Shared(lambda: made.append(len(made)) or {"number": len(made)}, lambda value: None)
tried = []

@pytest.mark.browser
@pytest.mark.parametrize("n", range(NUMBER))
def test_late(n):
    tried.append(n)
    assert shared.get()["number"] == n + tried.count(n)  # the second try has a new one, and leaves it to the next test
    assert tried.count(n) == 2

@pytest.mark.browser
def test_broken():
    assert not BROKEN

def test_plain():
    tried.append("plain")
    assert not BROKEN or tried.count("plain") == 2

@pytest.mark.weekly
def test_rare():
    raise ValueError
"""


def run(folder, *arguments, number=1, broken=False):
    """Run some tests with the suite's rules; return what was said, and the exit status."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_some.py").write_text(SOME.replace("NUMBER", str(number)).replace("BROKEN", str(broken)))
    plugins = ["-p", "suite.needs", "-p", "suite.reruns", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, *arguments]
    path = {"PYTHONPATH": str(TESTS), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr, done.returncode


def test_what_passes_at_the_second_try_is_listed_with_the_reason(tmp_path):
    said, status = run(tmp_path, number=2)
    assert "flaky: 2 passed at the second try only" in said
    assert "FLAKY test_some.py::test_late[0]" in said
    assert "4 passed" in said
    assert status == 0
    reasons = (tmp_path / "build" / "flaky.txt").read_text()
    assert "test_late[1]" in reasons
    assert "tried.count(n) == 2" in reasons


def test_too_many_of_them_fail_the_run(tmp_path):
    said, status = run(tmp_path, "-n", "2", "--dist", "loadgroup", number=3)
    assert "flaky: 3 passed" in said
    assert "5 passed" in said
    assert status == 1


def test_what_fails_twice_has_failed_and_what_needs_no_browser_has_no_second_try(tmp_path):
    said, status = run(tmp_path, broken=True)
    assert "2 failed, 1 passed, 1 deselected, 2 rerun" in said
    assert "FAILED test_some.py::test_broken" in said
    assert "FAILED test_some.py::test_plain" in said
    assert status == 1


def test_once_a_week_everything_runs(tmp_path):
    said, status = run(tmp_path, "--weekly")
    assert "FAILED test_some.py::test_rare" in said
    assert status == 1


@pytest.mark.parametrize("name", ["needs", "reruns"])
def test_the_rules_are_in_force_here(pytestconfig, name):
    assert pytestconfig.pluginmanager.has_plugin(f"suite.{name}")
