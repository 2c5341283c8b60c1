"""Find the part of a network whose output cannot change while the rest trains, and split the network there.

A frozen layer gives the same numbers for the same image in every epoch. So does everything that hangs only on such
layers. That part, the *prefix*, need run only once; training then begins at the tensors where it ends, the *boundary*.
What is left, the *suffix*, shares its layers with the model: training the suffix trains the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from ..errors import CourseError
from ..models.graph import calls, flatten

__all__ = ["SplitModel", "changes", "split"]


@dataclass(frozen=True, eq=False)
class SplitModel:
    """A model in two parts: ``suffix(prefix(x))`` equals ``model(x)``.

    ``prefix`` is ``None`` where there is nothing to keep; ``why`` then says in words why.
    """

    prefix: Any | None
    suffix: Any
    why: str
    """What ends the prefix."""
    graph: Any = None
    """The prefix in inference mode as one ``tf.function`` for batches of any size; ``None`` on another backend."""
    nodes_before: tuple[Any, ...] = ()
    """Calls of layers in the prefix, input side first."""
    nodes_after: tuple[Any, ...] = ()
    """Calls of layers in the suffix."""

    @property
    def layers(self) -> tuple[int, int]:
        """Number of layers in the prefix, and in all."""
        return len(self.nodes_before), len(self.nodes_before) + len(self.nodes_after)

    def forward(self, x: Any) -> Any:
        """Run the prefix on a batch of arrays."""
        import keras

        if self.prefix is None:
            raise RuntimeError("there is no prefix to run.")
        if self.graph is None:
            return self.prefix.predict_on_batch(x)
        import tensorflow as tf

        like = self.graph.input_signature[0]
        return self.graph(keras.tree.map_structure(lambda a, spec: tf.cast(a, spec.dtype), x, like))


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
        if any(_of_the_user(name, value) for name, value in vars(layer).items()):
            return "calls a function that cannot be looked into"
    return ""


def _of_the_user(name: str, value: Any) -> bool:
    """Whether an attribute of a layer is code that may run in a forward pass and is not Keras' own."""
    if not callable(value) or name.endswith(("initializer", "regularizer", "constraint")):
        return False
    where = getattr(value, "__module__", None) or type(value).__module__
    return str(where).partition(".")[0] != "keras"


def split(model: Any) -> SplitModel:
    """Split a model at the end of the part that cannot change.

    A call of a layer belongs to the prefix if everything that it takes does and :func:`changes` has nothing against it.
    The boundary is every tensor that is made in the prefix and used outside of it: one or several.

    Parameters
    ----------
    model
        A built Keras model, with its ``trainable`` flags set.

    Returns
    -------
    SplitModel
        With ``prefix=None`` and a reason if the model is of a class of its own, begins with a layer that changes, or
        gives out something that does not change.

    Notes
    -----
    Keras never forgets a call of a layer, and every split makes new ones: keep the result.
    """
    import keras

    if own := _opaque(model):
        return SplitModel(None, model, f"{model.name!r} is or holds a model with code of its own ({own})")
    try:
        flat = flatten(model)
    except CourseError as error:  # two models inside with layers of one name
        return SplitModel(None, model, str(error).rstrip("."))

    kept = {id(t) for t in keras.tree.flatten(flat.input)}
    before, after, first = [], [], ""
    for node in calls(flat):
        why = changes(node.operation)
        if not why and all(id(t) in kept for t in node.input_tensors):
            kept.update(id(t) for t in node.output_tensors)
            before.append(node)
        else:
            first = first or f"{node.operation.name!r} {why}"
            after.append(node)
    if not before:
        return SplitModel(None, model, first)
    if any(id(t) in kept for t in keras.tree.flatten(flat.output)):
        return SplitModel(None, model, "an output of the model lies in the frozen part")

    boundary = list({id(t): t for node in after for t in node.input_tensors if id(t) in kept}.values())
    if any(None in t.shape[1:] for t in boundary):
        return SplitModel(None, model, "the frozen part ends in a tensor whose size is not fixed")
    tensors = boundary[0] if len(boundary) == 1 else boundary
    suffix = keras.Model(tensors, flat.output, name=f"{model.name}_suffix")
    if [id(w) for w in suffix.trainable_weights] != [id(w) for w in model.trainable_weights]:
        # an optimizer that clips by the norm of all gradients would add them up in another order
        return SplitModel(None, model, f"the part of {model.name!r} that trains lists its weights in another order")
    prefix = keras.Model(flat.input, tensors, name=f"{model.name}_prefix")
    return SplitModel(prefix, suffix, first, _graph(prefix), tuple(before), tuple(after))


def _graph(prefix: Any) -> Any:
    import keras

    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    # predict would trace the network twice: for full batches, and again for the last one
    like = keras.tree.map_structure(lambda t: tf.TensorSpec((None, *t.shape[1:]), t.dtype), prefix.input)
    # (and a prefix is made of Keras' own layers, which need no rewriting)
    return tf.function(lambda x: prefix(x, training=False), input_signature=[like], autograph=False)
