"""Where to cut a network, what its features are worth, and what wrong input costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.experiments import Examples, Experiment, Runner, Trial, grid, load_examples, packed, probe_hits
from ...models import backbone
from ...training import explained_by_edges, extract_features_by_block, handcrafted_features
from .maps import feature_maps

__all__ = ["CUTS", "EDGES", "EXPERIMENTS", "FED", "MISTAKES", "OTHERS", "PROBED", "SETTINGS"]

SETTINGS: dict[str, Any] = {"network": "efficientnet-lite0", "size": 96, "per_class": 20}
OTHERS = ("openmoji_black", "openmoji_color", "twemoji", "fluent3d", "openclipart")
"""Styles on which a cut is tried that was chosen on ``noto``."""
CUTS = ("block6b", "block6d", "block7a", "top")
SEEDS = range(5)
MISTAKES = ("right", "divided by 255", "scaled to -1 … 1", "red and blue exchanged", "mirrored")
"""What is done to images before they are fed; the last one does no harm."""


def images(domain: str, split: str) -> Examples:
    """Return drawings of a style."""
    return load_examples("styles", domain, size=SETTINGS["size"], splits=(split,))


def network(source: str) -> Any:
    """Return the network, trained on photographs or with random weights."""
    weights = "imagenet" if source == "photographs" else None
    return backbone(SETTINGS["network"], size=SETTINGS["size"], weights=weights, seed=0)


def by_cut(runner: Runner, domain: str, source: str, split: str) -> dict[str, Examples]:
    """Return the features of drawings at every cut."""
    data = runner.once(images, domain, split)
    found = extract_features_by_block(runner.once(network, source), data.x, at=list(CUTS), batch_size=32)
    return {cut: Examples(x, data.y) for cut, x in found.items()}


def without(domain: str, method: str, split: str) -> Examples:
    """Return what describes drawings without a network: features designed by hand, or the mean colours of squares."""
    data = images(domain, split)
    if method == "designed":
        return Examples(handcrafted_features(data.x), data.y)
    squares = data.x.reshape(len(data), 16, 6, 16, 6, 3).mean(axis=(2, 4))
    return Examples(squares.reshape(len(data), -1) / 255, data.y)


def probed(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Fit a linear classifier on a few drawings, described in one way, and try it on the test drawings."""
    if trial.source == "none":
        train, test = (runner.once(without, trial.task, trial.method, split) for split in ("train", "test"))
    else:
        parts = (runner.once(by_cut, runner, trial.task, trial.source, split) for split in ("train", "test"))
        train, test = (part[trial.method] for part in parts)
    hits = probe_hits(train.sample(SETTINGS["per_class"], trial.seed), test)
    return {"accuracy": float(hits.mean()), "hits": packed(hits)}


def changed(x: Any, mistake: str) -> Any:
    """Return images as they are fed."""
    if mistake == "divided by 255":
        return x / np.float32(255)
    if mistake == "scaled to -1 … 1":
        return x / np.float32(127.5) - 1
    return {"red and blue exchanged": x[..., ::-1], "mirrored": x[:, :, ::-1]}.get(mistake, x)


def wrongly(runner: Runner, mistake: str, split: str) -> Examples:
    """Return the features of coloured emoji that were fed in some way."""
    data = runner.once(images, "noto", split)
    cut = "block6d"
    found = extract_features_by_block(runner.once(network, "photographs"), changed(data.x, mistake), at=[cut])
    return Examples(found[cut], data.y)


def fed(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Train a probe on images fed rightly, or as wrongly as later, and use it on images that are fed in some way."""
    train = runner.once(wrongly, runner, "right" if trial.method == "in use" else trial.task, "train")
    test = runner.once(wrongly, runner, trial.task, "test")
    hits = probe_hits(train.sample(SETTINGS["per_class"], trial.seed), test)
    return {"accuracy": float(hits.mean()), "hits": packed(hits)}


def edges(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return how much of the channels of a block can be told from colours and edges at their place (0 … 1).

    The seed chooses twelve drawings; no drawing is in two of these groups.
    """
    base, drawings = runner.once(network, trial.source), runner.once(images, "noto", "train").x[trial.seed :: 5][:12]
    maps = feature_maps(base, drawings, [trial.method, "top" if trial.method == "stem" else "stem"])
    return {"explained": float(explained_by_edges(drawings, maps[trial.method]))}


PROBED = Experiment(
    "feature_extraction",
    "cuts",
    "Accuracy of a probe on drawings by style and cut, pretrained and random, and without a network",
    [
        *grid(task=("noto", *OTHERS), source=("photographs", "random"), method=CUTS, seed=SEEDS),
        *grid(task="noto", source="none", method=("designed", "pixels"), seed=SEEDS),
    ],
    probed,
    SETTINGS,
    digits=4,
    again=grid(task="noto", source="none", method=("designed", "pixels"), seed=1),
    agree={"accuracy": 0.03},
)
FED = Experiment(
    "feature_extraction",
    "mistakes",
    "Accuracy of a probe on coloured emoji that are fed rightly and wrongly",
    grid(task=MISTAKES, method=("in use", "in training and in use"), seed=SEEDS),
    fed,
    SETTINGS,
    digits=4,
    agree={"accuracy": 0.03},
)
EDGES = Experiment(
    "feature_extraction",
    "edges",
    "How much of a block's channels is colour and edges at their place, pretrained and random",
    grid(source=("photographs", "random"), method=("stem", "block1a", "block4c", "block6d", "top"), seed=SEEDS),
    edges,
    SETTINGS,
    digits=4,
    agree={"explained": 0.05},
)
EXPERIMENTS = (PROBED, FED, EDGES)
