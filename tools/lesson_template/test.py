"""The lesson {{name}}: typical wrong answers get a sentence that helps."""

import numpy as np
import pytest

from tlwidgets.course import checks


@pytest.mark.parametrize(
    ("wrong", "helps"),
    [
        (lambda maps: ..., "nothing yet"),
        (lambda maps: maps.mean(axis=(2, 3)), "shape should be"),
        (lambda maps: np.max(maps, axis=(1, 2)), "is it the average"),
    ],
)
def test_a_wrong_average_gets_a_sentence_that_helps(wrong, helps):
    outcome = checks.run("{{name}}/average", [wrong])
    assert not outcome.passed
    assert helps in outcome.message
