"""Accuracy of classifiers trained on real and on simulated digits, on the test split of either.

python datasets/simulated_digits/measure.py
"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from tlwidgets.data import Split, load

SEEDS = 5


def pixels(split: Split) -> np.ndarray:
    """Return images as rows of numbers 0 to 1."""
    return split.x.reshape(len(split), -1) / 255


def main() -> None:
    """Print the table as it stands in the card."""
    warnings.filterwarnings("ignore", message="Stochastic Optimizer")  # it has fitted the training images by then
    sets = {"real": load("digits"), "simulated": load("simulated_digits")}
    print("| trained on | tested on | logistic regression | network of 64 units |\n| --- | --- | --- | --- |")
    for a, source in sets.items():
        linear = LogisticRegression(max_iter=2000).fit(pixels(source.train), source.train.y)
        networks = [
            MLPClassifier((64,), max_iter=300, random_state=seed).fit(pixels(source.train), source.train.y)
            for seed in range(SEEDS)
        ]
        for b, target in sets.items():
            scores = [network.score(pixels(target.test), target.test.y) for network in networks]
            line = linear.score(pixels(target.test), target.test.y)
            print(f"| {a} | {b} | {line:.3f} | {np.mean(scores):.3f} ± {np.std(scores):.3f} |")


if __name__ == "__main__":
    main()
