"""The face of the package is small, and its words are those of Keras and scikit-learn."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import tlwidgets as tl

PUBLIC = ("data", "models", "training", "training.recipes", "training.optimizers", "transfer", "widgets")
SAID_OTHERWISE = {
    "batch": "batch_size",
    "validation": "validation_data",
    "rate": "learning_rate",
    "rates": "learning_rates",
    "held": "validation_data",
    "frozen": "frozen_to",
    "keep_still": "freeze_batchnorm",
    "pictures": "images",
    "picture": "image",
    "labels_per_class": "per_class",
    "n_per_class": "per_class",
    "draw": "seed",
    "way": "method",
    "colour": "color",
    "colours": "colors",
    "standardise": "standardize",
}
"""Names that once were parameters, and what they are called in the field."""


def functions():
    """Every public function and class of the sub-packages, by name."""
    for room in PUBLIC:
        module = importlib.import_module(f"tlwidgets.{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if callable(thing) and not dataclasses.is_dataclass(thing):  # a record may say what it holds
                yield f"{room}.{name}", thing


def parameters(thing):
    """Names of the parameters of a function, or of a class and its public methods."""
    if not inspect.isclass(thing):
        return set(inspect.signature(thing).parameters)
    methods = [m for n, m in vars(thing).items() if inspect.isfunction(m) and (n == "__init__" or n[0] != "_")]
    return {name for method in methods for name in inspect.signature(method).parameters}


def test_the_top_holds_what_several_lessons_type_and_no_more():
    assert len(tl.__all__) <= 45
    assert all(getattr(tl, name) is not None for name in tl.__all__)
    # nothing comes in by accident
    inside = {module.name for module in pkgutil.iter_modules(tl.__path__)}
    assert {n for n in dir(tl) if n[0] != "_"} - set(tl.__all__) - inside <= {"annotations", "lazy", "os", "lessons"}


@pytest.mark.parametrize("name", SAID_OTHERWISE)
def test_no_parameter_has_a_word_of_our_own(name):
    found = sorted(where for where, thing in functions() if name in parameters(thing))
    assert found == [], f"call it {SAID_OTHERWISE[name]}"


def test_no_public_name_has_a_word_of_our_own():
    words = {"picture", "pictures", "draw", "drawn", "colour", "still", "standardise", "normalise", "cure"}
    found = {where for where, _ in functions() if words & set(where.rsplit(".", 1)[1].lower().split("_"))}
    assert found == set()
