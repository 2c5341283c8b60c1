"""ShiftSlider: images, accuracy, calibration and distance under a growing shift."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...data.corruptions import corrupt, list_corruptions
from ...errors import CourseError, unknown
from ...transfer.severity import Shift
from .. import _bundle
from .._palette import MARKERS, pick
from .._runs import json_numbers, mean
from .._sprite import check_images, sprite
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["ShiftSlider"]

_MEASURES = {"accuracy": "accuracy", "ece": "calibration error", "distance": "distance"}
_SAMPLES = 12
_SIDE = 64


class ShiftSlider(StaticWidget):
    """A slider for the severity of a shift: the images change, and a line for each model says what that costs.

    Everything is measured beforehand, so the slider answers at once, also without a kernel. The lines are the means
    of the seeds with a band from the lowest to the highest. The diagram beside them is the reliability diagram: how
    often predictions of a confidence are right; below the diagonal a model is too sure.

    Parameters
    ----------
    results
        What :func:`tlwidgets.transfer.measure_shift` gives, or ``{name of a model: what it gives}``. Of a row only
        ``accuracy`` is needed: a number, or a number for each seed.
    images
        Up to 12 images to show, as ``shift`` takes them (``uint8`` for the corruptions), shape (n, h, w, 1 or 3).
    y
        Names of their classes, or numbers that count into ``classes``.
    classes
        Names of the classes.
    predict
        Gives class probabilities (n, k) of images; with it each image says what it is taken for. Runs once for
        every kind and severity.
    chance
        Accuracy of guessing, drawn as a dotted line; 1 / number of ``classes`` by default.
    shift
        ``shift(x, kind, severity, seed=0)`` gives the shifted images.
    label
        Title.

    Attributes
    ----------
    value : int
        Severity.
    kind : str
        Kind of shift.
    measure : str
        ``"accuracy"``, ``"ece"`` (expected calibration error, Guo et al. 2017) or ``"distance"``.

    Raises
    ------
    CourseError
        If the results have another form, or the images do not fit.

    Examples
    --------
    >>> table = tl.measure_shift(model, data.test.x, data.test.y, ["fog", "gaussian_noise"])
    >>> ShiftSlider({"fine-tuned": table}, data.test.x[:6])
    """

    _esm = _bundle.esm("shift_slider")
    _css = _bundle.css("shift_slider")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Int(0).tag(sync=True)
    kind = t.Unicode("").tag(sync=True)
    measure = t.Enum(tuple(_MEASURES), "accuracy").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    chance = t.Float(None, allow_none=True).tag(sync=True)
    severities = t.List(t.Int(), read_only=True).tag(sync=True)
    kinds = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _models = t.List().tag(sync=True)
    _rows = t.Dict().tag(sync=True)
    _words = t.Dict().tag(sync=True)
    _families = t.Dict().tag(sync=True)
    _measures = t.List(t.Unicode()).tag(sync=True)
    _truth = t.List(t.Unicode()).tag(sync=True)
    _said = t.Dict().tag(sync=True)
    _sprite = t.Bytes(b"").tag(sync=True)
    _sprite_form = t.Dict().tag(sync=True)

    def __init__(
        self,
        results: Mapping[str, Any],
        images: Any | None = None,
        y: npt.ArrayLike | None = None,
        classes: Sequence[str] | None = None,
        predict: Callable[[Any], Any] | None = None,
        *,
        chance: float | None = None,
        shift: Shift = corrupt,
        label: str = "Under a growing shift",
    ) -> None:
        tables = _tables(results)
        kinds = list(dict.fromkeys(kind for table in tables.values() for kind in table))
        levels = sorted({level for table in tables.values() for rows in table.values() for level in rows})
        names = list(tables)
        colors: list[str] = []
        for name in names:
            colors.append(pick(name, colors))
        self._tables = tables
        self._shifted: dict[tuple[str, int], npt.NDArray[Any]] = {}
        class_names = [str(name) for name in classes] if classes is not None else []
        self.set_trait("kinds", kinds)
        self.set_trait("severities", levels)
        every = [row for table in tables.values() for rows in table.values() for row in rows.values()]
        known = {record.name: record.family for record in list_corruptions()}
        shown = self._images(images, y, class_names, predict, shift) if images is not None else {}
        super().__init__(
            value=levels[0],
            kind=kinds[0],
            label=label,
            chance=1 / len(class_names) if chance is None and len(class_names) > 1 else chance,
            _models=[
                {"name": name, "color": color, "shape": MARKERS[k % len(MARKERS)]}
                for k, (name, color) in enumerate(zip(names, colors, strict=True))
            ],
            _rows={
                kind: {name: {str(s): _sent(row) for s, row in table.get(kind, {}).items()}
                       for name, table in tables.items()} for kind in kinds
            },
            _families={kind: known.get(kind, "") for kind in kinds},
            _measures=[m for m in _MEASURES if any(row.get(m) for row in every)],
            **shown,
        )  # fmt: skip
        self._words = {kind: {str(s): self._describe(kind, s) for s in levels} for kind in kinds}
        self.observe(lambda _: self.refresh_static(), ["value", "kind", "measure", "label"])

    def _images(
        self, images: Any, y: Any, classes: list[str], predict: Callable[[Any], Any] | None, shift: Shift
    ) -> dict[str, Any]:
        check_images(images)
        n = len(images)
        if not 0 < n <= _SAMPLES:
            raise CourseError(f"a ShiftSlider shows 1 to {_SAMPLES} images, not {n}: take some of them.")
        truth = [] if y is None else [_name(v, classes) for v in np.asarray(y).tolist()]
        if y is not None and len(truth) != n:
            raise CourseError(f"there are {len(truth)} classes for {n} images: give one for each.")
        said: dict[str, Any] = {}
        for kind in self.kinds:
            for level in self.severities:
                self._shifted[kind, level] = np.asarray(shift(images, kind, level, seed=0)) if level else images
                if predict is not None:
                    p = np.asarray(predict(self._shifted[kind, level]), "float64")
                    if p.ndim != 2 or len(p) != n:
                        raise CourseError(f"predict should give probabilities of shape ({n}, classes), not {p.shape}.")
                    best = p.argmax(axis=1)
                    sure = json_numbers(p.max(axis=1))
                    pairs = zip(best.tolist(), sure, strict=True)
                    said.setdefault(kind, {})[str(level)] = [[_name(c, classes), s] for c, s in pairs]
        made = sprite(np.concatenate(list(self._shifted.values())), _SIDE)
        return {"_truth": truth, "_said": said, "_sprite": made.data, "_sprite_form": {**made.form, "samples": n}}

    # -- state

    @t.validate("value")
    def _known_severity(self, proposal: Any) -> int:
        if proposal["value"] not in self.severities:
            raise CourseError(f"there is no severity {proposal['value']}: choose from {self.severities}.")
        return int(proposal["value"])

    @t.validate("kind")
    def _known_kind(self, proposal: Any) -> str:
        if proposal["value"] not in self.kinds:
            raise unknown("kind", proposal["value"], self.kinds)
        return str(proposal["value"])

    @t.validate("measure")
    def _known_measure(self, proposal: Any) -> str:
        if proposal["value"] not in self._measures:
            raise CourseError(f"{_MEASURES[proposal['value']]} was not measured: the results hold no such number.")
        return str(proposal["value"])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is not known is left out."""
        known: dict[str, Sequence[Any]] = {"value": self.severities, "kind": self.kinds, "measure": self._measures}
        super().set_state({k: v for k, v in sync_data.items() if k not in known or v in known[k]})

    # -- words and figure

    def _mean(self, model: str, kind: str, severity: int, measure: str) -> float | None:
        return mean(self._tables[model].get(kind, {}).get(severity, {}).get(measure, ()))

    def _describe(self, kind: str, severity: int) -> str:
        words, accuracies, before = [], {}, {}
        for name in self._tables:
            accuracy = self._mean(name, kind, severity, "accuracy")
            start = self._mean(name, kind, self.severities[0], "accuracy")
            if accuracy is None:
                words.append(f"{name} was not measured")
                continue
            accuracies[name] = accuracy
            text = f"{name}: accuracy {accuracy:.2f}"
            if start is not None:
                before[name] = start
                if severity != self.severities[0]:
                    text += f" ({accuracy - start:+.2f})".replace("-", "−")
            ece, sure = (self._mean(name, kind, severity, m) for m in ("ece", "confidence"))
            if ece is not None:
                text += f", calibration error {ece:.2f}"
            if sure is not None and abs(sure - accuracy) >= 0.005:
                text += f", too {'sure' if sure > accuracy else 'unsure'} by {abs(sure - accuracy):.2f}"
            distance = self._mean(name, kind, severity, "distance")
            if distance is not None:
                text += f", distance {distance:.2f}"
            words.append(text)
        sentence = f"{kind.replace('_', ' ')}, severity {severity}: {'; '.join(words)}."
        if len(before) > 1 and len(accuracies) > 1:
            best, first = max(accuracies, key=accuracies.__getitem__), max(before, key=before.__getitem__)
            if best != first:
                sentence += f" {best} is now best; at severity {self.severities[0]} it was {first}."
        return sentence

    def summary(self) -> str:
        """Return in words what the shown severity costs each model."""
        return f"{self.label}: {self._words[self.kind][str(self.value)]}"

    def static(self) -> StaticFigure:
        """Return images, lines and reliability diagram as a matplotlib figure with alternative text."""
        from ._draw import draw

        shown = self._shifted.get((self.kind, self.value))
        said = self._said.get(self.kind, {}).get(str(self.value), [])
        return draw(
            {name: table.get(self.kind, {}) for name, table in self._tables.items()}, self._models, self.severities,
            (self.value, self.measure, _MEASURES[self.measure], self.chance), (shown, self._truth, said),
            f"{self.kind.replace('_', ' ')}, severity {self.value}", self.summary(),
        )  # fmt: skip


