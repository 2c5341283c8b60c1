"""What identifies one measurement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import product
from typing import Any

from ...errors import CourseError, unknown

__all__ = ["Trial", "grid"]

Plain = str | int | float | bool


@dataclass(frozen=True)
class Trial:
    """One measurement of an experiment: what is learnt, from what, how, from how much, and with which seed.

    A field that an experiment does not vary stays empty (``""`` or 0) and is no column of its results.

    Attributes
    ----------
    task
        What is learnt, or measured on.
    source
        What the network knew before.
    method
        How it is trained.
    per_class
        Labelled images of each class.
    learning_rate
        At the beginning.
    seed
        Decides the images, random weights, their order, and whatever else is random.
    extras
        Further names and values, which only this experiment varies, in the order of their names.
    """

    task: str = ""
    source: str = ""
    method: str = ""
    per_class: int = 0
    learning_rate: float = 0.0
    seed: int = 0
    extras: tuple[tuple[str, Plain], ...] = ()

    @classmethod
    def of(cls, **values: Plain) -> Trial:
        """Return a trial with these values; names that are no field become extras.

        >>> Trial.of(task="digits", blocks=2, seed=1)
        Trial(task='digits', source='', method='', per_class=0, learning_rate=0.0, seed=1, extras=(('blocks', 2),))
        """
        for name, value in values.items():
            if not isinstance(value, Plain):
                raise CourseError(f"{name} of a trial is text or a number, not {value!r}.")
        named = {name: values.pop(name) for name in FIELDS if name in values}
        return cls(**named, extras=tuple(sorted(values.items())))  # type: ignore[arg-type]

    def __getitem__(self, name: str) -> Any:
        """Return a field or an extra by its name."""
        if name in FIELDS:
            return getattr(self, name)
        found = dict(self.extras)
        if name not in found:
            raise unknown("property of the trial", name, [*FIELDS, *found])
        return found[name]

    def to_json(self) -> dict[str, Plain]:
        """Return what is said, by name: the columns that tell the trial's rows from those of others."""
        said = {name: getattr(self, name) for name in FIELDS if name != "seed" and getattr(self, name)}
        return {**said, **dict(self.extras), "seed": self.seed}

    @property
    def key(self) -> str:
        """The trial as one line of JSON: equal for equal trials."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)

    def __str__(self) -> str:
        arrow = " → ".join(filter(None, (self.source, self.task)))
        labels = f"{self.per_class} per class" if self.per_class else ""
        learning_rate = f"learning rate {self.learning_rate:g}" if self.learning_rate else ""
        extras = [f"{name.replace('_', ' ')} {value}" for name, value in self.extras]
        return ", ".join(filter(None, (arrow, self.method, labels, learning_rate, *extras, f"seed {self.seed}")))


FIELDS = tuple(field.name for field in fields(Trial) if field.name != "extras")
"""What a trial may say beside its extras."""


def grid(**axes: Plain | Iterable[Plain]) -> tuple[Trial, ...]:
    """Return a trial for every combination of values, the last axis running fastest.

    Parameters
    ----------
    **axes
        By name, one value that all trials share, or several.

    Examples
    --------
    >>> [str(trial) for trial in grid(task="digits", method=("frozen", "tuned"), seed=range(2))]
    ['digits, frozen, seed 0', 'digits, frozen, seed 1', 'digits, tuned, seed 0', 'digits, tuned, seed 1']
    """
    several = [[values] if isinstance(values, Plain) else list(values) for values in axes.values()]
    return tuple(Trial.of(**dict(zip(axes, values, strict=True))) for values in product(*several))
