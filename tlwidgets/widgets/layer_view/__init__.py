"""LayerView: what the layers of a network make of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from ...models.preprocessing import check_images
from ...models.structure import block_of
from .. import _bundle
from .._sprite import check_images as check_shape
from .._sprite import sprite
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure
    from ._look import Look

__all__ = ["LayerView"]

_MOST = 64  # images
_SIDE = 96  # pixels of a sent image
_AHEAD = 24_000_000  # bytes that may be sent with the widget
_BEST = 4
_KEPT = 4  # layers whose results stay in memory, unless all were sent


class LayerView(StaticWidget):
    """The channels of a layer for an image, the filters where they can be drawn, the images that excite a channel.

    Blue is a positive response, orange a negative one, and the neutral tone is zero. The scale is one for each
    channel over all images: full colour is its strongest response to any of them. A layer that gives one number a
    channel (dense, global pooling) shows a plain tile for each. The model runs in inference mode, up to the chosen
    layer, when a layer is chosen.

    Parameters
    ----------
    model
        A built functional or Sequential Keras model with one input of images; models inside it are looked through.
    images
        Up to 64 images, shape (n, height, width, 1 or 3), as the model takes them.
    layers
        Names of the layers, in order; by default all that give maps (n, h, w, c) or vectors (n, c).
    names
        What the images show, a name each; by default their numbers.
    precomputed
        Run all layers now and send everything, for a page without a kernel.
    label
        Title.

    Attributes
    ----------
    value : str
        Name of the layer.
    channel : int
    image : int
    order : str
        ``"channel"`` (by number) or ``"response"`` (strongest for the image first).

    Raises
    ------
    CourseError
        If the model is not built or of another kind, the images do not fit it, a layer is not known, or
        ``precomputed`` would send more than 24 MB.

    Examples
    --------
    >>> LayerView(base, x[:12])
    """

    _esm = _bundle.esm("layer_view")
    _css = _bundle.css("layer_view")

    _alone = t.Bool(False).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    channel = t.Int(0).tag(sync=True)
    image = t.Int(0).tag(sync=True)
    order = t.Enum(("channel", "response"), "channel").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    _layers = t.List().tag(sync=True)
    _names = t.List(t.Unicode()).tag(sync=True)
    _records = t.Dict().tag(sync=True)
    _sprite = t.Bytes(b"").tag(sync=True)
    _sprite_form = t.Dict().tag(sync=True)
    _problem = t.Unicode("").tag(sync=True)

    def __init__(
        self,
        model: Any,
        images: Any,
        layers: Sequence[str] | None = None,
        *,
        names: Sequence[str] | None = None,
        precomputed: bool = False,
        label: str = "What a layer sees",
    ) -> None:
        from ._look import Looker

        if isinstance(layers, str):
            raise CourseError(f"layers should be a list of names, for example [{layers!r}].")
        self._looker = Looker(model, list(layers) if layers is not None else None)
        self._images: npt.NDArray[Any] = check_images(self._looker.flat, images)
        check_shape(self._images)
        n = len(self._images)
        if not 0 < n <= _MOST:
            raise CourseError(f"a LayerView shows 1 to {_MOST} images, not {n}: take some of them.")
        if names is not None and len(names) != n:
            raise CourseError(f"there are {len(names)} names for {n} images: give one for each.")
        found = self._looker.names
        self._looks: dict[str, Look] = {}
        made = sprite(self._images, _SIDE)
        super().__init__(
            label=label,
            _alone=precomputed,
            _layers=[{"name": name, "kind": self._looker.kind(name), "block": block_of(name)} for name in found],
            _names=[str(name) for name in names] if names is not None else [f"image {i}" for i in range(n)],
            _sprite=made.data,
            _sprite_form=made.form,
            value=found[0],
        )
        if precomputed:
            records: dict[str, Any] = {}
            for name in found:
                records[name] = _record(self._look(name))
                size = sum(len(v) for record in records.values() for v in record.values() if isinstance(v, bytes))
                if size > _AHEAD:
                    raise CourseError(
                        f"{len(found)} layers of {n} images would send more than {_AHEAD // 1_000_000} MB: "
                        "name fewer layers, or take fewer images."
                    )
            self._records = records
        else:
            self._records = {self.value: _record(self._look(self.value))}
        self.observe(self._on_layer, "value")
        self.observe(lambda _: self.refresh_static(), ["channel", "image", "label"])

    # -- state

    def _look(self, name: str) -> Look:
        if name not in self._looks:
            while len(self._looks) >= _KEPT and not self._alone:
                self._looks.pop(next(iter(self._looks)))
            self._looks[name] = self._looker.look(name, self._images)
        return self._looks[name]

    def _on_layer(self, _: Any) -> None:
        try:
            look = self._look(self.value)
        except Exception as error:  # whatever the layer raises: the page says it, and can go on
            self._problem = f"{self.value} could not be run: {type(error).__name__}: {error}"
            raise
        with self.hold_sync():
            self._problem = ""
            if self.value not in self._records:
                self._records = {self.value: _record(look)}
            self.channel = min(self.channel, look.scores.shape[1] - 1)
        self.refresh_static()

    @t.validate("value")
    def _known_layer(self, proposal: Any) -> str:
        names = [layer["name"] for layer in self._layers]
        if names and proposal["value"] not in names:
            raise unknown("layer", proposal["value"], names)
        return str(proposal["value"])

    @t.validate("image")
    def _known_image(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self._images):
            raise CourseError(f"there is no image {proposal['value']}: they count from 0 to {len(self._images) - 1}.")
        return int(proposal["value"])

    @t.validate("channel")
    def _known_channel(self, proposal: Any) -> int:
        count = self._channels()
        if not 0 <= proposal["value"] < count:
            raise CourseError(f"{self.value} has no channel {proposal['value']}: they count from 0 to {count - 1}.")
        return int(proposal["value"])

    def _channels(self) -> int:
        return int(self._look(self.value).scores.shape[1])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is not known is left out."""
        known = dict(sync_data)
        if known.get("value", self.value) not in [layer["name"] for layer in self._layers]:
            del known["value"]
        image = known.get("image", 0)
        if not isinstance(image, int) or not 0 <= image < len(self._images):
            del known["image"]
        if known.get("order", self.order) not in ("channel", "response"):
            del known["order"]
        channel = known.pop("channel", None)
        super().set_state(known)
        if isinstance(channel, int) and 0 <= channel < self._channels():  # of the layer that is now chosen
            super().set_state({"channel": channel})

    # -- what is seen

    def strongest(self, channel: int | None = None, count: int = _BEST) -> list[int]:
        """Return the numbers of the images that excite a channel of the shown layer most, the strongest first.

        Parameters
        ----------
        channel
            By default the shown one.
        count
            How many.
        """
        which = self.channel if channel is None else channel
        if not 0 <= which < self._channels():
            raise CourseError(f"{self.value} has no channel {which}: they count from 0 to {self._channels() - 1}.")
        return self._look(self.value).best(which, count)

    def dead(self) -> list[int]:
        """Return the channels of the shown layer that are 0 everywhere, for every image."""
        return [int(c) for c in np.flatnonzero(self._look(self.value).dead)]

    def summary(self) -> str:
        """Return in words what is shown: the layer, its dead channels, the channel and what excites it."""
        look = self._look(self.value)
        count = look.scores.shape[1]
        shape = f"maps of {look.size[0]} × {look.size[1]}" if look.places else "one number a channel"
        words = [f"{self.label}: layer {self.value} ({self._looker.kind(self.value)}), {count} channels, {shape}."]
        dead, broken = int(look.dead.sum()), int(look.broken.sum())
        if dead:
            words.append(
                f"{dead} of {count} channels {'is' if dead == 1 else 'are'} 0 for all {len(self._images)} images."
            )
        if broken:
            are = "is" if broken == 1 else "are"
            words.append(f"{broken} of {count} channels {are} not a number (NaN or infinite) for some image.")
        score = float(look.scores[self.image, self.channel])
        value = f"{score:.3g}" if math.isfinite(score) else "no number"
        words.append(f"Channel {self.channel} for {self._names[self.image]}: strongest response {value}.")
        if not look.dead[self.channel]:
            best = [self._names[i] for i in self.strongest() if math.isfinite(look.scores[i, self.channel])]
            if len(best) > 1:
                words.append(f"It responds most to {', '.join(best)}.")
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the image, the channels and the shown channel as a matplotlib figure with alternative text."""
        from ._draw import draw

        return draw(
            self._images, self._names, self._look(self.value), (self.value, self._looker.kind(self.value)),
            self.channel, self.image, self.summary(),
        )  # fmt: skip


def _record(look: Look) -> dict[str, Any]:
    """Return what the browser needs of a layer."""
    n, count, high, wide = look.maps.shape
    filters = look.filters
    return {
        "form": [n, count, high, wide],
        "size": list(look.size),
        "places": look.places,
        "maps": look.maps.tobytes(),
        "scores": look.scores.astype("<f4").tobytes(),
        "filters": filters.tobytes() if filters is not None else b"",
        "filter_form": list(filters.shape) if filters is not None else [],
        "filter_words": look.filter_words,
        "state": (look.dead * 1 + look.broken * 2).astype("u1").tobytes(),
    }
