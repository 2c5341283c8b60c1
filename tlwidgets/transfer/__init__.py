"""How far two domains are apart, what to do about it without target labels, and whether it helped."""

from .adaptation import adapt_batchnorm, coral, standardize
from .comparison import Comparison, compare
from .priors import correct_prior, estimate_prior
from .severity import expected_calibration_error, measure_shift, reliability
from .shift import MMDTest, a_distance, batchnorm_distance, mean_distance, mmd, mmd_test

__all__ = [
    "Comparison",
    "MMDTest",
    "a_distance",
    "adapt_batchnorm",
    "batchnorm_distance",
    "compare",
    "coral",
    "correct_prior",
    "estimate_prior",
    "expected_calibration_error",
    "mean_distance",
    "measure_shift",
    "mmd",
    "mmd_test",
    "reliability",
    "standardize",
]
