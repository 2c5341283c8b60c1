"""Train a network in stages: the head first, then more and more of what lies below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import CourseError
from ...models.surgery import boundary, freeze
from ._parts import first_of, parts

__all__ = ["Stage", "fit_in_stages", "gradual_unfreezing", "head_then_all"]


@dataclass(frozen=True)
class Stage:
    """One stage of training."""

    frozen_to: int | str | None
    """What stays frozen, as :func:`tlwidgets.freeze` takes it; ``None`` lets everything train."""
    learning_rate: float
    """Learning rate."""
    epochs: int


def fit_in_stages(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    stages: Sequence[Stage],
    optimizer: Callable[[float], Any] | None = None,
    loss: Any = "sparse_categorical_crossentropy",
    metrics: Sequence[Any] = ("accuracy",),
    **fit: Any,
) -> list[Any]:
    """Freeze, compile and fit, once for each stage.

    Keras keeps the training step it built for the layers that trained, so every stage compiles the model again. That
    starts a new optimizer. BatchNorm keeps its statistics in every stage (:func:`tlwidgets.freeze`).

    Parameters
    ----------
    model
        A built Keras model. It stays frozen and compiled as in the last stage.
    x, y
        What ``model.fit`` takes.
    stages
        What to do, in order. Epochs are counted on from stage to stage, so that curves continue.
    optimizer
        Makes an optimizer from a learning rate: :class:`tlwidgets.training.optimizers.FlatAdam` by default, which
        gives the weights of Adam and builds its graph faster; a class of ``keras.optimizers`` or a lambda.
    loss, metrics
        For ``model.compile``.
    fit
        Everything else goes to ``model.fit``: ``batch_size``, ``validation_data``, ``callbacks``, ``verbose``. A
        callback that stops training ends its stage; the next one begins.

    Returns
    -------
    list of keras.callbacks.History
        One for each stage.
    """
    from ..optimizers import FlatAdam

    if not stages:
        raise CourseError("there are no stages: give one Stage(frozen_to, learning_rate, epochs) or more.")
    if taken := {"epochs", "initial_epoch"} & fit.keys():
        raise CourseError(f"{taken.pop()!r} is decided by the stages: leave it out.")
    for stage in stages:
        boundary(model, stage.frozen_to)
        if not stage.learning_rate > 0 or stage.epochs < 1:
            raise CourseError(f"a stage needs a rate above 0 and one epoch or more, not {stage}.")
    histories: list[Any] = []
    done = 0
    for stage in stages:
        freeze(model, stage.frozen_to)
        model.compile((optimizer or FlatAdam)(stage.learning_rate), loss, metrics=list(metrics))
        histories.append(model.fit(x, y, initial_epoch=done, epochs=done + stage.epochs, **fit))
        done += len(histories[-1].epoch)
    return histories


def head_then_all(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    head_epochs: int = 10,
    epochs: int = 10,
    head_learning_rate: float = 1e-3,
    learning_rate: float = 1e-4,
    head: str | None = None,
    frozen_to: int | str | None = None,
    **options: Any,
) -> list[Any]:
    """Train a new head on frozen features, then everything at a low rate (linear probing, then fine-tuning).

    Kumar et al., "Fine-tuning can distort pretrained features and underperform out-of-distribution", ICLR 2022:
    while a random head is learnt, the layers below it change as well, and that distorts their features.

    Parameters
    ----------
    model, x, y
        See :func:`fit_in_stages`.
    head_epochs, head_learning_rate
        First stage: everything below the head frozen.
    epochs, learning_rate
        Second stage.
    head
        Layer or block at which the head begins; the last block with weights by default.
    frozen_to
        What stays frozen in the second stage; nothing by default.
    options
        Everything else goes to :func:`fit_in_stages`.

    Returns
    -------
    list of keras.callbacks.History
        Of the two stages.
    """
    stages = [Stage(first_of(model, head), head_learning_rate, head_epochs), Stage(frozen_to, learning_rate, epochs)]
    return fit_in_stages(model, x, y, stages=stages, **options)


def gradual_unfreezing(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    learning_rate: float = 1e-4,
    epochs: int = 1,
    frozen_to: str | None = None,
    **options: Any,
) -> list[Any]:
    """Train the last block, then the last two, and so on.

    Howard & Ruder, "Universal language model fine-tuning for text classification", ACL 2018, section 3.3.

    Parameters
    ----------
    model, x, y
        See :func:`fit_in_stages`. Every stage compiles anew, which costs seconds on a
        deep network.
    learning_rate, epochs
        Of each stage.
    frozen_to
        The lowest block that is unfrozen, ``"block5"`` for example; by default all of them, one after the other.
    options
        Everything else goes to :func:`fit_in_stages`.

    Returns
    -------
    list of keras.callbacks.History
        One for each stage.
    """
    lowest = 0 if frozen_to is None else first_of(model, frozen_to)
    starts = [first_of(model, part) for part in reversed(parts(model))]
    stages = [Stage(start, learning_rate, epochs) for start in starts if start >= lowest]
    return fit_in_stages(model, x, y, stages=stages, **options)
