"""No script that makes a data set or a measurement begins to work when it is asked for help."""

from __future__ import annotations

import runpy
import sys

import pytest

from tlwidgets import _paths

SCRIPTS = sorted(_paths.datasets_root().glob("*/build.py"))
NEEDS = {"styles": "resvg_py", "simulated_digits": "resvg_py"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_help_names_where_it_writes_and_does_nothing_else(script, tmp_path, monkeypatch, capsys):
    if script.parent.name in NEEDS:
        pytest.importorskip(NEEDS[script.parent.name], reason="is in the extra 'data'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    monkeypatch.setattr(sys, "path", sys.path.copy())  # some add the folder of datasets
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(script), run_name="__main__")
    assert left.value.code == 0
    assert "--out" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
