"""Train a network whose lower part is frozen, without running the frozen part again in every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .run import Run
from .trainer import Trainer

__all__ = ["fit"]


def fit(
    model: Any,
    data: Any,
    *,
    epochs: int,
    seed: int = 0,
    batch_size: int = 32,
    validation_data: Any = None,
    optimizer: Any = None,
    loss: Any = None,
    metrics: Any = None,
    callbacks: Sequence[Any] = (),
    class_weight: dict[int, float] | None = None,
    shuffle: bool = True,
    cache: str = "auto",
    verbose: int = 0,
) -> Run:
    """Train a Keras model under whatever is frozen in it, and return a record of the run.

    Gives the numbers of ``keras.utils.set_random_seed(seed); model.fit(...)`` with the same arguments. What is frozen
    at the bottom and cannot change runs over the examples once, if that is worth it; see ``docs/training.md``. For
    many runs of one model, :class:`tlwidgets.training.Trainer` compiles it once.

    Parameters
    ----------
    model
        A built Keras model of any kind, with its ``trainable`` flags set (``tlwidgets.freeze``). If you have compiled
        it, it is trained with that, and its optimizer goes on where it is, as with ``model.fit``. Otherwise it is
        compiled here, with a new optimizer for each call.
    data
        ``Dataset`` (its training and validation splits; the test split is never touched), ``Split``, or ``(x, y)``.
    epochs, batch_size, shuffle, class_weight, verbose
        As in ``model.fit``; ``epochs`` and ``batch_size`` from 1.
    seed
        For the order of the examples and whatever else is random.
    validation_data
        ``Split`` or ``(x, y)``, instead of the data set's own.
    optimizer, loss, metrics
        As in ``model.compile``. Giving one compiles the model anew. Without: Adam, the loss that fits the last layer
        and the labels (:func:`tlwidgets.training.checks.fitting_loss`), and accuracy for classes.
    callbacks
        Keras callbacks. Their ``model`` is the model given here, whatever part of it trains.
    cache
        ``"auto"``: keep the frozen part's output if that saves a tenth of the work or more; ``"on"``: whenever it can
        be done; ``"off"``: never.

    Returns
    -------
    Run
        Also of a fit that a callback ended early.

    Raises
    ------
    CourseError
        For data, labels or settings that do not fit, before anything is changed; and if the loss becomes NaN or
        infinite: then the weights are those from before this call.
    KeyboardInterrupt
        Passed on. The model keeps the weights of the last step and can be trained again.
    """
    return Trainer(model, optimizer=optimizer, loss=loss, metrics=metrics, cache=cache).fit(
        data, epochs=epochs, seed=seed, batch_size=batch_size, validation_data=validation_data, callbacks=callbacks,
        class_weight=class_weight, shuffle=shuffle, verbose=verbose,
    )  # fmt: skip
