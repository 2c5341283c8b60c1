"""Hidden tests of the assignment on {{name}}."""

import numpy as np
from probes import drawn

from tlwidgets.grading import points


@points("average", 1, "The shape is right", "One number for each image and channel is left.")
def test_shape(answers, seed):
    for i, maps in enumerate(drawn(seed)):
        assert np.shape(answers[f"average.{i}"]) == (len(maps), maps.shape[-1]), "The shape is not (images, channels)."


@points("average", 2, "The numbers are right", "Average over both positions.")
def test_numbers(answers, seed):
    for i, maps in enumerate(drawn(seed)):
        assert np.allclose(answers[f"average.{i}"], maps.mean(axis=(1, 2))), "The numbers are not the averages."
