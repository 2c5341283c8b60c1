"""FreezeSlider: choose how many layers of a Keras model stay frozen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import traitlets as t

from ...models import surgery
from .. import _bundle
from .._cells import after_each_cell
from .._static import StaticWidget
from ._stale import CompileWatch

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["FreezeSlider"]


def _rows(records: list[surgery.LayerRecord], leaves: list[Any]) -> list[dict[str, Any]]:
    """Return a row for each layer, for the browser. Weights that layers share count where they come first."""
    counted: set[int] = set()
    rows = []
    for record, layer in zip(records, leaves, strict=True):
        own = [w for w in layer.weights if id(w) not in counted]
        counted.update(id(w) for w in own)
        training = {id(w) for w in layer.trainable_weights}
        rows.append(
            {
                "name": record.name,
                "kind": record.kind,
                "block": record.block,
                "params": sum(math.prod(w.shape) for w in own),
                "can_train": sum(math.prod(w.shape) for w in own if id(w) in training),
                "batchnorm": record.batchnorm,
            }
        )
    return rows


class FreezeSlider(StaticWidget):
    """A bar for each layer, and a boundary: the layers before it are frozen, those behind it train.

    It sets the ``trainable`` flags of the model's own layers, at once and also when it is made. They act in
    training after the next ``compile``; until then the widget says so (:attr:`stale`). It never trains by
    itself.

    Parameters
    ----------
    model
        A built Keras model. Models inside it (a base used as one layer) are looked through.
    frozen_to
        Number of layers, from the input, or the name of the layer or block up to which layers are frozen. By
        default the boundary is where the first layer trains now.
    freeze_batchnorm
        Whether BatchNorm layers behind the boundary stay frozen as well (inference mode, statistics kept). By
        default yes when ``frozen_to`` is given, and else as the model has it now.

    Raises
    ------
    CourseError
        If the model is not built, or ``frozen_to`` is out of range or not a name in the model.

    Examples
    --------
    >>> slider = FreezeSlider(model, frozen_to="block4")
    >>> slider.show()
    >>> model.compile("adam", "sparse_categorical_crossentropy")  # applies what the slider says
    """

    _esm = _bundle.esm("freeze_slider")
    _css = _bundle.css("freeze_slider")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Int(0).tag(sync=True)
    """Number of frozen layers, from the input."""
    freeze_batchnorm = t.Bool(True).tag(sync=True)
    label = t.Unicode("Frozen layers").tag(sync=True)
    _layers = t.List().tag(sync=True)
    _stale = t.Bool(False).tag(sync=True)

    def __init__(
        self,
        model: Any,
        frozen_to: int | str | None = None,
        *,
        freeze_batchnorm: bool | None = None,
        **traits: Any,
    ) -> None:
        records = surgery.list_layers(model)  # says what to do when the model is not built
        if frozen_to is None:
            boundary = next((r.index for r in records if r.trainable), len(records))
            if not any(r.params for r in records[:boundary]):
                boundary = 0  # only layers without weights (the input) come before it: nothing is frozen
        else:
            boundary = surgery.boundary(model, frozen_to)
        if freeze_batchnorm is None:
            behind = [r.trainable for r in records[boundary:] if r.batchnorm]
            freeze_batchnorm = frozen_to is not None or not any(behind)
        self.model = model
        self._leaves = surgery.leaf_layers(model)
        self._watch = CompileWatch(model, self._leaves)
        surgery.freeze(model, 0, freeze_batchnorm=False)  # to see what each layer could train
        rows = _rows(records, self._leaves)
        super().__init__(_layers=rows, value=boundary, freeze_batchnorm=freeze_batchnorm, **traits)
        self._apply()
        self.observe(self._on_change, ["value", "freeze_batchnorm"])
        after_each_cell(self._look)

    @t.validate("value")  # type: ignore[untyped-decorator]
    def _clip(self, proposal: Any) -> int:
        return max(0, min(int(proposal["value"]), len(self._layers)))

    # -- what is frozen

    @property
    def frozen_layers(self) -> tuple[str, ...]:
        """Names of the layers before the boundary."""
        return self.plan.frozen

    @property
    def first_trainable(self) -> str | None:
        """Name of the first layer with weights that train, or None."""
        return next((layer.name for layer in self._leaves if layer.trainable and layer.trainable_weights), None)

    @property
    def stale(self) -> bool:
        """Whether the flags changed since the model was compiled: compile it again to apply them."""
        return self._look()

    def compiled(self) -> None:
        """Say that the flags are applied now. Needed only with a training loop of your own."""
        self._watch.mark()
        self._look()

    def to(self, name: int | str | None) -> None:
        """Freeze up to and including a layer or a block (``"block4"`` includes ``block4a``, …).

        Raises
        ------
        CourseError
            If the model has no layer or block of this name; the message gives the nearest.
        """
        self.value = surgery.boundary(self.model, name)

    def _on_change(self, _: Any) -> None:
        self._apply()
        self.refresh_static()

    def _apply(self) -> None:
        """Set the flags of the model's layers."""
        self._watch.look()  # a compile since the last look had the flags from before this change
        self.plan = surgery.freeze(self.model, self.value, freeze_batchnorm=self.freeze_batchnorm)
        self._look()

    def _look(self) -> bool:
        self._stale = self._watch.look()
        return bool(self._stale)

    # -- words and figure

    def summary(self) -> str:
        """Return in words what is frozen and how many parameters train."""
        first = self.first_trainable
        words = [str(self.plan)]
        words.append(f"first trainable layer: {first}" if first else "nothing trains")
        if self.stale:
            words.append("compile again to apply")
        return "; ".join(words) + "."

    def static(self) -> StaticFigure:
        """Return the bars as a matplotlib figure with alternative text (``figure.alt``)."""
        from ._draw import draw

        return draw(self._layers, self.value, bool(self.plan.frozen_batchnorm), self.summary())
