"""How far two domains are apart, what to do about it without target labels, and whether it helped."""

from .adaptation import adapt_batchnorm, coral, standardise
from .comparison import Comparison, compare
from .priors import correct_prior, estimate_prior
from .severity import calibration_error, measure_shift, reliability
from .shift import ShiftTest, a_distance, mean_distance, mmd, remembered_distance, shift_test

__all__ = [
    "Comparison",
    "ShiftTest",
    "a_distance",
    "adapt_batchnorm",
    "calibration_error",
    "compare",
    "coral",
    "correct_prior",
    "estimate_prior",
    "mean_distance",
    "measure_shift",
    "mmd",
    "reliability",
    "remembered_distance",
    "shift_test",
    "standardise",
]
