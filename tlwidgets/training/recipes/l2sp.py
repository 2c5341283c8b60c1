"""Hold a network close to where it started."""

from __future__ import annotations

from typing import Any

from ...errors import CourseError
from ...models.surgery import leaf_layers
from ._parts import first_of

__all__ = ["L2SP", "l2_sp"]


class L2SP:
    """A penalty on a model's weights, until it is removed. Made by :func:`l2_sp`; also a context manager."""

    def __init__(self, anchored: dict[str, Any], alpha: float, beta: float) -> None:
        self._anchored = anchored
        self.alpha, self.beta = alpha, beta

    def __repr__(self) -> str:
        return f"<L2SP on {len(self._anchored)} weights: alpha {self.alpha:g}, beta {self.beta:g}>"

    def remove(self) -> None:
        """Take the penalty off. A model that has been trained keeps it until it is compiled again."""
        for variable in self._anchored.values():
            variable.regularizer = None
        self._anchored = {}

    def __enter__(self) -> L2SP:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def l2_sp(model: Any, *, alpha: float, beta: float, head: str | None = None) -> L2SP:
    """Penalise the distance of the trainable weights to their present values, and the size of the head's weights.

    Li, Grandvalet & Davoine, "Explicit inductive bias for transfer learning with convolutional networks", ICML 2018:
    Ω(w) = α/2 · ‖w_S − w⁰_S‖² + β/2 · ‖w_S̄‖². The gradient is α (w − w⁰) below the head and β w in it.

    It is part of the loss that ``fit`` reports. Call it after loading and freezing and before the first ``fit``, or
    compile again; saving the model does not save it.

    Parameters
    ----------
    model
        A built Keras model that still has its pretrained weights.
    alpha
        Strength α, for weights that were there before.
    beta
        Strength β, for the head.
    head
        Layer or block at which the head begins; the last block with weights by default.

    Returns
    -------
    L2SP
        ``remove()`` takes the penalty off; ``with l2_sp(…):`` does so at the end.
    """
    import keras
    from keras import ops

    if not (alpha >= 0 and beta >= 0):
        raise CourseError(f"alpha and beta are strengths of 0 or more, not {alpha} and {beta}.")
    trains = {id(v) for v in model.trainable_variables}
    below: list[Any] = []
    new: list[Any] = []
    start_of_head = first_of(model, head)
    for index, layer in enumerate(leaf_layers(model)):
        (new if index >= start_of_head else below).extend(v for v in layer.weights if id(v) in trains)
    if taken := [v.path for v in below + new if v.regularizer is not None]:
        raise CourseError(f"the weight {taken[0]} has a regularizer already: take that off first.")

    def from_start(variable: Any) -> Any:
        start = ops.convert_to_tensor(ops.convert_to_numpy(variable).copy())  # held once, not written into the graph
        return lambda w: alpha / 2 * ops.sum(ops.square(ops.convert_to_tensor(w) - start))

    for variable in below:
        variable.regularizer = from_start(variable)
    for variable in new:
        variable.regularizer = keras.regularizers.L2(beta / 2)
    return L2SP({v.path: v for v in below + new}, alpha, beta)
