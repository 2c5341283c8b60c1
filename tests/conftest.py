"""What every test runs with."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

pytest_plugins = ["suite.needs", "suite.reruns"]

# before anything imports TensorFlow, here and in every kernel and process that a test starts
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("PYTHONHASHSEED", "0")  # keeps the order of sets out of comparisons between runs

# a suite started in the background inherits that Ctrl-C is ignored, and so would every kernel that is interrupted here
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def top() -> Path:
    """Top of the repository."""
    return TOP


@pytest.fixture(autouse=True)
def _own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches a learner's progress, or reads what an earlier one has stored."""
    monkeypatch.setenv("TLWIDGETS_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("TLWIDGETS_STORE", "off")
