"""A classifier that is compiled once and trained many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CourseError

__all__ = ["Trainer", "Weights", "new_head", "weights_of"]

Weights = Mapping[str, Sequence[NDArray[Any]]]
"""Layer → its weights."""


def weights_of(model: Any) -> Weights:
    """Return a copy of the weights of a model by layer, without layers that have none."""
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def new_head(model: Any, seed: int, *, layer: str | None = None) -> None:
    """Give the head of a classifier new random weights: those with which Keras would build it.

    Parameters
    ----------
    model
        Ends in a dense layer.
    seed
        Of the kernel (Glorot & Bengio 2010, uniform); the bias is 0.
    layer
        Name of the head; the last layer by default.
    """
    import keras

    head = model.get_layer(layer) if layer else model.layers[-1]
    kernel = keras.initializers.GlorotUniform(seed=seed)(head.kernel.shape)
    head.set_weights([np.asarray(kernel, "float32"), np.zeros(head.bias.shape, "float32")])


def _copies(variables: Sequence[Any]) -> list[NDArray[Any]]:
    return [np.array(v) for v in variables]


def _restore(variables: Sequence[Any], values: Sequence[NDArray[Any]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


class Trainer:
    """A classifier that is compiled once, and trained many times as if it had just been built and compiled.

    What is frozen at the bottom runs over the images once (:meth:`features`), and the rest trains on what comes out.

    Parameters
    ----------
    model
        A built classifier that ends in softmax, with its ``trainable`` flags set. What it begins with is remembered,
        and every :meth:`begin` starts from there.
    optimizer
        A Keras optimizer; FlatAdam by default. Its learning rate is given with every :meth:`fit`.
    metrics
        As in ``model.compile``.

    Attributes
    ----------
    model : keras.Model
        The whole of it.
    """

    def __init__(self, model: Any, *, optimizer: Any = None, metrics: Sequence[str] = ()) -> None:
        from ...training import FlatAdam
        from ...training.prefix import split

        self.model = model
        part = split(model)
        self._frozen, self._trains = part.prefix, part.suffix
        optimizer = FlatAdam() if optimizer is None else optimizer
        # XLA takes half as long again on a CPU
        self._trains.compile(
            optimizer, "sparse_categorical_crossentropy", metrics=list(metrics) or None, jit_compile=False
        )
        optimizer.build(self._trains.trainable_variables)
        self._start = _copies(model.variables), _copies(optimizer.variables)

    @classmethod
    def on(
        cls, base: Any, classes: int, *, frozen_to: str | None = None, freeze_batchnorm: bool = True, **options: Any
    ) -> Trainer:
        """Put a new head on a backbone, and freeze it up to a block.

        Parameters
        ----------
        base
            A backbone, which belongs to the trainer from now on.
        classes
            Number of classes.
        frozen_to, freeze_batchnorm
            As in :func:`tlwidgets.freeze`.
        **options
            As for the class.
        """
        from ...models import classifier, freeze

        model = classifier(base, classes)
        freeze(model, frozen_to, keep_batchnorm_still=freeze_batchnorm)
        return cls(model, **options)

    @property
    def trainable_params(self) -> int:
        """How many numbers train."""
        return int(sum(np.prod(v.shape) for v in self._trains.trainable_variables))

    def features(self, x: NDArray[Any], *, batch_size: int = 32) -> Any:
        """Return what the frozen part makes of images, to be trained and measured on; the images if none is frozen."""
        from ...training.extraction import forward

        if self._frozen is None:
            return x
        made = forward(self._frozen, x, batch_size)
        return made[0] if len(made) == 1 else made

    def begin(self, seed: int, weights: Weights | None = None, *, head: str | None = "") -> None:
        """Be as when it was built: forget what was trained, and begin anew with a seed.

        Parameters
        ----------
        seed
            Of the new head, and of everything that is random from now on.
        weights
            Layer → weights with which it begins instead; they win over the new head. Layers that the model does not
            have are passed over.
        head
            Name of the layer that gets new random weights, ``""`` for the last one, ``None`` for none.
        """
        import keras

        _restore(self.model.variables, self._start[0])
        if head is not None:
            new_head(self.model, seed, layer=head or None)
        mine = {layer.name: layer for layer in self.model.layers}
        for name, values in (weights or {}).items():
            if name in mine:
                mine[name].set_weights(values)
        _restore(self._trains.optimizer.variables, self._start[1])
        keras.utils.set_random_seed(seed)

    def fit(
        self,
        x: Any,
        y: NDArray[Any] | None = None,
        *,
        learning_rate: float,
        epochs: int = 1,
        batch_size: int | None = None,
        late_drop: bool = False,
        shuffle: bool = True,
        callbacks: Sequence[Any] = (),
    ) -> dict[str, list[float]]:
        """Train, going on from where it is.

        Parameters
        ----------
        x, y
            What :meth:`features` returned, and labels; or a ``keras.utils.PyDataset`` alone.
        learning_rate
            From now on.
        epochs, batch_size, shuffle, callbacks
            As in ``model.fit``.
        late_drop
            Whether the learning rate falls to a tenth in the last 40 % of the epochs.

        Returns
        -------
        dict
            Loss and metrics of each epoch.
        """
        from ...training import schedule

        if not 0 < learning_rate < 1 or epochs < 1:
            raise CourseError(
                f"learning_rate={learning_rate} and epochs={epochs} train nothing: give a rate such as 3e-3, "
                "and 1 epoch or more."
            )
        self._trains.optimizer.learning_rate = learning_rate
        drop = [schedule.late_drop(learning_rate, epochs)] if late_drop else []
        history = self._trains.fit(
            x, y, epochs=epochs, batch_size=batch_size, shuffle=shuffle, verbose=0, callbacks=[*callbacks, *drop]
        )
        return dict(history.history)

    def scores(self, x: Any, *, batch_size: int = 32) -> NDArray[np.float32]:
        """Return the probabilities (n, classes) for what :meth:`features` returned."""
        from ...training.extraction import forward

        (scores,) = forward(self._trains, x, batch_size)
        return scores

    def accuracy(self, x: Any, y: NDArray[Any], *, batch_size: int = 32) -> float:
        """Return the share (0 … 1) that is named correctly, in inference mode."""
        return float((self.scores(x, batch_size=batch_size).argmax(axis=1) == y).mean())
