"""Experiments of the lessons: a plan of trials, one runner for all of them, and what came out.

A lesson's ``experiment.py`` lists its experiments; ``tlwidgets measure`` makes or refreshes its ``results.json``.
"""

from .examples import Examples, describe, load_examples, probe, probe_hits
from .experiment import Experiment, experiments, find
from .network import Network, Weights, new_head, weights_of
from .results import hits, packed, pick, read_results, series, values
from .runner import Runner
from .trial import Trial, grid

__all__ = [
    "Examples",
    "Experiment",
    "Network",
    "Runner",
    "Trial",
    "Weights",
    "describe",
    "experiments",
    "find",
    "grid",
    "hits",
    "load_examples",
    "new_head",
    "packed",
    "pick",
    "probe",
    "probe_hits",
    "read_results",
    "series",
    "values",
    "weights_of",
]
