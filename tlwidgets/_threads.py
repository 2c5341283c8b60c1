"""Small problems of linear algebra are solved in one thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["one_thread"]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _pools() -> Any:
    import scipy.linalg  # noqa: F401  # each brings its own BLAS or OpenMP, which is found only once it is loaded
    import sklearn.utils  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Make BLAS and OpenMP use one thread while a function runs (TensorFlow's threads are its own).

    A few hundred rows give several threads nothing to do but to wait for each other, and on a busy machine they wait in
    a loop: with more processes than cores, t-SNE of 300 points took 17 times as long as in one thread, a linear probe
    40 times. One thread also adds up in the same order every time.
    """

    @wraps(function)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        with _pools().limit(limits=1):
            return function(*args, **kwargs)

    return alone
