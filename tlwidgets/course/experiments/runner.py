"""What the trials of an experiment share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from .examples import Examples, load_examples

__all__ = ["Runner"]

P = ParamSpec("P")
R = TypeVar("R")


class Runner:
    """Runs trials, and keeps what several of them need: images, features, trained sources, compiled models.

    All of that belongs to the runner and goes with it. A trial must leave what is kept as it found it, or put it in
    order before it begins, as :class:`~tlwidgets.course.experiments.Network` does.
    """

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def once(self, make: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return ``make(*args, **kwargs)``, made the first time and kept.

        Parameters
        ----------
        make
            A function of a module: what it returns must depend on its arguments alone.
        *args, **kwargs
            Hashable; equal arguments are the same call.
        """
        key = make, args, tuple(sorted(kwargs.items()))
        if key not in self._kept:
            self._kept[key] = make(*args, **kwargs)
        found: R = self._kept[key]
        return found

    def examples(self, name: str, domain: str | None = None, *, size: int, splits: tuple[str, ...]) -> Examples:
        """Return splits of a data set (:func:`~tlwidgets.course.experiments.load_examples`), loaded once."""
        return self.once(load_examples, name, domain, size=size, splits=splits)

    def __repr__(self) -> str:
        return f"<Runner: {len(self._kept)} things kept>"
