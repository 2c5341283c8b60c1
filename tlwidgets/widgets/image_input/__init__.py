"""ImageInput: the learner's own images, from files, a folder or the camera."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...data.own_images.decoding import decoded
from ...data.own_images.folder import SIZES, load_folder
from ...data.own_images.report import LeftOut
from ...errors import CourseError, unknown
from .. import _bundle
from .._main_thread import in_main_thread
from .._static import StaticWidget
from ._guess import Classifier
from ._occlusion import Occlusion, occlusion

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["ImageInput"]

LIMIT = 32 * 2**20  # bytes of a file that comes through the browser
MOST = 100  # images
_LONGEST = 80  # letters of a file name that are kept


@dataclass(frozen=True, eq=False)
class _Item:
    name: str
    image: npt.NDArray[np.uint8]
    notes: tuple[str, ...]
    label: str
    top: list[tuple[str, float]]


class ImageInput(StaticWidget):
    """Take images from files (chosen or dropped), a folder or the camera, and see what a network says about them.

    Of each image the middle square is used, resized; files are read in the kernel with the checks of
    :func:`tlwidgets.load_folder`, and what cannot be used is named with the reason (:attr:`problems`).

    Parameters
    ----------
    model
        Optional Keras classifier for images ``(n, size, size, 3)``, 0 to 255, such as
        ``tlwidgets.backbone(…, top=True)``. Its five most likely classes are shown for each image, and on request
        what the first of them rests on (:meth:`attribution`).
    classes
        Names of its classes. Without: ImageNet's for 1000 outputs, otherwise "class 0", …
    size
        Side of the images in pixels, 8 to 512; by default what the model takes, or 96.
    preprocess
        What the model needs done to ``float32 (n, size, size, 3)``, if it does not do that itself.

    Raises
    ------
    CourseError
        For a model that takes something else, another number of names, or a size that does not fit.

    Examples
    --------
    >>> images = ImageInput(size=64)
    >>> images.value.shape
    (0, 64, 64, 3)
    """

    _esm = _bundle.esm("image_input")
    _css = _bundle.css("image_input")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Any()
    """The images, ``uint8 (n, size, size, 3)``. It is a new array after every change; observe it to hear of one."""
    selected = t.Int(-1).tag(sync=True)
    """Index of the image that is shown large, -1 for none."""
    problems = t.List(t.Unicode()).tag(sync=True)
    """A sentence for each file of the last time that could not be used."""
    size = t.Int(96, read_only=True).tag(sync=True)
    busy = t.Bool(False, read_only=True).tag(sync=True)
    _items = t.List().tag(sync=True)
    _images = t.List().tag(sync=True)  # one JPEG each
    _maps = t.Dict().tag(sync=True)  # name → words, box and image of what mattered
    _has_model = t.Bool(False).tag(sync=True)
    _limit = t.Int(LIMIT).tag(sync=True)
    _heard = t.Int(0).tag(sync=True)  # batches from the browser that are done

    def __init__(
        self,
        model: Any = None,
        classes: Sequence[str] | None = None,
        *,
        size: int | None = None,
        preprocess: Callable[[Any], Any] | None = None,
        **traits: Any,
    ) -> None:
        if model is None and classes is not None:
            raise CourseError("names of classes need a model: give it first, as in ImageInput(model, classes).")
        self._classifier = None if model is None else Classifier(model, classes, preprocess)
        takes = None if self._classifier is None else self._classifier.size
        side = size if size is not None else takes or 96
        if isinstance(side, bool) or not isinstance(side, int) or not SIZES[0] <= side <= SIZES[1]:
            raise CourseError(f"size={side!r} should be a whole number of pixels from {SIZES[0]} to {SIZES[1]}.")
        if takes is not None and side != takes:
            raise CourseError(f"the model takes images of {takes} pixels, not {side}: leave size out.")
        self._all: list[_Item] = []
        super().__init__(value=np.zeros((0, side, side, 3), "uint8"), _has_model=model is not None, **traits)
        self.set_trait("size", side)
        self.observe(lambda _: self.refresh_static(), ["selected", "value"])

    @t.validate("selected")  # type: ignore[untyped-decorator]
    def _there(self, proposal: Any) -> int:
        return max(-1, min(int(proposal["value"]), len(self._all) - 1))

    # -- the images

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the images: those of the files, made different where they are equal."""
        return tuple(item.name for item in self._all)

    def __len__(self) -> int:
        """Number of images."""
        return len(self._all)

    def add(self, data: bytes, name: str) -> None:
        """Add one image.

        Parameters
        ----------
        data
            Content of the file, in one of the usual formats.
        name
            What it is called.

        Raises
        ------
        CourseError
            If it cannot be used; the sentence names the file and says why.
        """
        self._take(data, name)
        self._publish(len(self._all) - 1)

    def add_folder(self, path: str | os.PathLike[str]) -> None:
        """Add the images of a folder or ZIP archive with one subfolder a class (:func:`tlwidgets.load_folder`).

        All its splits come in; files that were left out are named in :attr:`problems`.
        """
        found = load_folder(path, size=self.size)
        splits = [split for split in found.splits.values() if len(split)]
        room = MOST - len(self._all)
        count = sum(len(split) for split in splits)
        if count > room:
            raise CourseError(
                f"{found.name!r} holds {count} images, and there is room for {room} more: clear some, or use "
                "tlwidgets.load_folder for a data set."
            )
        before = len(self._all)
        images = np.concatenate([split.x for split in splits])
        labels = [found.classes[k] for split in splits for k in split.y]
        names = [name for split in splits for name in split.names]
        tops = self._tops(images)
        for image, label, name, top in zip(images, labels, names, tops, strict=True):
            self._all.append(_Item(self._own_name(name), image, (), label, top))
        self.problems = [
            f"{', '.join(files[:3])}{f' and {len(files) - 3} others' if len(files) > 3 else ''}: {reason}."
            for reason, files in found.report.left_out.items()
        ]
        self._publish(before)

    def remove(self, index: int) -> None:
        """Take an image out again."""
        if not 0 <= index < len(self._all):
            raise CourseError(f"there is no image number {index}: there are {len(self._all)}, from 0.")
        name = self._all.pop(index).name
        self._maps = {key: value for key, value in self._maps.items() if key != name}
        self._publish(min(index, len(self._all) - 1))

    def clear(self) -> None:
        """Take all images out."""
        self._all.clear()
        self._maps, self.problems = {}, []
        self._publish(-1)

    def _take(self, data: bytes, name: str) -> None:
        shown = str(name).replace("\\", "/").rpartition("/")[2][-_LONGEST:] or "image"
        if len(self._all) >= MOST:
            raise CourseError(f"{shown}: there are {MOST} images already, which is the most; take some out first.")
        if len(data) > LIMIT:
            raise CourseError(
                f"{shown}: {len(data) / 2**20:.0f} MB is more than the {LIMIT >> 20} MB that are taken; save it "
                "smaller."
            )
        try:
            image, notes = decoded(bytes(data), self.size)
        except LeftOut as reason:
            raise CourseError(f"{shown}: {reason}.") from None
        self._all.append(_Item(self._own_name(shown), image, notes, "", self._tops(image[None])[0]))

    def _own_name(self, name: str) -> str:
        taken, unique, n = set(self.names), name, 2
        while unique in taken:
            unique, n = f"{name} ({n})", n + 1
        return unique

    def _tops(self, images: npt.NDArray[np.uint8]) -> list[list[tuple[str, float]]]:
        return [[] for _ in images] if self._classifier is None else self._classifier.top(images)

    def _publish(self, selected: int) -> None:
        """Let the browser and whoever observes ``value`` know."""
        empty = np.zeros((0, self.size, self.size, 3), "uint8")
        with self.hold_sync():
            self._items = [
                {"name": i.name, "notes": list(i.notes), "label": i.label, "top": [list(pair) for pair in i.top]}
                for i in self._all
            ]
            self._images = [_jpeg(i.image) for i in self._all]
            self.selected = selected
            self.value = np.stack([i.image for i in self._all]) if self._all else empty

    # -- what a network says

    def predictions(self, n: int = 5) -> list[list[tuple[str, float]]]:
        """Return the ``n`` most likely classes of each image and their probabilities, most likely first."""
        if self._classifier is None:
            raise CourseError("there is no model to predict with: give one, as in ImageInput(model).")
        return self._classifier.top(self.value, n)

    def attribution(self, index: int, of: str | None = None) -> Occlusion:
        """Return what a prediction rests on: occlusion sensitivity (Zeiler and Fergus 2014).

        Parameters
        ----------
        index
            Which image.
        of
            Name of a class; by default the most likely one.
        """
        if self._classifier is None:
            raise CourseError(
                "there is no model whose prediction could be explained: give one, as in ImageInput(model)."
            )
        if not 0 <= index < len(self._all):
            raise CourseError(f"there is no image number {index}: there are {len(self._all)}, from 0.")
        item, classifier = self._all[index], self._classifier
        name = item.top[0][0] if of is None else of
        if name not in classifier.classes:
            raise unknown("class", name, classifier.classes)
        k = classifier.classes.index(name)
        return occlusion(item.image, lambda covered: classifier.probabilities(covered)[:, k])

    def explain(self, index: int) -> str:
        """Show what mattered in an image, and return it in words."""
        found, item = self.attribution(index), self._all[index]
        name = item.top[0][0]
        words = (
            f"Covering one square, {_where(found.box)}, lowers “{name}” from {found.whole:.2f} to {found.lowest:.2f}: "
            "bright is what the network used (occlusion sensitivity, Zeiler and Fergus 2014)."
        )
        if found.whole - found.lowest < 0.02:
            words = f"No single square matters: covering any of them leaves “{name}” at {found.lowest:.2f} or above."
        light = np.clip(found.drop, 0, None)
        light = light / max(float(light.max()), 1e-6)
        image = (item.image * (0.15 + 0.85 * light[..., None])).round().astype("uint8")
        self._maps = {**self._maps, item.name: {"words": words, "box": list(found.box), "image": _jpeg(image)}}
        return words

    # -- the browser

    def _on_message(self, widget: Any, content: Any, buffers: Any) -> None:
        super()._on_message(widget, content, buffers)
        if not isinstance(content, dict):
            return
        kind = content.get("kind")
        if kind == "part" and buffers:
            self._part(str(content.get("name", "")), int(content.get("number", 0)), bytes(buffers[0]))
        elif kind == "files":
            in_main_thread(lambda: self._answer(self._files))
        elif kind == "folder":
            in_main_thread(lambda: self._answer(lambda: self.add_folder(str(content.get("path", "")).strip())))
        elif kind == "explain":
            in_main_thread(lambda: self._answer(lambda: self.explain(self.selected)))
        elif kind == "remove":
            self._answer(lambda: self.remove(self.selected))
        elif kind == "clear":
            self._answer(self.clear)

    _waiting: tuple[tuple[str, bytes], ...] = ()

    def _part(self, name: str, number: int, data: bytes) -> None:
        """Take a piece of a file: a server closes the connection when a message is too long."""
        if number == 0:
            self._waiting = (*self._waiting, (name, data))
        elif self._waiting and len(self._waiting[-1][1]) <= LIMIT:
            last, before = self._waiting[-1]
            self._waiting = (*self._waiting[:-1], (last, before + data))

    def _files(self) -> None:
        waiting, self._waiting = self._waiting, ()
        before, problems = len(self._all), []
        for name, data in waiting:
            try:
                self._take(data, name)
            except CourseError as error:
                problems.append(str(error))
        if len(self._all) > before:
            self._publish(before)
        self.problems = problems

    def _answer(self, action: Callable[[], object]) -> None:
        # the saved figure waits until the focus has left the widget: a new view would switch the camera off
        self._browser_is_changing = True
        self.set_trait("busy", True)
        self.problems = []
        try:
            action()
        except CourseError as error:
            self.problems = [str(error)]
        except Exception as error:  # a model can fail on an image in any way
            self.problems = [f"This did not work: {type(error).__name__}: {error}"]
        finally:
            self.set_trait("busy", False)
            self._heard += 1
            self._browser_is_changing = False

    # -- words and figure

    def summary(self) -> str:
        """Return the images, and what the model says about each, in words."""
        if not self._all:
            return " ".join(["No images yet.", *self.problems])
        lines = [f"{len(self._all)} images of {self.size} × {self.size} pixels."]
        for item in self._all:
            said = f": {', '.join(f'{name} {p:.2f}' for name, p in item.top[:2])}" if item.top else ""
            lines.append(f"{item.name}{f' (class {item.label})' if item.label else ''}{said}.")
        return " ".join([*lines, *self.problems])

    def static(self) -> StaticFigure:
        """Return the first images with their names and most likely classes, with alternative text."""
        from ._draw import draw

        return draw([(i.name, i.image, i.top) for i in self._all], self.summary())


def _jpeg(image: npt.NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "jpeg", quality=92)
    return buffer.getvalue()


def _where(box: Iterable[float]) -> str:
    """Return in words where a part of an image is."""
    left, top, width, height = box
    x, y = left + width / 2, top + height / 2
    row = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else "middle"
    column = "left" if x < 1 / 3 else "right" if x > 2 / 3 else "middle"
    return "in the middle" if row == column else f"{row} {column}"