def _name(value: Any, classes: Sequence[str]) -> str:
    if isinstance(value, int) and classes:
        if not 0 <= value < len(classes):
            raise CourseError(f"class {value} has no name: {len(classes)} are named, 0 to {len(classes) - 1}.")
        return classes[value]
    return str(value)


def _tables(given: Any) -> dict[str, dict[str, dict[int, dict[str, list[float]]]]]:
    """Return results as model → kind → severity → row of lists."""
    shape = "{kind: {severity: {'accuracy': …}}}, or {model: such a table}"
    if not isinstance(given, Mapping) or not given:
        raise CourseError(f"results should be {shape}: measure_shift makes them.")
    depth, inside = 0, given
    while isinstance(inside, Mapping) and "accuracy" not in inside and inside:
        inside = next(iter(inside.values()))
        depth += 1
    if not isinstance(inside, Mapping) or "accuracy" not in inside or depth not in (2, 3):
        raise CourseError(f"results should be {shape}: measure_shift makes them.")
    models = given if depth == 3 else {"model": given}
    try:
        found = {
            str(name): {
                str(kind): {int(severity): _row(row) for severity, row in rows.items()} for kind, rows in table.items()
            }
            for name, table in models.items()
        }
    except (TypeError, ValueError, AttributeError, KeyError):
        raise CourseError(f"results should be {shape}, with numbers: measure_shift makes them.") from None
    return found


def _row(row: Mapping[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {
        key: np.atleast_1d(np.asarray(row[key], "float64")).tolist()
        for key in ("accuracy", "confidence", "ece", "distance")
        if row.get(key) is not None
    }
    found["accuracy"] = found["accuracy"]  # needed
    bins = np.asarray(row.get("bins", []), "float64").reshape(-1, 3)
    found["bins"] = bins[np.isfinite(bins).all(axis=1)].tolist()
    return found


def _sent(row: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return a row for the browser: mean, lowest and highest of the finite numbers."""
    out: dict[str, Any] = {"bins": row["bins"]}
    for key in _MEASURES:
        good = [v for v in row.get(key, ()) if math.isfinite(v)]
        if good:
            out[key] = [sum(good) / len(good), min(good), max(good)]
    return out
