"""How far two domains are apart, what to do about it without target labels, and whether it helped."""

from .adaptation import adapt_batchnorm, coral, standardise
from .comparison import Comparison, compare
from .shift import ShiftTest, a_distance, mean_distance, mmd, shift_test

__all__ = [
    "Comparison",
    "ShiftTest",
    "a_distance",
    "adapt_batchnorm",
    "compare",
    "coral",
    "mean_distance",
    "mmd",
    "shift_test",
    "standardise",
]
