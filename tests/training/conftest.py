"""No test of this folder reads or writes the features of the person who runs it."""

import pytest

from tlwidgets.training import store


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("TLWIDGETS_STORE", str(tmp_path / "features"))
    monkeypatch.setattr(store, "_memory", type(store._memory)())
    monkeypatch.setattr(store, "_complained", False)
