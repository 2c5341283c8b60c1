"""The checks of lesson 05 tell typical wrong answers apart, each with a sentence that helps."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks


def mean_of_all(start, batches, momentum):
    return momentum * start + (1 - momentum) * np.concatenate(batches).mean(axis=0)


def swapped(start, batches, momentum):
    for batch in batches:
        start = (1 - momentum) * start + momentum * batch.mean(axis=0)
    return start


def one_number(start, batches, momentum):
    for batch in batches:
        start = momentum * start + (1 - momentum) * batch.mean()
    return start.mean()


def forgets_the_past(start, batches, momentum):
    return np.mean([batch.mean(axis=0) for batch in batches], axis=0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (mean_of_all, "every batch makes a step"),
        (swapped, "the other way round"),
        (one_number, "one number a channel"),
        (forgets_the_past, "Keras' own layer ends at"),
    ],
)
def test_running(wrong, words):
    outcome = checks.run("batchnorm_trap/running", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


def only_the_outer_layers(model):
    model.trainable = True
    for layer in model.layers:
        layer.trainable = "norm" not in layer.name


def the_whole_base(model):
    for layer in model.layers[:-1]:
        layer.trainable = False


def momentum_one(model):
    model.trainable = True
    for layer in tl.models.surgery.leaf_layers(model):
        if "norm" in layer.name:
            layer.momentum = 1.0


def never_thaws(model):
    for layer in tl.models.surgery.leaf_layers(model):
        if "norm" in layer.name:
            layer.trainable = False


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda model: None, "flat, training moved gamma, beta, the running mean, the running variance of flat_norm"),
        (only_the_outer_layers, "nested, training moved"),
        (the_whole_base, "flat_conv should train"),
        (momentum_one, "flat, training moved gamma, beta of flat_norm"),
        (never_thaws, "its base frozen before, frozen_conv should train"),
    ],
)
def test_freeze_batchnorm(wrong, words):
    outcome = checks.run("batchnorm_trap/freeze_batchnorm", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


def test_the_package_has_an_answer_too():
    assert checks.run("batchnorm_trap/freeze_batchnorm", (lambda model: (tl.freeze(model, 0), None)[1],)).passed


def test_a_stub_is_not_attempted():
    for key in ("running", "freeze_batchnorm"):
        assert not checks.run(f"batchnorm_trap/{key}", (lambda *_: ...,)).attempted
