"""A learning rate for each part of a network.

Keras has one rate for all variables, and scaling the gradients instead does nothing to Adam, which divides by their
size. So each rate gets an optimizer of its own, behind the interface of one. This module imports Keras.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from ..._keras import keras
from ...errors import CourseError, unknown
from ._parts import parts

__all__ = ["DiscriminativeRates", "discriminative"]


@keras.saving.register_keras_serializable("tlwidgets")
class _Scaled(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule times a factor."""

    def __init__(self, schedule: Any, factor: float) -> None:
        self.schedule, self.factor = schedule, factor

    def __call__(self, step: Any) -> Any:
        return self.schedule(step) * self.factor

    def get_config(self) -> dict[str, Any]:
        return {"schedule": keras.optimizers.schedules.serialize(self.schedule), "factor": self.factor}


@keras.saving.register_keras_serializable("tlwidgets")
class DiscriminativeRates(keras.optimizers.Optimizer):  # type: ignore[misc]
    """Several copies of an optimizer, each with its share of the variables and its own learning rate.

    Exactly what the copies would do if each was applied by hand; weight decay, clipping by value or by variable,
    averages and schedules included. ``learning_rate`` is the rate that belongs to the factor 1: callbacks may change
    it, and all rates follow.

    Parameters
    ----------
    optimizer
        A Keras optimizer, used as a pattern.
    factors
        What its rate is multiplied by, one number for each trainable variable in the order of the model.
    name
        Name of the optimizer.

    Raises
    ------
    CourseError
        If the optimizer clips by the norm of all gradients together, or the factors do not fit the model.
    """

    def __init__(self, optimizer: Any, factors: Sequence[float], name: str | None = None) -> None:
        if isinstance(optimizer, dict):
            optimizer = keras.saving.deserialize_keras_object(optimizer)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer | DiscriminativeRates):
            raise CourseError(f"put rates on the plain optimizer, not on {type(optimizer).__name__}.")
        if optimizer.global_clipnorm:
            raise CourseError(
                "global_clipnorm needs the gradients of all rates together: use clipnorm or clipvalue instead."
            )
        if not factors or not all(math.isfinite(f) and f > 0 for f in factors):
            raise CourseError("factors of a learning rate are numbers above 0: freeze what should not move at all.")
        config = optimizer.get_config()
        rate = config["learning_rate"]
        schedule = keras.optimizers.schedules.deserialize(rate) if isinstance(rate, dict) else None
        super().__init__(learning_rate=schedule or rate, name=name)
        copies = {}
        for factor in dict.fromkeys(factors):
            config["learning_rate"] = _Scaled(schedule, factor) if schedule else rate * factor
            copies[factor] = type(optimizer).from_config({**config, "name": f"rate_x{factor:g}"})
        # in a namespace, because Keras takes every variable that it finds in a list of an optimizer for its own
        self._inside = SimpleNamespace(
            pattern=optimizer, factors=list(factors), copies=copies, variables=[], factor_of={}
        )

    def build(self, variables: Sequence[Any]) -> None:
        """Give every copy its variables."""
        if self.built:
            return
        inside = self._inside
        if len(variables) != len(inside.factors):
            raise CourseError(
                f"there are rates for {len(inside.factors)} variables, but {len(variables)} train: call "
                "discriminative() after freezing, then compile."
            )
        super().build(list(variables))
        inside.variables = list(variables)
        inside.factor_of = {id(v): f for v, f in zip(variables, inside.factors, strict=True)}
        for factor, copy in inside.copies.items():
            copy.build(self._share(factor, variables))

    def _share(self, factor: float, variables: Sequence[Any]) -> list[Any]:
        return [v for v in variables if self._inside.factor_of[id(v)] == factor]

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Let every copy update its variables."""
        variables = list(self._inside.variables if trainable_variables is None else trainable_variables)
        self.build(variables)
        factors = [self._inside.factor_of[id(v)] for v in variables]
        for factor, copy in self._inside.copies.items():
            mine = [i for i, f in enumerate(factors) if f == factor]
            copy.apply([grads[i] for i in mine], [variables[i] for i in mine])
        self.iterations.assign_add(1)

    @property
    def variables(self) -> list[Any]:
        """Own variables, then those of each copy."""
        return [*super().variables, *(v for copy in self._inside.copies.values() for v in copy.variables)]

    @property
    def learning_rate(self) -> Any:
        """The rate that belongs to the factor 1."""
        return super().learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        keras.optimizers.Optimizer.learning_rate.fset(self, rate)
        for factor, copy in self._inside.copies.items():
            copy.learning_rate = rate * factor

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Give the variables their averages, where the optimizer keeps any."""
        for factor, copy in self._inside.copies.items():
            copy.finalize_variable_values(self._share(factor, var_list))

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same optimizer again."""
        pattern = keras.saving.serialize_keras_object(self._inside.pattern)
        return {"name": self.name, "optimizer": pattern, "factors": list(self._inside.factors)}


def discriminative(model: Any, optimizer: Any, factors: float | Mapping[str, float] = 2.6) -> DiscriminativeRates:
    """Return an optimizer that trains each part of a network at a rate of its own.

    Howard & Ruder, "Universal language model fine-tuning for text classification", ACL 2018, section 3.2, equation 2:
    θ⁽ˡ⁾ ← θ⁽ˡ⁾ − η⁽ˡ⁾ · ∇J, with η⁽ˡ⁻¹⁾ = η⁽ˡ⁾ / 2.6.

    Parameters
    ----------
    model
        A built Keras model, frozen as it will be trained.
    optimizer
        Any Keras optimizer; its rate is that of the last part.
    factors
        One number: how many times smaller each part's rate is than that of the part above it. 2.6 was meant for
        five parts; ``(high / low) ** (1 / (parts − 1))`` spreads the rates from ``low`` to ``high`` (fastai's
        ``slice``). Or a factor for each part by name; what is not named has the factor 1.

    Returns
    -------
    DiscriminativeRates
        For ``model.compile``.
    """
    owned = parts(model)
    if isinstance(factors, Mapping):
        if strange := [name for name in factors if name not in owned]:
            raise unknown("part of the network", strange[0], owned)
        by_part = {name: float(factors.get(name, 1.0)) for name in owned}
    else:
        by_part = {name: float(factors) ** -i for i, name in enumerate(reversed(owned))}
    by_variable = {id(v): by_part[name] for name, variables in owned.items() for v in variables}
    if not model.trainable_variables:
        raise CourseError("everything is frozen, so there is nothing to give a rate to.")
    return DiscriminativeRates(optimizer, [by_variable[id(v)] for v in model.trainable_variables])
