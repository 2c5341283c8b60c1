"""ConfusionMatrix: which classes a model takes for which, and the images behind every cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._classes import class_numbers
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["ConfusionMatrix"]

_PAGE = 24  # images sent at a time
_SIDE = 96  # pixels of a sent image, at most
_NORMALIZE = ("counts", "true", "predicted")


class ConfusionMatrix(StaticWidget):
    """True classes by predicted classes: counts and shares; Enter or a click on a cell shows its images.

    Right predictions are blue and stand on the diagonal, wrong ones are orange.

    Parameters
    ----------
    y_true, y_pred
        Classes of the examples, shape ``(n,)``: numbers that count into ``classes``, or names.
    classes
        Names of the classes, in order.
    images
        The examples as images, shape ``(n, height, width)`` or ``(n, height, width, 1 or 3)``; ``uint8``, or
        floats (0 to 1, or 0 to 255 when a shown value is above 1; a lower end below 0 is made black). They stay
        in Python: 24 at a time go to the browser, when a cell is opened.
    normalize
        ``"counts"``, ``"true"`` (share of the true class: recall) or ``"predicted"`` (share of the predicted
        class: precision).
    send_ahead
        So many images of each wrong cell are sent with the widget, for a page that has no kernel to ask.
    label
        Title.

    Attributes
    ----------
    value : list of str
        ``[true class, predicted class]`` of the open cell, or ``[]``.
    normalize : str
    matrix : ndarray
        Counts, shape ``(classes, classes)``, int64; rows are true classes.

    Raises
    ------
    CourseError
        If lengths differ, a class is not known, or the images have another shape.

    Examples
    --------
    >>> predicted = model.predict(x, verbose=0).argmax(1)
    >>> ConfusionMatrix(y, predicted, data.classes, images=x)
    """

    _esm = _bundle.esm("confusion_matrix")
    _css = _bundle.css("confusion_matrix")

    _alone = t.Bool(True).tag(sync=True)
    value = t.List(t.Unicode()).tag(sync=True)
    normalize = t.Enum(_NORMALIZE, "counts").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    classes = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _counts = t.Bytes(b"").tag(sync=True)
    _page = t.Int(_PAGE).tag(sync=True)
    _has_images = t.Bool(False).tag(sync=True)
    _ahead = t.Dict().tag(sync=True)

    def __init__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        classes: Sequence[str],
        images: Any | None = None,
        *,
        normalize: str = "counts",
        send_ahead: int = 0,
        label: str = "Confusion matrix",
    ) -> None:
        names = [str(name) for name in classes]
        if len(set(names)) < len(names):
            raise CourseError("two classes have the same name: give every class its own.")
        true, predicted = class_numbers(y_true, names, "y_true"), class_numbers(y_pred, names, "y_pred")
        if len(true) != len(predicted):
            raise CourseError(f"y_true has {len(true)} classes and y_pred {len(predicted)}: give one for each example.")
        if images is not None:
            shape = getattr(images, "shape", None)
            if shape is None or len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
                raise CourseError(
                    f"images should be one array (n, height, width) or (n, height, width, 1 or 3), not {shape}."
                )
            if shape[0] != len(true):
                raise CourseError(f"there are {shape[0]} images for {len(true)} classes: give one for each example.")
        if normalize not in _NORMALIZE:
            raise unknown("normalization", normalize, _NORMALIZE)
        if isinstance(send_ahead, bool) or not isinstance(send_ahead, int) or send_ahead < 0:
            raise CourseError(f"send_ahead is a number of images for each wrong cell, not {send_ahead!r}.")
        k = len(names)
        self.matrix = np.bincount(true * k + predicted, minlength=k * k).reshape(k, k).astype("int64")
        self._true, self._predicted, self._images = true, predicted, images
        i, j = np.nonzero(self.matrix)
        packed = np.stack([i, j, self.matrix[i, j]], 1).astype("<i4").tobytes()
        ahead = {}
        if images is not None and send_ahead:
            wrong = [(int(a), int(b)) for a, b in zip(i, j, strict=True) if a != b]
            ahead = {f"{a}|{b}": self._thumbnails(self._members(a, b)[:send_ahead]) for a, b in wrong}
        self.set_trait("classes", names)
        super().__init__(normalize=normalize, label=label, _counts=packed, _has_images=images is not None, _ahead=ahead)
        self.observe(lambda _: self.refresh_static(), ["value", "normalize", "label"])

    # -- the open cell

    def _is_cell(self, value: Any) -> bool:
        return value == [] or (len(value) == 2 and all(name in self.classes for name in value))

    @t.validate("value")
    def _known_cell(self, proposal: Any) -> list[str]:
        value = list(proposal["value"])
        if value and len(value) != 2:
            raise CourseError(f"the open cell is [true class, predicted class], or [] for none, not {value!r}.")
        for name in value:
            if name not in self.classes:
                raise unknown("class", name, self.classes)
        return value

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is not known is left out."""
        known = dict(sync_data)
        if not self._is_cell(known.get("value", [])):
            del known["value"]
        if known.get("normalize", "counts") not in _NORMALIZE:
            del known["normalize"]
        super().set_state(known)

    def _members(self, i: int, j: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self._true == i) & (self._predicted == j))

    def examples(self, true: str, predicted: str) -> npt.NDArray[np.int64]:
        """Return the indices of the examples of one cell, in order.

        Raises
        ------
        CourseError
            If a class is not known.
        """
        for name in (true, predicted):
            if name not in self.classes:
                raise unknown("class", name, self.classes)
        return self._members(self.classes.index(true), self.classes.index(predicted))

    def _thumbnails(self, indices: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
        return [{"n": int(n), "png": image} for n, image in zip(indices, self._png(indices), strict=True)]

    def _png(self, indices: npt.NDArray[np.int64]) -> list[bytes]:
        """The images as PNG files; the scale of floats is decided over these together."""
        from PIL import Image

        assert self._images is not None
        if not len(indices):
            return []
        shown = np.stack([np.asarray(self._images[int(n)]) for n in indices])
        if shown.dtype != np.uint8:
            shown = np.nan_to_num(shown.astype("float64"), nan=0.0, posinf=255.0, neginf=0.0)
            low = min(0.0, float(shown.min()))
            top = float(shown.max())
            high = top if low < 0 else 255.0 if top > 1 else 1.0
            shown = np.clip(255 * (shown - low) / max(high - low, 1e-9), 0, 255).round().astype("uint8")
        if shown.ndim == 4 and shown.shape[3] == 1:
            shown = shown[..., 0]
        files = []
        for array in shown:
            image = Image.fromarray(array)
            image.thumbnail((_SIDE, _SIDE))
            buffer = io.BytesIO()
            image.save(buffer, "png")
            files.append(buffer.getvalue())
        return files

    def _on_message(self, widget: Any, content: Any, buffers: Any) -> None:
        super()._on_message(widget, content, buffers)
        if not isinstance(content, dict) or content.get("kind") != "images" or self._images is None:
            return
        i, j, page = (content.get(key) for key in ("i", "j", "page"))
        if not all(isinstance(v, int) for v in (i, j, page)):
            return
        members = self._members(i, j)[page * _PAGE : (page + 1) * _PAGE]  # type: ignore[arg-type, operator]
        reply = {"kind": "images", "i": i, "j": j, "page": page, "numbers": [int(n) for n in members]}
        self.send(reply, buffers=self._png(members))

    # -- words and figure

    def summary(self) -> str:
        """Return accuracy, recall of the worst class, and the most frequent confusions in words."""
        total, right = int(self.matrix.sum()), int(np.trace(self.matrix))
        if not total:
            return f"{self.label}: no examples."
        words = [f"{self.label}: {right} of {total} right ({right / total:.1%}), {len(self.classes)} classes."]
        sizes = self.matrix.sum(1)
        recall = np.where(sizes > 0, np.diag(self.matrix) / np.maximum(sizes, 1), np.inf)
        worst = int(recall.argmin())
        words.append(
            f"Mean recall {recall[sizes > 0].mean():.1%}, lowest for {self.classes[worst]} ({recall[worst]:.1%})."
        )
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        top = [divmod(int(n), len(self.classes)) for n in np.argsort(wrong, axis=None, kind="stable")[::-1][:3]]
        found = [f"{self.classes[i]} taken for {self.classes[j]} ({wrong[i, j]})" for i, j in top if wrong[i, j]]
        if found:
            words.append(f"Most frequent: {', '.join(found)}.")
        if self.value:
            i, j = (self.classes.index(name) for name in self.value)
            words.append(f"Open: true {self.value[0]}, predicted {self.value[1]}: {self.matrix[i, j]}.")
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the matrix as a matplotlib figure with alternative text (``figure.alt``)."""
        from ._draw import draw

        opened = [self.classes.index(name) for name in self.value]
        beside = []
        if opened and self._images is not None:
            members = self._members(*opened)[:8]
            beside = list(zip(members.tolist(), self._png(members), strict=True))
        return draw(self.matrix, self.classes, self.normalize, opened, beside, self.summary())
