"""The freeze-depth sweep of lesson 03."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import unknown
from ...training.sweep import Sweep, sweep

__all__ = ["FreezeDepthSweep", "freeze_depth"]

NOTHING = "nothing"
"""What a position is called at which no block is frozen."""


@dataclass(frozen=True)
class FreezeDepthSweep:
    """Accuracy by domain, learning rate and freeze depth, with every seed."""

    settings: dict[str, Any]
    sweeps: dict[str, Sweep]
    """By domain of *styles*."""

    def accuracy(self, domain: str) -> dict[str, dict[str, list[float]]]:
        """Return rate → last frozen block → accuracy (0 … 1) of each seed, ordinary rate first."""
        if domain not in self.sweeps:
            raise unknown("domain", domain, self.sweeps)
        found: dict[float, dict[str, list[float]]] = {}
        for trial in self.sweeps[domain].trials:
            found.setdefault(trial.learning_rate, {}).setdefault(trial.frozen_to or NOTHING, []).append(trial.accuracy)
        return {f"rate {learning_rate:g}": found[learning_rate] for learning_rate in sorted(found, reverse=True)}

    @property
    def axes(self) -> dict[str, Any]:
        """Words for the figures."""
        return {"y_label": f"accuracy on {self.settings['held_out']} held-out drawings"}

    def repeat(
        self,
        base: Any,
        domain: str,
        frozen_to: str | Sequence[str | None] | None,
        *,
        learning_rate: float | Sequence[float],
        seeds: int,
        path: Path | None = None,
        progress: bool = False,
    ) -> Sweep:
        """Measure a point, or several, again with the settings of the sweep."""
        from ...data import load

        data = load("styles", domain=domain)
        # nothing is chosen by these images, so validation and test together measure the accuracy
        held = tuple(np.concatenate([getattr(data.validation, k), getattr(data.test, k)]) for k in "xy")
        return sweep(
            base,
            data,
            validation_data=held,
            frozen_to=[frozen_to] if frozen_to is None or isinstance(frozen_to, str) else frozen_to,
            per_class=[self.settings["per_class"]],
            learning_rates=[learning_rate] if isinstance(learning_rate, float) else learning_rate,
            seeds=seeds,
            epochs=self.settings["epochs"],
            batch_size=self.settings["batch_size"],
            path=path,
            progress=progress,
        )


def freeze_depth() -> FreezeDepthSweep:
    """Read the freeze-depth sweep (``freeze_depth.json``)."""
    raw = json.loads(Path(__file__).with_name("freeze_depth.json").read_text("utf-8"))
    return FreezeDepthSweep(raw["settings"], {name: Sweep.from_json(s) for name, s in raw["sweeps"].items()})
