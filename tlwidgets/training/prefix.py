"""Find the part of a network whose output cannot change while the rest trains, and split the network there.

A frozen layer gives the same numbers for the same picture in every epoch. So does everything that hangs only on such
layers. That part, the *prefix*, need run only once; training then begins at the tensors where it ends, the *boundary*.
What is left, the *suffix*, shares its layers with the model: training the suffix trains the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import CourseError
from ..models.graph import calls, inline

__all__ = ["Split", "changes", "connections", "split"]


@dataclass(frozen=True, eq=False)
class Split:
    """A model in two parts: ``suffix(prefix(x))`` equals ``model(x)``.

    ``prefix`` is ``None`` where there is nothing to keep; ``why`` then says in words why.
    """

    prefix: Any | None
    suffix: Any
    why: str
    """What ends the prefix."""
    forward: Callable[[Any], Any] | None = None
    """Runs the prefix on a batch of arrays, in inference mode, through one graph for batches of any size."""
    nodes_before: tuple[Any, ...] = ()
    """Calls of layers in the prefix, input side first."""
    nodes_after: tuple[Any, ...] = ()
    """Calls of layers in the suffix."""

    @property
    def layers(self) -> tuple[int, int]:
        """Number of layers in the prefix, and in all."""
        return len(self.nodes_before), len(self.nodes_before) + len(self.nodes_after)


def connections(model: Any) -> list[Any]:
    """Return which layer of a functional model takes what from which, without the names that Keras counts up."""
    import keras

    place = {id(op): i for i, op in enumerate(model.operations)}
    numbers = {id(t): i for i, t in enumerate(model.inputs)}

    def plain(value: Any) -> Any:
        if isinstance(value, keras.KerasTensor):
            return f"tensor {numbers[id(value)]}"
        return value.tolist() if hasattr(value, "tolist") else value

    found: list[Any] = []
    for node in calls(model):
        found.append([place[id(node.operation)], *node.arguments.convert(plain)])
        for t in node.output_tensors:
            numbers[id(t)] = len(numbers)
    return [*found, [numbers[id(t)] for t in model.outputs]]


def _opaque(model: Any) -> str:
    """Return the class of a model, or of one inside it, that runs code of its own; empty if there is none."""
    import keras

    if type(model) not in (keras.Sequential, _functional_class()):
        return type(model).__name__
    return next((found for layer in model.layers if isinstance(layer, keras.Model) and (found := _opaque(layer))), "")


@cache
def _functional_class() -> type:
    import keras

    tensor = keras.Input((1,))
    return type(keras.Model(tensor, tensor))


def changes(operation: Any) -> str:
    """Return why an operation may give another output in the next epoch, in words; empty if it cannot.

    Parameters
    ----------
    operation
        A Keras layer, or one of ``keras.ops`` as it appears in a functional model.
    """
    import keras

    if type(operation).__module__.partition(".")[0] != "keras":
        return "is not a layer of Keras itself, and what it does cannot be seen from outside"
    if not isinstance(operation, keras.layers.Layer):
        return ""
    if isinstance(operation, keras.layers.Lambda):
        return "runs a function that cannot be looked into"
    # a wrapper (TimeDistributed, …) is as its inner layers are
    for layer in operation._flatten_layers():
        if layer.trainable_variables:
            return "trains"
        if isinstance(layer, keras.layers.BatchNormalization):
            if layer.trainable:
                return "is BatchNorm that is not frozen, so its statistics move"
        elif layer._non_trainable_variables and not isinstance(layer, keras.layers.Normalization):
            return "keeps a state that moves while it trains"
        # frozen or not, dropout and augmentation draw in fit; a rate of 0 switches dropout off
        if layer._seed_generators and getattr(layer, "rate", None) != 0:
            return "draws random numbers" + ("" if layer.trainable else " even when it is frozen")
        if getattr(layer, "activity_regularizer", None) is not None:
            return "adds to the loss"
        if isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False):
            return "makes a mask that later layers need"
    return ""


def split(model: Any, *, augmented: bool = False) -> Split:
    """Split a model at the end of the part that cannot change.

    A call of a layer belongs to the prefix if everything that it takes does and :func:`changes` has nothing against it.
    The boundary is every tensor that is made in the prefix and used outside of it: one or several.

    Parameters
    ----------
    model
        A built Keras model, with its ``trainable`` flags set.
    augmented
        Whether layers that draw random numbers may be in the prefix if no layer with weights comes before them.

    Returns
    -------
    Split
        The same prefix and suffix models for the same boundary, so that they are compiled and traced once. With
        ``prefix=None`` and a reason if the model is of a class of its own or begins with a layer that changes.
    """
    import keras

    made = _made.get(model)
    if made is None:
        if own := _opaque(model):
            return Split(None, model, f"{model.name!r} is or holds a model with code of its own ({own})")
        try:
            flat = inline(model)
        except CourseError as error:  # two models inside with layers of one name
            return Split(None, model, str(error).rstrip("."))
        nodes = tuple(calls(flat))
        made = _made[model] = _Made(flat.input, flat.output, nodes, {})

    kept = {id(t) for t in keras.tree.flatten(made.input)}
    unweighted = set(kept)  # tensors that no weight had a part in
    before, after, first = [], [], ""
    for node in made.nodes:
        why = changes(node.operation)
        plain = not getattr(node.operation, "weights", ()) and all(id(t) in unweighted for t in node.input_tensors)
        if plain:
            unweighted.update(id(t) for t in node.output_tensors)
        if augmented and plain and "random" in why:
            why = ""
        if not why and all(id(t) in kept for t in node.input_tensors):
            kept.update(id(t) for t in node.output_tensors)
            before.append(node)
        else:
            first = first or f"{node.operation.name!r} {why}"
            after.append(node)
    if not before:
        return Split(None, model, first)

    used = [t for node in after for t in node.input_tensors] + keras.tree.flatten(made.output)
    boundary = list({id(t): t for t in used if id(t) in kept}.values())
    if any(None in t.shape[1:] for t in boundary):
        return Split(None, model, "the frozen part ends in a tensor whose size is not fixed")
    key = tuple(map(id, before))
    if key not in made.parts:
        tensors = boundary[0] if len(boundary) == 1 else boundary
        prefix = keras.Model(made.input, tensors, name=f"{model.name}_prefix")
        made.parts[key] = prefix, keras.Model(tensors, made.output, name=f"{model.name}_suffix"), _forward(prefix)
    prefix, suffix, forward = made.parts[key]
    if [id(w) for w in suffix.trainable_weights] != [id(w) for w in model.trainable_weights]:
        # an optimizer that clips by the norm of all gradients would add them up in another order
        return Split(None, model, f"the part of {model.name!r} that trains lists its weights in another order")
    return Split(prefix, suffix, first, forward, tuple(before), tuple(after))


def _forward(prefix: Any) -> Callable[[Any], Any]:
    import keras

    if keras.backend.backend() != "tensorflow":
        return lambda x: prefix.predict_on_batch(x)
    import tensorflow as tf

    # predict would trace the network twice: for full batches, and again for the last one
    like = keras.tree.map_structure(lambda t: tf.TensorSpec((None, *t.shape[1:]), t.dtype), prefix.input)
    # (and a prefix is made of Keras' own layers, which need no rewriting)
    run = tf.function(lambda x: prefix(x, training=False), input_signature=[like], autograph=False)
    return lambda x: run(keras.tree.map_structure(lambda a, spec: tf.cast(a, spec.dtype), x, like))


@dataclass(frozen=True, eq=False)
class _Made:
    """What was made from a model, to be used again: Keras never forgets a call of a layer."""

    input: Any
    output: Any
    nodes: tuple[Any, ...]
    parts: dict[tuple[int, ...], tuple[Any, Any, Callable[[Any], Any]]]
    """Prefix, suffix and how to run the prefix, by the calls that make up the prefix."""


# Nothing in a value may hold the model that is its key: it would never be given back.
_made: WeakKeyDictionary[Any, _Made] = WeakKeyDictionary()
