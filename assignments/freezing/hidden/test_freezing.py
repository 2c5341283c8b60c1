"""Hidden tests of the sheet on lesson 04."""

import numpy as np
from probes import boundaries, cases, toy

from tlwidgets.grading import points


def moves(model, seed):
    """Train one step; return the positions of the layers that moved, and of those that have weights."""
    rng = np.random.default_rng(seed)
    model.compile("sgd", "mse", run_eagerly=True)
    before = [layer.get_weights() for layer in model.layers]
    model.train_on_batch(rng.normal(1, 2, (8, 5)).astype("float32"), rng.normal(size=(8, 2)).astype("float32"))
    after = [layer.get_weights() for layer in model.layers]
    changed = [
        any(not np.array_equal(a, b) for a, b in zip(*pair, strict=True)) for pair in zip(before, after, strict=True)
    ]
    return {i for i, c in enumerate(changed) if c}


def compare(model, own, k):
    right, n = toy(own)
    assert [layer.name for layer in model.layers] == [layer.name for layer in right.layers], (
        "The model has other layers now."
    )
    moved = moves(model, own)
    early = sorted(i for i in moved if i < k)
    late = sorted(i for i in range(k, n) if i not in moved)
    assert not early, "A layer below the boundary moved in training."
    assert not late, "A layer above the boundary did not move in training."


@points("freeze_to", 1, "The right layers move, boundary in the middle", "Compare the position of a layer with k.")
def test_middle(answers, seed):
    compare(answers["freeze_to.0"], *boundaries(seed)[0])


@points("freeze_to", 1, "The right layers move when only the head is left", "Count the layers from 0.")
def test_head_only(answers, seed):
    compare(answers["freeze_to.1"], *boundaries(seed)[1])


@points("freeze_to", 1, "The right layers move when only the first is frozen", "Count the layers from 0.")
def test_first(answers, seed):
    compare(answers["freeze_to.2"], *boundaries(seed)[2])


@points(
    "freeze_to", 1, "A later call can free what an earlier one has frozen", "Give every layer its value, also True."
)
def test_again(answers, seed):
    own, k = boundaries(seed)[1]
    compare(answers["freeze_to.again"], own, k - 2)


def right(answers, seed, *kinds):
    found = answers["uses"]
    assert isinstance(found, list), "There is no list of answers."
    by_kind = {kind: answer for (kind, _, _), answer in zip(cases(seed), found, strict=True)}
    truth = {"nested", "continued", "deeper", "part"}
    return all(by_kind.get(kind) is (kind in truth) for kind in kinds)


@points("uses", 2, "It tells a base that is used from one that is only there", "Is the base in model.layers?")
def test_nested(answers, seed):
    assert right(answers, seed, "nested", "pixels", "deeper"), (
        "At least one of three models was taken for the other kind."
    )


@points("uses", 1, "It finds layers of the base one by one", "A base can be in a model layer by layer.")
def test_layers(answers, seed):
    assert right(answers, seed, "continued", "bypassed", "part"), (
        "At least one of three models was taken for the other kind."
    )


@points("uses", 1, "It compares layers and not their names", "Two layers may have one name: compare with `is`.")
def test_names(answers, seed):
    assert right(answers, seed, "nested", "namesake", "twin"), (
        "At least one of three models was taken for the other kind."
    )
