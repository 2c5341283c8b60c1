"""Small problems run in one thread, and leave the settings as they were."""

from __future__ import annotations

import numpy as np
import pytest
import threadpoolctl

import tlwidgets as tl
from tlwidgets._threads import one_thread


def threads():
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]


def test_one_thread_inside_and_as_before_outside():
    tl.linear_probe(np.eye(8), np.arange(8) % 2, np.eye(8), np.arange(8) % 2)  # loads what brings threads
    with threadpoolctl.threadpool_limits(2):
        assert set(one_thread(threads)()) == {1}
        assert set(threads()) == {2}
        with pytest.raises(ZeroDivisionError):
            one_thread(lambda: 1 / 0)()
        assert set(threads()) == {2}


def test_a_probe_gives_the_same_to_the_last_bit_whatever_the_threads_outside():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(120, 300)), np.arange(120) % 6
    found = set()
    for limit in (1, 2):
        with threadpoolctl.threadpool_limits(limit):
            found.add(tl.linear_probe(x[:60], y[:60], x[60:], y[60:]))
    assert len(found) == 1


def test_edges_explain_a_channel_of_edges_and_no_channel_of_noise():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 32, 32, 3)).astype("uint8")
    grey = images.astype("float32").mean(-1)
    slopes = np.gradient(grey, axis=2).reshape(20, 8, 4, 8, 4).mean((2, 4))[..., None]
    assert tl.training.explained_by_edges(images, slopes) > 0.99
    assert tl.training.explained_by_edges(images, rng.normal(size=(20, 8, 8, 3))) < 0.05
    with pytest.raises(tl.CourseError, match="10 or more images"):
        tl.training.explained_by_edges(images, np.zeros((20, 7, 7, 3)))
