"""Train on one style and test on another; and three kinds of shift with two mitigations."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.experiments import Examples, Experiment, Runner, Trial, describe, grid, load_examples, probe
from ...data import list_corruptions
from ...models import backbone
from ...transfer import (
    a_distance,
    correct_prior,
    estimate_prior,
    expected_calibration_error,
    mean_distance,
    mmd,
    mmd_test,
    standardize,
)
from .kinds import FOLDS, MERGED, ShiftKinds

__all__ = ["CORRUPTIONS", "EXPERIMENTS", "KINDS", "STYLES", "STYLE_NAMES"]

# ---------------------------------------------------------------- train on one style, test on another

STYLE_NAMES = ("noto", "twemoji", "fluent3d", "openmoji_color", "openmoji_black", "openclipart")
SETTINGS: dict[str, Any] = {"backbone": "efficientnet-lite0", "size": 96, "training": 150}


def network() -> Any:
    """Return the pretrained backbone."""
    return backbone(SETTINGS["backbone"], size=SETTINGS["size"])


def style(runner: Runner, name: str, *splits: str) -> Examples:
    """Return the features of a style, with their classes."""
    images = load_examples("styles", name, size=SETTINGS["size"], splits=splits)
    return describe(runner.once(network), images)


def held_out(runner: Runner, name: str) -> Examples:
    """Return the features of what is tested on: validation and test images, because nothing is chosen by them."""
    return runner.once(style, runner, name, "validation", "test")


def style_pair(runner: Runner, trial: Trial) -> dict[str, float]:
    """Train a linear probe on one style, test it on another (or on the same), and measure how far they are apart.

    The training images are sampled from all classes together, so that they have the shares of their style; in the five
    emoji styles a seed chooses the same things. ``own_statistics``: each domain standardized by itself.
    """
    source, test = runner.once(style, runner, trial.source, "train"), held_out(runner, trial.task)
    train = source[np.random.default_rng(trial.seed).permutation(len(source))[: SETTINGS["training"]]]
    own_train, own_test = standardize(train.x, test.x)
    return {
        "accuracy": probe(train, test),
        "own_statistics": probe(Examples(own_train, train.y), Examples(own_test, test.y)),
        "a_distance": a_distance(train.x, test.x, seed=trial.seed),
        "mean_distance": mean_distance(train.x, test.x),
        "mmd": mmd(train.x, test.x),
    }


def how_many(runner: Runner) -> dict[str, Any]:
    """Return the number of held-out images of each style."""
    return {"held_out": {name: len(held_out(runner, name)) for name in STYLE_NAMES}}


STYLES = Experiment(
    "domain_shift",
    "styles",
    "Linear probe trained on one style and tested on another",
    grid(source=STYLE_NAMES, task=STYLE_NAMES, seed=range(5)),
    style_pair,
    SETTINGS,
    facts=how_many,
    digits=4,
    again=grid(source="openmoji_black", task="noto", seed=0),
    agree={"accuracy": 0.04, "own_statistics": 0.04, "a_distance": 0.1, "mmd": 0.01},  # 6 of 154 images
)


# ---------------------------------------------------------------- three kinds of shift

CORRUPTIONS = tuple(c.name for c in list_corruptions())
STRENGTHS = {**dict.fromkeys(CORRUPTIONS, 5), "label shift": 5, "concept shift": len(MERGED)}
"""Kind of shift → its highest strength."""
REFERENCE = 200
"""Images on each side of the test for a shift."""


def shift(runner: Runner, trial: Trial) -> dict[str, float]:
    """Measure a shift on a fifth of the test images, as it is and with two mitigations.

    The mitigations look at the next fifth, shifted in the same way, without its labels: they are never given the images
    on which they are measured. So are the ``distance`` of the means from those of clean images, in standard deviations,
    and the ``p_value`` of a permutation test.
    """
    kinds = runner.once(ShiftKinds)
    about = trial["kind"], trial["strength"]
    x, y = kinds.images(*about, trial.seed)
    unlabelled, _ = kinds.images(*about, (trial.seed + 1) % FOLDS)
    seen, sure = kinds.answers(unlabelled)
    even = np.full(len(kinds.data.classes), 1 / len(kinds.data.classes))
    plain = kinds.probabilities(x)
    answers = {
        "": plain,
        "adabn_": kinds.adapted(x, unlabelled)[1],
        "prior_": correct_prior(plain, even, estimate_prior(sure, even)),
    }
    row = {f"{name}{column}": value for name, p in answers.items() for column, value in scores(p, y).items()}
    clean = kinds.answers(kinds.data.validation.x)[0]
    rng = np.random.default_rng(trial.seed)
    samples = rng.permutation(clean)[:REFERENCE], rng.permutation(seen)[:REFERENCE]
    test = mmd_test(*samples, shuffles=99, seed=trial.seed)
    return {**row, "distance": mean_distance(clean, seen), "p_value": test.p_value}


def scores(probabilities: Any, y: Any) -> dict[str, float]:
    """Return accuracy, confidence (mean highest probability) and expected calibration error."""
    right, sure = probabilities.argmax(1) == y, probabilities.max(1)
    return {
        "accuracy": float(right.mean()),
        "confidence": float(sure.mean()),
        "error": expected_calibration_error(sure, right),
    }


def _strengths(kind: str) -> tuple[Trial, ...]:
    return grid(kind=kind, strength=range(1, STRENGTHS[kind] + 1), seed=range(FOLDS))


KINDS = Experiment(
    "domain_shift",
    "kinds",
    "Accuracy and calibration under three kinds of shift, with two mitigations",
    [*grid(kind="none", strength=0, seed=range(FOLDS)), *(t for kind in STRENGTHS for t in _strengths(kind))],
    shift,
    {"network": "tiny, fashion_mnist", "images": 2000, "parts": FOLDS, "bins": 15},
    digits=3,
    again=[
        *grid(kind=("gaussian_noise", "contrast", "label shift"), strength=5, seed=2),
        *grid(kind="concept shift", strength=3, seed=2),
    ],
    agree={"accuracy": 0.02, "adabn_accuracy": 0.02, "prior_accuracy": 0.02, "confidence": 0.02, "p_value": 0.04},
)
EXPERIMENTS = (STYLES, KINDS)
