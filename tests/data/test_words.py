"""Word vectors: near words, means of texts, words that are not known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tlwidgets import _paths
from tlwidgets.data import WordVectors, load, word_vectors
from tlwidgets.errors import CourseError


@pytest.fixture(scope="module")
def glove() -> WordVectors:
    return word_vectors()


def test_shapes_types_and_one_copy_for_all(glove: WordVectors) -> None:
    assert glove.vectors.shape == (20_000, 50) == (len(glove), 50)
    assert glove.vectors.dtype == np.float32
    assert len(set(glove.words)) == 20_000
    assert glove.words[:2] == ("the", ",")
    assert word_vectors() is glove
    with pytest.raises(ValueError, match="read-only"):
        glove.vectors[0] = 0
    assert np.isfinite(glove.vectors).all()
    assert np.linalg.norm(glove.vectors, axis=1).min() > 0.1


def test_near_words_are_near_in_meaning(glove: WordVectors) -> None:
    assert "queen" in dict(glove.nearest("king", 5))
    assert "london" in dict(glove.nearest("Paris", 10))
    words = glove.nearest("bread", 8)
    assert len(words) == 8
    assert "bread" not in dict(words)
    assert [c for _, c in words] == sorted((c for _, c in words), reverse=True)
    a, b = glove.vector("bread"), glove.vector(words[0][0])
    assert words[0][1] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-5)


def test_a_vector_is_a_copy(glove: WordVectors) -> None:
    before = glove.vector("river")
    glove.vector("river")[:] = 0
    assert np.array_equal(glove.vector("River"), before)
    assert before.any()


def test_a_text_is_the_mean_of_its_known_words(glove: WordVectors) -> None:
    texts = ["A dog, and the CAT!", "the of and", "", "xqzzy dog"]
    out = glove.embed(texts)
    assert out.shape == (4, 50)
    assert out.dtype == np.float32
    assert np.allclose(out[0], (glove.vector("dog") + glove.vector("cat")) / 2)
    assert not out[1:3].any()
    assert np.allclose(out[3], glove.vector("dog"))
    assert glove.unknown(texts) == [(), (), (), ("xqzzy",)]
    assert glove.embed([]).shape == (0, 50)


def test_most_words_of_the_definitions_are_known(glove: WordVectors) -> None:
    x = load("glosses").test.x
    assert np.abs(glove.embed(x)).sum(1).min() > 0  # no text is without any known word
    assert sum(map(len, glove.unknown(x))) < 0.15 * sum(len(t.split()) for t in x)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: g.vector("kingg"), ["unknown word", "king"]),
        (lambda g: g.vector("qqxzvkj"), ["unknown word", "20000"]),
        (lambda g: g.vector(3), ["3", "not a word"]),
        (lambda g: g.nearest("king", 0), ["n=0"]),
        (lambda g: g.nearest("king", 2.5), ["n=2.5", "whole number"]),
        (lambda g: g.nearest("king", 20_000), ["n=20000", "19999"]),
        (lambda g: g.embed("one text"), ["list"]),
        (lambda g: g.embed(None), ["None", "list"]),
        (lambda g: g.embed(["a", 3]), ["text 1", "3"]),
    ],
)
def test_a_mistake_gets_one_sentence(glove: WordVectors, call: object, words: list[str]) -> None:
    with pytest.raises(CourseError) as caught:
        call(glove)  # type: ignore[operator]
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_shown_as_text_table_and_json(glove: WordVectors) -> None:
    assert "20000 words" in repr(glove)
    assert json.loads(json.dumps(glove.info()))["license"] == "PDDL-1.0"
    assert "bread" in glove._repr_html_()
    assert "dog" in glove
    assert "xqzzy" not in glove


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(_paths.datasets_root() / "glove", tmp_path / "glove")
    monkeypatch.setattr(_paths, "datasets_root", lambda: tmp_path)
    word_vectors.cache_clear()
    yield tmp_path / "glove" / "glove.npz"
    word_vectors.cache_clear()


def test_a_damaged_file_is_named(damaged: Path) -> None:
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(CourseError, match=r"glove\.npz is damaged"):
        word_vectors()
