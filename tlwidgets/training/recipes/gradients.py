"""How large the gradient is in each part of a network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...errors import CourseError
from ._parts import check_examples, parts, unchanged

__all__ = ["GradientNorms", "gradient_norms"]


@dataclass(frozen=True)
class GradientNorms:
    """Size of the gradient by part, input side first."""

    parts: tuple[str, ...]
    """Blocks, or layers that belong to none, with a weight that trains."""
    norms: tuple[float, ...]
    """Euclidean norm of the gradient of each part, mean over the batches."""
    batches: int

    def __str__(self) -> str:
        return "\n".join(f"{part:<20} {norm:.3e}" for part, norm in zip(self.parts, self.norms, strict=True))

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    def plot(self, **others: GradientNorms) -> Any:
        """Return a matplotlib figure of bars on a logarithmic axis; ``others`` are drawn beside, by name."""
        from matplotlib.figure import Figure

        if any(other.parts != self.parts for other in others.values()):
            raise CourseError("the records name different parts: freeze the models alike before measuring.")
        shown = {"": self, **others}
        width = 0.8 / len(shown)
        figure = Figure(figsize=(7, 3.5), layout="constrained")
        axes = figure.subplots()
        for i, (name, record) in enumerate(shown.items()):
            axes.bar(np.arange(len(self.parts)) + i * width, record.norms, width, label=name or "this")
        axes.set_xticks(np.arange(len(self.parts)) + 0.4 - width / 2, self.parts, rotation=45, ha="right")
        axes.set(yscale="log", ylabel="norm of the gradient")
        if others:
            axes.legend(frameon=False)
        return figure


def _recorder(groups: list[list[int]]) -> Any:
    """Return an optimizer that adds up norms of gradients and moves nothing; works on every backend."""
    import keras
    from keras import ops

    class Recorder(keras.optimizers.Optimizer):  # type: ignore[misc]
        def build(self, variables: Any) -> None:
            super().build(variables)
            self.total = self.add_variable((len(groups),), name="norms")

        def apply(self, grads: Any, trainable_variables: Any = None) -> None:
            squares = [0.0 if g is None else ops.sum(ops.square(ops.cast(g, "float32"))) for g in grads]
            norms = ops.sqrt(ops.stack([ops.cast(sum(squares[i] for i in group), "float32") for group in groups]))
            self.total.assign(self.total + norms)

    return Recorder(learning_rate=0.0)


def gradient_norms(
    model: Any, x: Any, y: Any, *, loss: Any = "sparse_categorical_crossentropy", batch_size: int = 32
) -> GradientNorms:
    """Measure the gradient of the loss in each part of a network, as training would see it, and change nothing.

    ‖∂L/∂w_part‖₂ for each batch, then the mean over batches. A new head shows why it is often trained first:
    large gradients go down into the network until the head has learnt something.

    Parameters
    ----------
    model
        A built functional or Sequential model; only weights that train are looked at. Whether and how it is compiled
        does not matter and stays.
    x, y
        Examples, taken in order.
    loss
        Loss for ``compile``.
    batch_size
        Examples a batch; a smaller rest at the end is left out.
    """
    import keras

    check_examples(x, y)
    x, y = np.asarray(x), np.asarray(y)
    owned = parts(model)
    try:
        twin = keras.Model(model.inputs, model.outputs)  # the same layers, compiled for itself
    except (AttributeError, TypeError, ValueError) as e:
        raise CourseError("gradient_norms needs a functional or Sequential model.") from e
    index = {id(v): i for i, v in enumerate(twin.trainable_variables)}
    groups = {name: found for name, vs in owned.items() if (found := [index[id(v)] for v in vs if id(v) in index])}
    if not groups:
        raise CourseError("everything is frozen, so there is no gradient to measure.")
    recorder = _recorder(list(groups.values()))
    recorder.build(twin.trainable_variables)
    twin.compile(recorder, loss, auto_scale_loss=False)
    batch_size = min(batch_size, len(x))
    count = len(x) // batch_size
    with unchanged(model):
        for i in range(count):
            chosen = slice(i * batch_size, (i + 1) * batch_size)
            twin.train_on_batch(x[chosen], y[chosen])
    means = np.asarray(recorder.total) / count
    return GradientNorms(tuple(groups), tuple(map(float, means)), count)
