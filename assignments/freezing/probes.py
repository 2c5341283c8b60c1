"""Models drawn from the seed of the run. No expected value is here."""

import numpy as np


def toy(seed):
    """Return a small model and how many layers it has; BatchNorm is always among them."""
    import keras
    from keras import layers

    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(int(rng.integers(1 << 30)))
    parts = []
    for i in range(int(rng.integers(2, 5))):
        parts.append(layers.Dense(int(rng.integers(3, 9)), name=f"dense_{i}"))
        parts.append(layers.BatchNormalization(name=f"norm_{i}"))
    parts.append(layers.Dense(2, name="head"))
    return keras.Sequential([keras.Input((5,)), *parts]), len(parts)


def boundaries(seed):
    """Return three seeds of models, each with a boundary."""
    rng = np.random.default_rng([seed, 1])
    found = []
    for where in ("middle", "head only", "first"):
        own = int(rng.integers(1 << 30))
        layers = toy(own)[1]
        found.append((own, {"middle": int(rng.integers(2, layers - 1)), "head only": layers - 1, "first": 1}[where]))
    return found


def freeze_to(get, record, seed):
    function = get("freeze_to")
    for i, (own, k) in enumerate(boundaries(seed)):
        model, _ = toy(own)
        function(model, k)
        record(f"freeze_to.{i}", model)
    own, k = boundaries(seed)[1]
    model, _ = toy(own)
    function(model, k)
    function(model, k - 2)
    record("freeze_to.again", model)


def cases(seed):
    """Return eight models with a base each, in an order that the seed chooses."""
    import keras
    from keras import layers

    rng = np.random.default_rng([seed, 2])
    kinds = ["nested", "pixels", "continued", "bypassed", "deeper", "namesake", "part", "twin"]
    found = []
    for kind in rng.permutation(kinds):
        size, width = int(rng.integers(3, 7)), int(rng.integers(3, 7))
        base = keras.Sequential(
            [keras.Input((size,)), layers.Dense(width, name="a"), layers.Dense(width, name="b")], name="base"
        )
        inputs = keras.Input((size,))
        head = layers.Dense(2, name="head")
        if kind == "nested":
            model = keras.Model(inputs, head(base(inputs)))
        elif kind == "pixels":
            base(inputs)
            model = keras.Model(inputs, head(inputs))
        elif kind == "continued":
            model = keras.Model(base.inputs, head(base.outputs[0]))
        elif kind == "bypassed":
            model = keras.Model(base.inputs, head(base.inputs[0]))
        elif kind == "deeper":
            model = keras.Model(inputs, head(layers.Dense(width)(base(inputs))))
        elif kind == "namesake":
            x = layers.Dense(width, name="b")(layers.Dense(width, name="a")(inputs))
            model = keras.Model(inputs, head(x), name="base")
        elif kind == "part":
            model = keras.Model(base.inputs, head(base.layers[0].output))
        else:
            model = keras.Model(inputs, head(keras.models.clone_model(base)(inputs)))
        found.append((str(kind), model, base))
    return found


def uses(get, record, seed):
    function = get("uses")
    record("uses", [function(model, base) for _, model, base in cases(seed)])
