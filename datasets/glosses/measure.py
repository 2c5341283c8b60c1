"""Accuracy by labels of each class: counted words from scratch, GloVe vectors, and vectors drawn at random.

    python datasets/glosses/measure.py                   # with the vectors as they are kept (8 bits)
    python datasets/glosses/measure.py --sources FOLDER  # … and with the float32 originals (needs pyarrow)

Logistic regression on each; 1,600 test definitions; mean ± standard deviation over five draws of the labels.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlwidgets.data import Dataset, WordVectors, load, word_vectors

BUDGETS = (5, 10, 30, 100, 300)
SEEDS = 5


def counted(data: Dataset) -> float:
    """Return the test accuracy with TF-IDF of the training texts alone."""
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000))
    return float(model.fit(data.train.x, data.train.y).score(data.test.x, data.test.y))


def embedded(data: Dataset, vectors: WordVectors) -> float:
    """Return the test accuracy with the mean vector of each text."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    model.fit(vectors.embed(data.train.x), data.train.y)
    return float(model.score(vectors.embed(data.test.x), data.test.y))


def main() -> None:
    """Print the table as it stands in the card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=Path, help="folder with the package of GloVe")
    args = parser.parse_args()
    glove = word_vectors()
    drawn = np.random.default_rng(0).normal(size=glove.vectors.shape).astype(np.float32)
    kinds = {"GloVe": glove, "random vectors": replace(glove, vectors=drawn)}
    if args.sources:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "glove"))
        from build import read

        words, original = read(args.sources)
        kinds["GloVe float32"] = replace(glove, words=tuple(words), vectors=original)
    rows = [["labels a class", "TF-IDF from scratch", *kinds], ["---"] * (2 + len(kinds))]
    for budget in BUDGETS:
        sets = [load("glosses", per_class=budget, seed=seed) for seed in range(SEEDS)]
        columns = [[counted(d) for d in sets], *([embedded(d, v) for d in sets] for v in kinds.values())]
        rows.append([str(budget), *(f"{np.mean(c):.3f} ± {np.std(c):.3f}" for c in columns)])
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    test = load("glosses").test.x
    known = sum(len(text.split()) for text in test)
    print(f"words of the test texts without a vector: {sum(map(len, glove.unknown(test)))} of about {known}")


if __name__ == "__main__":
    main()
