"""The examples in docstrings run, and what they show is what comes out."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tlwidgets as tl

FINDER = doctest.DocTestFinder(exclude_empty=True)
LEFT_OUT = ("tlwidgets.lessons", "tlwidgets.grading._inside", "tlwidgets.__main__")


def with_examples():
    """Every docstring of the package that has examples."""
    for found in pkgutil.walk_packages(tl.__path__, "tlwidgets."):
        if not found.name.startswith(LEFT_OUT):
            module = importlib.import_module(found.name)
            yield from (test for test in FINDER.find(module, module.__name__) if test.examples)


class Ignoring(doctest.OutputChecker):
    """Compares where a docstring shows something, and lets pass what it does not show."""

    def check_output(self, want: str, got: str, flags: int) -> bool:
        return not want or super().check_output(want, got, flags)


@pytest.fixture(scope="module")
def names():
    """What the examples take for granted: data, a base, and a model on it that has been compiled."""
    import keras
    import numpy as np

    data = tl.load("styles", domain="noto", size=32, per_class=4)
    base = tl.backbone("tiny", size=32)
    model = tl.classifier(base, data.classes)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return {
        "tl": tl,
        "keras": keras,
        "np": np,
        "data": data,
        "base": base,
        "model": model,
        "x": data.train.x,
        "y": data.train.y,
    }


TESTS = {test.name: test for test in with_examples()}


@pytest.mark.parametrize("name", TESTS)
def test_examples_run(name, names, capsys):
    test = TESTS[name]
    test.globs.update(names)
    runner = doctest.DocTestRunner(checker=Ignoring(), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    failed, tried = runner.run(test)
    assert tried > 0
    assert failed == 0, capsys.readouterr().out


def test_none_is_skipped():
    assert len(TESTS) > 15
    assert not [t.name for t in TESTS.values() for e in t.examples if e.options.get(doctest.SKIP)]
