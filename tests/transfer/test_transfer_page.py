"""docs/transfer.md: its examples run, and what they say comes out."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np

from tlwidgets import transfer

PAGE = Path(__file__).parents[2] / "docs" / "transfer.md"
SAID = re.compile(r"True\b|False\b|\[.*\]|\(.*?\)|'.*?'|-?\d+(\.\d+)?$")


def test_the_examples_run_and_their_comments_are_true(capsys: Any) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S))
    names: dict[str, Any] = {}
    said = 0
    for line in code.splitlines():
        expression, _, comment = line.partition("  # ")
        expected = SAID.match(comment)
        assigned = re.match(r"(\w+)( *,.*)? = ", expression)
        if assigned or not expected:
            exec(line, names)
            value = np.shape(names[assigned[1]]) if assigned and expected else None
        else:
            value = eval(expression, names)
        if expected:
            said += 1
            found = value.tolist() if isinstance(value, np.ndarray) else value
            wanted = ast.literal_eval(expected.group())
            assert np.allclose(found, wanted) if not isinstance(wanted, str) else found == wanted, line
    assert said == 16
    assert "shift found" in capsys.readouterr().out


def test_the_page_describes_every_function_of_the_room() -> None:
    text = PAGE.read_text("utf-8")
    for name in transfer.__all__:
        if name[0].islower():
            assert f"`{name}" in text or f"transfer.{name}(" in text or f"tl.{name}" in text, name


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", PAGE.read_text("utf-8")):
        assert (PAGE.parent / target).exists(), target
