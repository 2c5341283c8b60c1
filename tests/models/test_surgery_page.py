"""docs/surgery.md: its examples run, and what they say comes out."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "surgery.md"


def test_the_examples_run_and_their_comments_are_true():
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S))
    names: dict[str, Any] = {}
    said = 0
    for line in code.splitlines():
        expression, _, comment = line.partition("# ")
        expected = re.match(r"\[.*?\]|\(.*?\)|'.*?'", comment)
        if expected and not re.match(r"\w+( *,| *=)", expression):
            said += 1
            assert eval(expression, names) == ast.literal_eval(expected.group()), line
        else:
            exec(line, names)
    assert said == 5
