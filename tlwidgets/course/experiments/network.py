"""A classifier that is compiled once and trained many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CourseError
from .examples import Examples

__all__ = ["Network", "Weights", "new_head", "weights_of"]

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


class Network:
    """A classifier that is compiled once, and trained many times as if it had just been built and compiled.

    What is frozen at the bottom runs over the images once (:meth:`prepare`), and the rest trains on what comes out.

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
        import keras

        from ...training.optimizers import FlatAdam
        from ...training.prefix import split

        self.model = model
        part = split(model)
        # a scaling of the input alone is not worth a copy of the images
        frozen = part.prefix is not None and bool(part.prefix.weights)
        self._frozen, self._trains = (part.prefix, part.suffix) if frozen else (None, model)
        optimizer = FlatAdam() if optimizer is None else optimizer
        # XLA takes half as long again on a CPU
        self._trains.compile(
            optimizer, "sparse_categorical_crossentropy", metrics=list(metrics) or None, jit_compile=False
        )
        optimizer.build(self._trains.trainable_variables)
        self._start = [(v, keras.ops.convert_to_numpy(v).copy()) for v in (*model.variables, *optimizer.variables)]

    @classmethod
    def on(
        cls, base: Any, classes: int, *, frozen_to: str | None = None, freeze_batchnorm: bool = True, **options: Any
    ) -> Network:
        """Put a new head on a backbone, and freeze it up to a block.

        Parameters
        ----------
        base
            A backbone, which belongs to the network from now on.
        classes
            Number of classes.
        frozen_to, freeze_batchnorm
            As in :func:`tlwidgets.freeze`.
        **options
            As for the class.
        """
        from ...models import classifier, freeze

        model = classifier(base, classes)
        freeze(model, frozen_to, freeze_batchnorm=freeze_batchnorm)
        return cls(model, **options)

    @property
    def trainable_params(self) -> int:
        """How many numbers train."""
        return int(sum(np.prod(v.shape) for v in self._trains.trainable_variables))

    def prepare(self, examples: Examples, *, batch_size: int = 32) -> Examples:
        """Return what the frozen part makes of images, to be trained and measured on; the images if none is frozen."""
        from ...training.extraction import forward

        if self._frozen is None:
            return examples
        (features,) = forward(self._frozen, examples.x, batch_size)
        return Examples(features, examples.y)

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

        for variable, value in self._start:
            variable.assign(value)
        if head is not None:
            new_head(self.model, seed, layer=head or None)
        mine = {layer.name: layer for layer in self.model.layers}
        for name, values in (weights or {}).items():
            if name in mine:
                mine[name].set_weights(values)
        keras.utils.set_random_seed(seed)

    def fit(
        self,
        examples: Any,
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
        examples
            What :meth:`prepare` returned, or a ``keras.utils.PyDataset`` of such.
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
        given = (examples.x, examples.y) if isinstance(examples, Examples) else (examples,)
        history = self._trains.fit(
            *given, epochs=epochs, batch_size=batch_size, shuffle=shuffle, verbose=0, callbacks=[*callbacks, *drop]
        )
        return dict(history.history)

    def scores(self, x: NDArray[Any], *, batch_size: int = 32) -> NDArray[np.float32]:
        """Return the probabilities (n, classes) for prepared images (:meth:`prepare`), in inference mode."""
        from ...training.extraction import forward

        (scores,) = forward(self._trains, x, batch_size)
        return scores

    def accuracy(self, examples: Examples, *, batch_size: int = 32) -> float:
        """Return the share (0 … 1) of prepared images that is named correctly."""
        return float(self.hits(examples, batch_size=batch_size).mean())

    def hits(self, examples: Examples, *, batch_size: int = 32) -> NDArray[np.bool_]:
        """Return for each prepared image whether it is named correctly, shape (n,)."""
        return np.asarray(self.scores(examples.x, batch_size=batch_size).argmax(axis=1) == examples.y)
