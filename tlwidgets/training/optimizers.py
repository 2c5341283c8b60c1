"""Adam with one moment vector for all weights: the same numbers from a much smaller graph.

``keras.optimizers.Adam`` makes two slots and some twenty operations for each variable. A network with a hundred small
variables spends most of its first training step on building them. The formulas work element by element, so all
variables can be laid end to end and updated as one vector. ``benchmarks/optimizers.py`` measures what it saves.

This module imports Keras: a model saved with one of these optimizers can be loaded once it has been imported.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

from .._keras import keras
from ..errors import CourseError

__all__ = ["FlatAdam", "FlatAdamW"]

ops = keras.ops


class _Group:
    """The variables of one dtype, laid end to end, and their moments."""

    def __init__(self, optimizer: Any, dtype: str, variables: list[Any]) -> None:
        self.dtype = dtype
        self.sizes = [math.prod(v.shape) for v in variables]
        names = ["momentum", "velocity", *(["velocity_hat"] if optimizer.amsgrad else [])]
        self.slots = [optimizer.add_variable((sum(self.sizes),), dtype=dtype, name=f"{dtype}_{n}") for n in names]


def _dtype(variable: Any) -> str:
    return str(keras.backend.standardize_dtype(variable.dtype))


def _refuse_replicas() -> None:
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    if tf.distribute.has_strategy():
        raise CourseError("FlatAdam does not work inside a tf.distribute strategy: use keras.optimizers.Adam there.")


@keras.saving.register_keras_serializable("tlwidgets")
class FlatAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """``keras.optimizers.Adam`` (Kingma & Ba, ICLR 2015) with one flat vector for each moment.

    Takes the arguments of ``keras.optimizers.Adam`` and gives the same weights: bit for bit on TensorFlow, within
    rounding on JAX and PyTorch, whose compilers and kernels order the operations differently. Only a large number of
    trainable variables makes it worth while; a head alone trains the same with either. One difference is on purpose:
    when a word occurs twice in a batch, Keras on TensorFlow squares its two gradients before it adds them; here they
    are added first, as the formula says and as Keras does on JAX and PyTorch.

    Raises
    ------
    CourseError
        In the first step, if a trainable variable has no gradient, or inside a ``tf.distribute`` strategy.

    Examples
    --------
    >>> model.compile(FlatAdam(1e-4), "sparse_categorical_crossentropy")
    """

    def build(self, variables: list[Any]) -> None:
        """Make the slots. Clipping, weight decay, averages and accumulation stay Keras' own."""
        if self.built:
            return
        keras.optimizers.Optimizer.build(self, variables)  # not Adam's, which makes a slot for each
        members: dict[str, list[Any]] = {}
        for variable in variables:
            if not getattr(variable, "overwrite_with_gradient", False):  # float8 scales are not trained by Adam
                members.setdefault(_dtype(variable), []).append(variable)
        self._groups = [_Group(self, dtype, vs) for dtype, vs in members.items()]

    def _backend_update_step(self, grads: list[Any], trainable_variables: list[Any], learning_rate: Any) -> None:
        """Update everything at once: the one step of Keras' ``apply`` that every backend routes through here."""
        _refuse_replicas()
        pairs: dict[str, tuple[list[Any], list[Any]]] = {group.dtype: ([], []) for group in self._groups}
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            gradients, variables = pairs[_dtype(variable)]
            gradients.append(gradient)
            variables.append(variable)
        for group in self._groups:
            self._update_group(group, *pairs[group.dtype], learning_rate)

    def _update_group(self, group: _Group, gradients: list[Any], variables: list[Any], learning_rate: Any) -> None:
        if len(variables) != len(group.sizes):
            raise CourseError(
                f"{len(variables)} of the {len(group.sizes)} {group.dtype} weights have a gradient, but "
                f"{type(self).__name__} needs one for each: freeze the layers that the loss does not depend on, "
                "or use keras.optimizers.Adam."
            )
        momentum, velocity = group.slots[:2]
        rate = ops.cast(learning_rate, group.dtype)
        step = ops.cast(self.iterations + 1, group.dtype)
        beta_1_power = ops.power(ops.cast(self.beta_1, group.dtype), step)
        beta_2_power = ops.power(ops.cast(self.beta_2, group.dtype), step)
        alpha = rate * ops.sqrt(1 - beta_2_power) / (1 - beta_1_power)
        # same operations in the same order as keras.optimizers.Adam.update_step, so that the rounding is the same
        flat = [ops.reshape(ops.cast(ops.convert_to_tensor(g), group.dtype), (-1,)) for g in gradients]
        gradient = ops.concatenate(flat)
        self.assign_add(momentum, ops.multiply(ops.subtract(gradient, momentum), 1 - self.beta_1))
        self.assign_add(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), 1 - self.beta_2))
        if self.amsgrad:
            self.assign(group.slots[2], ops.maximum(group.slots[2], velocity))
            velocity = group.slots[2]
        change = ops.divide(ops.multiply(momentum, alpha), ops.add(ops.sqrt(velocity), self.epsilon))
        ends = list(accumulate(group.sizes[:-1]))
        changes = ops.split(change, ends) if ends else [change]
        for variable, part in zip(variables, changes, strict=True):
            self.assign_sub(variable, ops.reshape(part, variable.shape))


@keras.saving.register_keras_serializable("tlwidgets")
class FlatAdamW(FlatAdam, keras.optimizers.AdamW):  # type: ignore[misc]
    """``keras.optimizers.AdamW`` (Loshchilov & Hutter, ICLR 2019) with one flat vector for each moment.

    As :class:`FlatAdam`; the weight decay is Keras' own.
    """
