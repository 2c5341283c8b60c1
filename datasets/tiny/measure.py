"""Say what the tiny network transfers to, and print the tables of card.md. About 6 CPU minutes.

    python datasets/tiny/measure.py

Ten labelled images a class, five draws, test images of the target. *Frozen*: logistic regression on the pooled
features. *Tuned*: all layers train, 20 epochs, rate 1e-3. *Scratch*: the same network from random weights, 60 epochs,
rate 1e-3 or 3e-3, whichever is better on the validation images of a sixth draw. Both use Adam, and a tenth of the
rate in the last 40 % of the epochs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import tlwidgets as tl
from tlwidgets.models import tiny

HERE = Path(__file__).resolve().parent
TARGETS = (("digits", None), ("styles", "noto"), ("styles", "openmoji_black"))
SEEDS = 5
BATCH = 20


class Target:
    """A target, and one compiled classifier that is given its weights anew for each run."""

    def __init__(self, name: str, domain: str | None) -> None:
        import keras

        self.title = domain or name
        self.draws = [tl.load(name, domain, per_class=10, size=32, seed=seed) for seed in range(SEEDS + 1)]
        self.model = tl.classifier(tiny.build(), len(self.draws[0].classes))
        self.model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.model.optimizer.build(self.model.trainable_variables)

    def run(self, weights: str | None, seed: int, learning_rate: float, epochs: int) -> float:
        """Train on a draw and return the accuracy on test; of the last draw, on validation."""
        import keras

        # get_layer, because the classifier shares no layers with this base, only their names
        base = tiny.record()._build(32, weights, False, False) if weights else self._random(seed)
        for layer in base.layers:
            self.model.get_layer(layer.name).set_weights(layer.get_weights())
        head = self.model.get_layer("head")
        kernel = keras.initializers.GlorotUniform(seed=seed)(head.kernel.shape)
        head.set_weights([np.asarray(kernel), np.zeros(head.bias.shape, "float32")])
        for variable in self.model.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        keras.utils.set_random_seed(seed)
        train = self.draws[seed].train
        x, y = tiny.to_rgb(train.x).astype("float32"), train.y
        first = round(0.6 * epochs)
        self.model.optimizer.learning_rate = learning_rate
        self.model.fit(x, y, batch_size=BATCH, epochs=first, verbose=0)
        self.model.optimizer.learning_rate = learning_rate / 10
        self.model.fit(x, y, batch_size=BATCH, epochs=epochs, initial_epoch=first, verbose=0)
        to = self.draws[seed].test if seed < SEEDS else self.draws[seed].validation
        return float(self.model.evaluate(tiny.to_rgb(to.x).astype("float32"), to.y, verbose=0)[1])

    def best(self, weights: str | None, learning_rates: tuple[float, ...], epochs: int) -> tuple[float, list[float]]:
        """Choose the rate on the draw that is used for nothing else; return it and the accuracies of the others."""
        learning_rate = max(learning_rates, key=lambda r: self.run(weights, SEEDS, r, epochs))
        return learning_rate, [self.run(weights, seed, learning_rate, epochs) for seed in range(SEEDS)]

    def frozen(self, weights: str | None) -> list[float]:
        """Return the accuracies of a probe on frozen features."""
        out = []
        for seed, data in enumerate(self.draws[:SEEDS]):
            base = tiny.record()._build(32, weights, False, False) if weights else self._random(seed)
            train, test = (tl.extract_features(base, tiny.to_rgb(s.x)) for s in (data.train, data.test))
            out.append(tl.linear_probe(train, data.train.y, test, data.test.y))
        return out

    @staticmethod
    def _random(seed: int) -> Any:
        import keras

        keras.utils.set_random_seed(seed)
        return tiny.build()


def adabn() -> tuple[float, float, float]:
    """Return the accuracy on Fashion-MNIST clean, noisy, and noisy with BatchNorm statistics of the noise."""
    import keras

    model = tiny.record()._build(32, "fashion_mnist", True, False)
    test = tl.load("fashion_mnist", size=32).test
    clean = tiny.to_rgb(test.x).astype("float32")
    noise = np.random.default_rng(0).normal(0, 0.4 * 255, (*clean.shape[:3], 1)).astype("float32")
    noisy = np.clip(clean + noise, 0, 255)

    def accuracy(x: Any) -> float:
        return float((model.predict(x, verbose=0, batch_size=250).argmax(1) == test.y).mean())

    before = accuracy(clean), accuracy(noisy)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # the statistics of one batch replace the old ones
    model(noisy, training=True)
    return (*before, accuracy(noisy))


def main() -> None:
    """Measure, print, and write the main figures into dataset.json."""
    clean, noisy, adapted = adabn()
    print(f"Fashion-MNIST clean {clean:.3f}, noise {noisy:.3f}, after AdaBN {adapted:.3f}", flush=True)
    measured = {
        "Fashion-MNIST, its own classes": clean,
        "Fashion-MNIST with noise": noisy,
        "Fashion-MNIST with noise, after AdaBN": adapted,
    }
    for name, domain in TARGETS:
        target = Target(name, domain)
        print(f"\n| {target.title}, weights | frozen | tuned |\n| --- | --- | --- |", flush=True)
        for weights in tiny.WEIGHTS:
            frozen = target.frozen(weights)
            tuned = [target.run(weights, seed, 1e-3, 20) for seed in range(SEEDS)]
            print(
                f"| {weights} | {np.mean(frozen):.3f} ± {np.std(frozen, ddof=1):.3f} "
                f"| {np.mean(tuned):.3f} ± {np.std(tuned, ddof=1):.3f} |",
                flush=True,
            )
            if weights == "styles":
                measured[f"{target.title}, 10 a class, weights styles"] = float(np.mean(frozen))
        frozen = target.frozen(None)
        learning_rate, scratch = target.best(None, (1e-3, 3e-3), 60)
        print(
            f"| none | {np.mean(frozen):.3f} ± {np.std(frozen, ddof=1):.3f} "
            f"| scratch {np.mean(scratch):.3f} ± {np.std(scratch, ddof=1):.3f} (rate {learning_rate:g}) |",
            flush=True,
        )
    path = HERE / "dataset.json"
    card = json.loads(path.read_text("utf-8"))
    card["measured"] = {k: round(v, 3) for k, v in measured.items()}
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
