"""Take functional Keras models apart and put them together: flatten nested models, cut, drop the head, put one on.

The models that come out share the layers of those that went in; nothing is copied.
"""

from __future__ import annotations

import operator
from collections import Counter
from typing import Any

from ..errors import CourseError
from .structure import boundary, check_built, labels, leaf_layers

__all__ = ["calls", "classifier", "cut", "drop_top", "flatten", "layer_outputs"]


def calls(model: Any) -> list[Any]:
    """Return the calls of layers that make up a functional model, each after those that it needs.

    Keras has no public way to the calls: ``layer.output`` is of the layer's first call, which may belong to another
    model. tests/models/test_flatten.py notices if this one changes.
    """
    by_depth = model._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth] if not node.is_input]


def _is_graph(layer: Any) -> bool:
    """Whether a layer is a model that says how its own layers are connected."""
    import keras

    return hasattr(layer, "_nodes_by_depth") or (isinstance(layer, keras.Sequential) and hasattr(layer, "outputs"))


def _functional(model: Any) -> Any:
    """Return a model as a functional one; a Sequential as a functional model of the same tensors."""
    import keras

    check_built(model)
    if not _is_graph(model):
        raise CourseError(
            f"{model.name!r} is a {type(model).__name__} whose own call() connects its layers, so it cannot be taken "
            "apart: build it as a functional or Sequential model."
        )
    if not isinstance(model, keras.Sequential):
        return model
    outputs = model.outputs[0] if len(model.outputs) == 1 else model.outputs
    return keras.Model(model.inputs[0], outputs, name=model.name)


def _one_output(model: Any) -> Any:
    if len(model.outputs) != 1:
        raise CourseError(f"{model.name!r} has {len(model.outputs)} outputs, and one is needed: pick it first.")
    return model.outputs[0]


def flatten(model: Any) -> Any:
    """Return a model without models inside it, which shares all layers and gives the same outputs.

    ``Input → augmentation → base → head``, where ``base`` is a model, becomes one flat chain that can be frozen by
    looking at it, cut inside the base, or asked for the output of any layer.

    Parameters
    ----------
    model
        A functional or Sequential model; models inside it to any depth. A subclassed model inside it stays one layer.

    Returns
    -------
    keras.Model
        Functional. A functional model with nothing inside is returned as it is.

    Raises
    ------
    CourseError
        For a subclassed or unbuilt model, or if two layers in different nested models have one name.

    Notes
    -----
    Every call builds a new model on the same layers: keep the result. An argument that is recorded on the call of a
    nested model, ``base(x, training=False)``, is lost; ``fit`` does not heed it in Keras 3.15 anyway.
    """
    import keras

    flat = _functional(model)
    if not any(_is_graph(layer) for layer in flat.layers):
        return flat
    clash = [name for name, n in Counter(layer.name for layer in _flat_layers(flat)).items() if n > 1]
    if clash:
        raise CourseError(
            f"the models inside {model.name!r} both have a layer {clash[0]!r}, and a flat model needs different names: "
            "build one of them with other layer names."
        )
    tensors = {id(t): t for t in flat.inputs}
    _run(flat, tensors)
    outputs = keras.tree.map_structure(lambda t: tensors[id(t)], flat.output)
    return keras.Model(flat.input, outputs, name=model.name)


def _flat_layers(model: Any) -> list[Any]:
    """Return the layers that will be in the flat model, each once: no inputs of inner models."""
    found = {}

    def visit(graph: Any) -> None:
        for node in calls(graph):
            if _is_graph(node.operation):
                visit(_functional(node.operation))
            else:
                found[id(node.operation)] = node.operation

    visit(model)
    return list(found.values())


def _run(model: Any, tensors: dict[int, Any]) -> None:
    """Call the layers of a functional model again; ``tensors`` maps its tensors to the new ones, first its inputs."""
    import keras

    for node in calls(model):
        arguments, keywords = node.arguments.fill_in(tensors)
        if _is_graph(node.operation):
            inner = _functional(node.operation)
            given = keras.tree.flatten(arguments[0] if arguments else keywords["inputs"])
            inside = {id(t): v for t, v in zip(inner.inputs, given, strict=True)}
            _run(inner, inside)
            results = [inside[id(t)] for t in inner.outputs]
        else:
            results = keras.tree.flatten(node.operation(*arguments, **keywords))
        tensors.update({id(t): v for t, v in zip(node.outputs, results, strict=True)})


def layer_outputs(model: Any) -> dict[str, Any]:
    """Return the tensor that each layer gives in a flat functional model, by name, in order of the calls.

    Not always ``layer.output``: that is of the layer's first call, which may belong to another model (the nested one it
    was taken from). A layer with several outputs has a list; of a layer that is called twice it is the last call.
    """
    import keras

    found: dict[str, Any] = {
        layer.name: layer.output for layer in model.layers if isinstance(layer, keras.layers.InputLayer)
    }
    for node in calls(model):
        if isinstance(node.operation, keras.Layer):
            found[node.operation.name] = node.outputs[0] if len(node.outputs) == 1 else list(node.outputs)
    return found


