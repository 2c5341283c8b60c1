"""Simulated and real digits: the same form, the same classes, and a gap between them that a method could close."""

from __future__ import annotations

import numpy as np

from tlwidgets.data import Split, load


def rows(split: Split) -> np.ndarray:
    return split.x.reshape(len(split), -1) / 255


def test_a_model_for_one_takes_the_other() -> None:
    real, simulated = load("digits"), load("simulated_digits")
    assert real.classes == simulated.classes
    assert real.test.x.shape[1:] == simulated.test.x.shape[1:] == (8, 8, 1)
    values = [set(np.unique(d.train.x).tolist()) for d in (real, simulated)]
    assert values[0] == values[1]  # the counts 0 to 16, stretched in the same way
    ink = [d.train.x.mean() for d in (real, simulated)]
    assert abs(ink[0] - ink[1]) < 0.2 * ink[0]


def test_the_digits_fill_the_height_as_the_real_ones_do() -> None:
    for name in ("digits", "simulated_digits"):
        x = load(name).train.x[..., 0]
        assert (x[:, 0].max(1) > 0).mean() > 0.99
        assert (x[:, 7].max(1) > 0).mean() > 0.99


def test_what_is_learnt_from_fonts_helps_with_handwriting_but_not_enough() -> None:
    from sklearn.linear_model import LogisticRegression

    real, simulated = load("digits"), load("simulated_digits")

    def score(train: Split) -> float:
        model = LogisticRegression(max_iter=2000).fit(rows(train), train.y)
        return float(model.score(rows(real.test), real.test.y))

    within, across = score(real.train), score(simulated.train)
    assert 0.5 < across < 0.85
    assert within - across > 0.08
