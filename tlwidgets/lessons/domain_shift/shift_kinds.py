"""Covariate, label and concept shift on Fashion-MNIST, with two mitigations, for lesson 07."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Table
from ...errors import CourseError, unknown

__all__ = ["FOLDS", "SUMMER", "ShiftKinds", "alarm_and_drop", "alarms", "by_strength", "shift_kinds"]

FOLDS = 5
"""Parts of the test images; a seed is the number of the part that is measured."""
SUMMER = ("t-shirt", "trouser", "dress", "sandal", "bag")
"""Classes that stay common when the shares of the classes change."""
_MERGED = ("shirt", "coat", "pullover")
"""Classes that are counted as t-shirts, one more with each strength of the concept shift."""
_REFERENCE = 200
"""Images on each side of the test for a shift."""

Row = dict[str, Any]


@dataclass(frozen=True)
class ShiftKinds:
    """The tiny network, what it gives for an image, and the images that it is measured on."""

    network: Any
    """Keras model with the classes of Fashion-MNIST."""
    observed: Any
    """The same layers, with pooled features (n, 48) and probabilities (n, 10) as outputs."""
    data: Any
    """Fashion-MNIST at 32 pixels."""

    def images(self, kind: str, strength: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return a fifth of the test images and their classes after a shift.

        Parameters
        ----------
        kind
            ``"label shift"``: the classes that are not in :data:`SUMMER` keep a share of ``2**-strength``;
            ``"concept shift"``: ``strength`` classes (0 to 3) are counted as t-shirts from now on, the images stay;
            or a corruption of :func:`tlwidgets.corrupt`.
        strength
            0 to 5; 0 is no shift.
        seed
            Which fifth, 0 to 4, and the draw of the corruption.
        """
        from ...data import corrupt, list_corruptions

        if not 0 <= seed < FOLDS:
            raise CourseError(f"seed={seed} is no fifth of the test images: give 0 to {FOLDS - 1}.")
        highest = len(_MERGED) if kind == "concept shift" else 5
        if not 0 <= strength <= highest:
            raise CourseError(f"strength={strength} is not known for {kind!r}: give 0 to {highest}.")
        test, classes = self.data.test, list(self.data.classes)
        fold = np.concatenate([np.array_split(np.flatnonzero(test.y == c), FOLDS)[seed] for c in range(len(classes))])
        x, y = test.x[fold], test.y[fold]
        if kind == "label shift":
            rare = [c for c, name in enumerate(classes) if name not in SUMMER]
            kept = [np.flatnonzero(y == c) for c in range(len(classes))]
            few = max(1, len(kept[0]) >> strength)
            rows = np.concatenate([k[:few] if c in rare else k for c, k in enumerate(kept)])
            return x[rows], y[rows]
        if kind == "concept shift":
            merged = [classes.index(name) for name in _MERGED[:strength]]
            return x, np.where(np.isin(y, merged), classes.index("t-shirt"), y)
        known = [c.name for c in list_corruptions()]
        if kind not in known:
            raise unknown("kind of shift", kind, ["label shift", "concept shift", *known])
        return corrupt(x, kind, strength, seed=seed), y

    def answers(self, x: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return pooled features (n, 48) and class probabilities (n, 10) of grey images (n, 32, 32, 1)."""
        from ...models import to_rgb
        from ...training.extraction import forward

        features, probabilities = forward(self.observed, to_rgb(x), 100)
        return features, probabilities

    def adapted(
        self, x: NDArray[np.uint8], unlabelled: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return :meth:`answers` with BatchNorm statistics of other images (AdaBN); the network stays as it is."""
        from ...models import to_rgb
        from ...transfer import adapt_batchnorm

        before = self.network.get_weights()
        try:
            adapt_batchnorm(self.network, to_rgb(unlabelled))
            return self.answers(x)
        finally:
            self.network.set_weights(before)

    def measure(self, kind: str, strength: int, seed: int) -> Row:
        """Measure one point: a shift, on a fifth of the test images, without a mitigation and with two.

        The mitigations look at the next fifth, shifted in the same way, without its labels: they never see the images
        on which they are measured.

        Returns
        -------
        dict
            ``accuracy``, ``confidence`` (mean highest probability) and ``error`` (expected calibration error) of the
            network as it is; the same with AdaBN (``adabn…``) and with shares of classes estimated and corrected
            (``prior…``, its error too); and what the unlabelled images show against clean ones: ``distance`` of the
            means in standard deviations, and ``p_value`` of the permutation test on 200 images of each.
        """
        from ...transfer import correct_prior, estimate_prior, expected_calibration_error, mean_distance, mmd_test

        x, y = self.images(kind, strength, seed)
        unlabelled = self.images(kind, strength, (seed + 1) % FOLDS)[0]
        seen, sure = self.answers(unlabelled)
        even = np.full(len(self.data.classes), 1 / len(self.data.classes))
        plain = self.answers(x)[1]
        found: dict[str, Any] = {
            "": plain,
            "adabn": self.adapted(x, unlabelled)[1],
            "prior": correct_prior(plain, even, estimate_prior(sure, even)),
        }
        row: Row = {"kind": kind, "strength": strength, "seed": seed}
        for name, p in found.items():
            right = p.argmax(1) == y
            figures = {
                "accuracy": float(right.mean()),
                "confidence": float(p.max(1).mean()),
                "error": expected_calibration_error(p.max(1), right),
            }
            row |= {f"{name}_{k}".lstrip("_"): v for k, v in figures.items()}
        clean = self.answers(self.data.validation.x)[0]
        rng = np.random.default_rng(seed)
        test = mmd_test(rng.permutation(clean)[:_REFERENCE], rng.permutation(seen)[:_REFERENCE], shuffles=99, seed=seed)
        return {**row, "distance": mean_distance(clean, seen), "p_value": test.p_value}


def shift_kinds() -> ShiftKinds:
    """Return the network and the images that the measurement ``shift_kinds`` was made with."""
    import keras

    from ...data import load
    from ...models import backbone

    network = backbone("tiny", weights="fashion_mnist", top=True)
    observed = keras.Model(network.input, [network.get_layer("top_pool").output, network.output])
    return ShiftKinds(network, observed, load("fashion_mnist", size=32))


def by_strength(table: Table, kind: str, columns: Mapping[str, str]) -> dict[str, dict[str, list[float]]]:
    """Return line → strength → values over seeds, as :func:`~tlwidgets.course.figures.accuracy_lines` takes them.

    Parameters
    ----------
    table
        ``read_table("shift_kinds")``.
    kind
        Kind of shift; the line begins with strength 0, the images as they are.
    columns
        Name of a line → column of the table.
    """
    strengths = table.where(kind=kind).distinct("strength")
    return {
        name: {"0": table.values(column, kind="none")}
        | {str(s): table.values(column, kind=kind, strength=s) for s in strengths}
        for name, column in columns.items()
    }


def alarms(table: Table, kind: str, strength: int) -> int:
    """Return in how many parts of the images a test for a shift with 5 % false alarms raised the alarm."""
    return sum(p <= 0.05 for p in table.values("p_value", kind=kind, strength=strength))


def alarm_and_drop(table: Table) -> dict[tuple[bool, bool], list[str]]:
    """Sort the shifts by whether they were noticed and whether they did harm.

    Parameters
    ----------
    table
        ``read_table("shift_kinds")``.

    Returns
    -------
    dict
        ``(alarm, harm)`` → names of kind and strength. Alarm: in most of the parts, without labels. Harm: the paired
        95 % interval of the change in accuracy lies below 0.
    """
    from ...transfer import compare

    clean = table.values("accuracy", kind="none")
    found: dict[tuple[bool, bool], list[str]] = {}
    for kind, strength in dict.fromkeys((row["kind"], row["strength"]) for row in table.rows if row["kind"] != "none"):
        change = compare(table.values("accuracy", kind=kind, strength=strength), clean)
        noticed = alarms(table, kind, strength) > FOLDS / 2
        found.setdefault((noticed, change.verdict == "worse"), []).append(f"{kind} {strength}")
    return found
