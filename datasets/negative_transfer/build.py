"""Measure what lesson 09 shows: about 14 CPU minutes, from the top of the repository.

    python datasets/negative_transfer/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tlwidgets.lessons.negative_transfer.experiment import Journal, biomedical, save_table
from tlwidgets.lessons.negative_transfer.experiment import negative_transfer as tiny
from tlwidgets.training import features

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "negative_transfer"
SEEDS = 5
PER_CLASS = 10
SOURCES = {
    "digits": ("random", "clothes, labels shuffled", "printed digits", "clothes", "drawings"),
    "digits 5-9": ("random", "digits 0-4", "clothes, labels shuffled", "printed digits", "clothes", "drawings"),
}
COLUMNS = ("experiment", "source", "target", "way", "keep", "rate", "per_class", "measure", "seed")
Row = tuple[Any, ...]


def trained(source: str, target: str, seed: int, **options: Any) -> float:
    """Return the accuracy of one tuned network; of scratch with ``keep=0``."""
    given = tiny.task(target, per_class=PER_CLASS, seed=seed)
    return given.accuracy(tiny.tuned(tiny.source(source, seed=seed), given, seed=seed, **options))


def from_scratch(per_class: int, seed: int) -> float:
    """Return the accuracy of the tiny network from random weights on pieces of a brain."""
    given = tiny.task("brain", per_class=per_class, seed=seed)
    return given.accuracy(tiny.tuned(tiny.source("random", seed=seed), given, seed=seed))


def probed(source: str, target: str, seed: int) -> float:
    """Return the accuracy on frozen features."""
    given = tiny.task(target, per_class=PER_CLASS, seed=seed)
    return given.accuracy(tiny.frozen(tiny.source(source, seed=seed), given))


def pairs() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield every source on every target, frozen and tuned; random weights tuned are scratch."""
    for target in tiny.TARGETS:
        for source in SOURCES[target]:
            for seed in range(SEEDS):
                key = ("pairs", source, target)
                yield (
                    (*key, "frozen", tiny.BLOCKS, 0.0, PER_CLASS, "accuracy", seed),
                    lambda s=source, t=target, n=seed: probed(s, t, n),
                )
                for rate in tiny.RATES:
                    yield (
                        (*key, "tuned", tiny.BLOCKS, rate, PER_CLASS, "accuracy", seed),
                        lambda s=source, t=target, n=seed, r=rate: trained(s, t, n, rate=r),
                    )


def repairs() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield the harmful pair with fewer blocks kept, and with other rates, scratch with the same rates."""
    source, target = tiny.HARMFUL
    for seed in range(SEEDS):
        for keep in (1, 2, 3):
            yield (
                ("depth", source, target, "tuned", keep, tiny.RATE, PER_CLASS, "accuracy", seed),
                lambda k=keep, n=seed: trained(source, target, n, keep=k),
            )
        for rate in (1e-3, 3e-2):
            for name in (source, "random"):
                yield (
                    ("rate", name, target, "tuned", tiny.BLOCKS, rate, PER_CLASS, "accuracy", seed),
                    lambda s=name, r=rate, n=seed: trained(s, target, n, rate=r),
                )


def bias() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield accuracies on clean and on marked digits, and how many answers the mark changes."""
    done: dict[tuple[Any, ...], np.ndarray] = {}

    def predicted(source: str, way: str, seed: int) -> np.ndarray:
        if (source, way, seed) not in done:
            given = tiny.task("digits", per_class=PER_CLASS, seed=seed).with_mark()
            base = tiny.source(source)
            found = tiny.frozen(base, given) if way == "frozen" else tiny.tuned(base, given, seed=seed)
            done[source, way, seed] = np.stack([*np.split(found, 2), given.y_test[: len(found) // 2]])
        return done[source, way, seed]

    measures: dict[str, Callable[[np.ndarray], float]] = {
        "accuracy": lambda p: float((p[0] == p[2]).mean()),
        "accuracy, marked": lambda p: float((p[1] == p[2]).mean()),
        "changed by the mark": lambda p: float((p[0] != p[1]).mean()),
    }
    for way in ("frozen", "tuned"):
        for source in tiny.MARKED:
            for seed in range(SEEDS):
                for measure, of in measures.items():
                    yield (
                        ("bias", source, "digits", way, tiny.BLOCKS, tiny.RATE, PER_CLASS, measure, seed),
                        lambda f=of, s=source, w=way, n=seed: f(predicted(s, w, n)),
                    )


def looks() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield what the features of the digits look like in every source."""
    given = tiny.task("digits")
    measures: dict[str, Callable[[np.ndarray], float]] = {
        "directions": tiny.effective_rank,
        "nearest alike": lambda x: tiny.nearest_alike(x, given.y_test),
    }
    for source in SOURCES["digits"]:
        for seed in range(SEEDS if source == "random" else 1):
            for measure, of in measures.items():
                yield (
                    ("features", source, "digits", "frozen", tiny.BLOCKS, 0.0, 0, measure, seed),
                    lambda f=of, s=source, n=seed: f(features(tiny.source(s, seed=n), given.x_test)),
                )


def taught() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield how well the sources that are trained here know their own task."""
    for source in tiny.TRAINED:
        yield (
            ("sources", source, source, "tuned", tiny.BLOCKS, tiny.RATE, 0, "accuracy", 0),
            lambda s=source: tiny.source_accuracy(s),
        )


def photographs() -> Iterator[tuple[Row, Callable[[], float]]]:
    """Yield pieces of a brain described in several ways, and two styles of drawings trained together."""
    for seed in range(SEEDS):
        for per_class in (5, 20):
            for view in biomedical.VIEWS:
                yield (
                    ("brain", view, "brain", "frozen", 0, 0.0, per_class, "accuracy", seed),
                    lambda v=view, n=per_class, s=seed: biomedical.view_accuracy(v, per_class=n, seed=s),
                )
            yield (
                ("brain", "tiny network from scratch", "brain", "tuned", 0, tiny.RATE, per_class, "accuracy", seed),
                lambda n=per_class, s=seed: from_scratch(n, s),
            )
        for wrong in (False, True):
            for way in biomedical.JOINT_WAYS:
                name = "black drawings, labels wrong" if wrong else "black drawings"
                yield (
                    ("joint", name, "coloured emoji", way, 0, 0.0, 5, "accuracy", seed),
                    lambda w=way, b=wrong, s=seed: biomedical.joint_accuracy(w, wrong_labels=b, seed=s),
                )


def main() -> None:
    """Measure every point and write them as one JSON file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "negative_transfer.json")
    args = parser.parse_args()
    plans = (photographs(), pairs(), looks(), bias(), repairs(), taught())
    measures = {key: measure for plan in plans for key, measure in plan}
    points = [dict(zip(COLUMNS, key, strict=True)) for key in measures]
    settings = {
        "network": "tiny",
        "size": tiny.SIZE,
        "epochs": tiny.EPOCHS,
        "batch": tiny.BATCH,
        "seeds": SEEDS,
    }
    with Journal("negative_transfer") as journal:
        rows = journal.rows(points, lambda **point: [{**point, "value": measures[tuple(point.values())]()}])
        save_table(args.out, "Transfer from near and far sources, and its repair", settings, rows)


if __name__ == "__main__":
    main()