def classifier(
    base: Any, classes: int | tuple[str, ...] | list[str], *, seed: int = 0, name: str = "classifier"
) -> Any:
    """Put a new head on a backbone: global average pooling (where it is needed) and one softmax layer.

    Parameters
    ----------
    base
        A functional or Sequential model that ends in feature maps (n, h, w, c) or feature vectors (n, c).
    classes
        Number of classes, or their names.
    seed
        Seed of the new layer's weights (Glorot uniform).
    name
        Name of the model.

    Returns
    -------
    keras.Model
        A functional model: the layers of ``base`` themselves (shared, not copied), ``head_pool``, ``head``. On a base
        that has layers of these names they are called ``head_pool_2`` and ``head_2``, and so on.
    """
    import keras

    functional = _functional(base)
    if isinstance(classes, str):
        raise CourseError(f"give the number of classes or a list of their names, not the text {classes!r}.")
    try:
        n = operator.index(classes)  # type: ignore[arg-type]
    except TypeError:
        n = len(classes)  # type: ignore[arg-type]
    if n < 2:
        raise CourseError(f"a classifier needs two classes or more, not {n}.")
    x = _one_output(functional)
    taken = {layer.name for layer in functional.layers}
    end = next(
        e for e in ("", *(f"_{i}" for i in range(2, len(taken) + 3))) if not {f"head{e}", f"head_pool{e}"} & taken
    )
    if len(x.shape) == 4:
        x = keras.layers.GlobalAveragePooling2D(name=f"head_pool{end}")(x)
    elif len(x.shape) != 2:
        raise CourseError(f"the backbone should end in (n, h, w, c) or (n, c), but its output is {tuple(x.shape)}.")
    init = keras.initializers.GlorotUniform(seed=seed)
    # float32 under mixed precision too: half precision is too coarse for probabilities
    head = keras.layers.Dense(n, "softmax", kernel_initializer=init, dtype="float32", name=f"head{end}")
    return keras.Model(functional.input, head(x), name=name)


def drop_top(model: Any) -> Any:
    """Return a classifier without its head: what ``include_top=False`` would have built.

    Parameters
    ----------
    model
        A functional or Sequential classifier with one output, with models inside it or not.

    Returns
    -------
    keras.Model
        Flat, functional, on the same layers. It ends in the feature maps (n, h, w, c) that the head's global pooling or
        ``Flatten`` took in. Where the network has no such maps only the last layer with weights goes, and what comes
        after it.

    Raises
    ------
    CourseError
        If there is no head: the model ends in feature maps. Also for several outputs, and subclassed models.
    """
    import keras

    flat = flatten(model)
    tensor = _one_output(flat)
    made_by = {id(t): node for node in calls(flat) for t in node.outputs}
    pooling = (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D, keras.layers.Flatten)
    maps = vector = None
    # back from the output as long as there is one way: what lies beside a shortcut is not the head
    while (node := made_by.get(id(tensor))) is not None and len(node.input_tensors) == 1:
        (tensor,) = node.input_tensors
        if isinstance(node.operation, pooling) and len(tensor.shape) == 4:
            maps = tensor
        if vector is None and getattr(node.operation, "weights", None):
            vector = tensor
    end = maps if maps is not None else vector
    if end is None or (maps is None and len(flat.outputs[0].shape) == 4):
        raise CourseError(f"{model.name!r} has no head to drop: it ends in {tuple(flat.outputs[0].shape)}.")
    if any(end is t for t in flat.inputs):
        raise CourseError(f"{model.name!r} has nothing below its head.")
    return keras.Model(flat.input, end, name=model.name)


def cut(model: Any, at: int | str) -> tuple[Any, Any]:
    """Cut a model in two after a layer or block; ``upper(lower(x))`` equals ``model(x)``.

    Parameters
    ----------
    model
        A functional or Sequential model. Models inside it are flattened first, so that the cut may lie in one of them.
    at
        Number of layers, or name of the layer, block or nested model that ends the lower part.

    Returns
    -------
    tuple of keras.Model
        ``(lower, upper)``; they share the layers of ``model``.

    Raises
    ------
    CourseError
        If there is nothing on one side, or more than one tensor crosses the cut (a residual branch, for example).
    """
    import keras

    flat = flatten(model)
    leaves = leaf_layers(model)
    below = boundary(model, at)
    if not 0 < below < len(leaves):
        raise CourseError(f"a cut needs layers on both sides, but {below} of {len(leaves)} would be below it.")
    nodes = calls(flat)
    made_by = {id(node.operation): node for node in nodes}
    for node in nodes:
        if isinstance(node.operation, keras.Model):  # a subclassed model ends where its last layer does
            made_by[id(leaf_layers(node.operation)[-1])] = node
    tensors: list[Any] = []
    for layer in reversed(leaves[:below]):
        if id(layer) in made_by:
            tensors = list(made_by[id(layer)].outputs)
        elif any(layer is other for other in flat.layers):
            tensors = [layer.output]  # an input of the whole model
        elif isinstance(layer, keras.layers.InputLayer):
            continue  # an input of a model inside: the layer before it ends the lower part
        else:
            raise CourseError(f"{layer.name!r} is inside a subclassed model: cut before or after that model.")
        break
    crossing = _crossing(flat, nodes, tensors)
    if len(tensors) != 1 or crossing != {id(tensors[0])}:
        raise CourseError(
            f"{len(crossing)} tensors cross a cut after {labels(model)[below - 1]!r} (a shortcut leads around it): "
            "cut at the end of a block instead."
        )
    lower = keras.Model(flat.input, tensors[0], name=f"{model.name}_lower")
    upper = keras.Model(tensors[0], flat.output, name=f"{model.name}_upper")
    return lower, upper


def _crossing(flat: Any, nodes: list[Any], tensors: list[Any]) -> set[int]:
    """Return the ids of the tensors that are there once ``tensors`` are computed, and needed for the rest."""
    made_by = {id(t): node for node in nodes for t in node.outputs}
    there = {id(t) for t in flat.inputs}
    done: set[int] = set()
    todo = list(tensors)
    while todo:
        node = made_by.get(id(todo.pop()))
        if node is not None and id(node) not in done:
            done.add(id(node))
            there.update(id(t) for t in node.outputs)
            todo.extend(node.input_tensors)
    needed = {id(t) for node in nodes if id(node) not in done for t in node.input_tensors}
    return there & (needed | {id(t) for t in flat.outputs})
