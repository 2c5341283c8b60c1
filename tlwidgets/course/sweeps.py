"""Measured sweeps that come with the course, and how to repeat a point of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._paths import datasets_root
from ..errors import unknown
from ..training.depth import FreezeDepth
from ..training.depth import freeze_depth as measure

__all__ = ["FreezeDepthSweep", "freeze_depth"]

NOTHING = "nothing"
"""What a position is called at which no block is frozen."""


@dataclass(frozen=True)
class FreezeDepthSweep:
    """Accuracy by domain, learning rate and freeze depth, with every seed."""

    settings: dict[str, Any]
    rows: tuple[dict[str, Any], ...]

    def accuracy(self, domain: str) -> dict[str, dict[str, list[float]]]:
        """Return rate → last frozen block → accuracy (0 … 1) of each seed, ordinary rate first."""
        rows = [row for row in self.rows if row["domain"] == domain]
        if not rows:
            raise unknown("domain", domain, dict.fromkeys(row["domain"] for row in self.rows))
        rates = sorted({row["rate"] for row in rows}, reverse=True)
        return {
            f"rate {rate:g}": {row["frozen_to"] or NOTHING: row["accuracy"] for row in rows if row["rate"] == rate}
            for rate in rates
        }

    @property
    def axes(self) -> dict[str, Any]:
        """Words for the figures."""
        return {"y_label": f"accuracy on {self.settings['held_out']} held-out drawings"}

    def repeat(self, base: Any, domain: str, frozen_to: str | None, *, rate: float, seeds: int) -> FreezeDepth:
        """Measure one point again with the settings of the sweep."""
        from ..data import load

        data = load("styles", domain=domain)
        # nothing is chosen by these pictures, so validation and test together measure the accuracy
        x, y = (np.concatenate([getattr(data.validation, k), getattr(data.test, k)]) for k in "xy")
        keep = {k: self.settings[k] for k in ("per_class", "epochs", "batch")}
        return measure(base, data.train.x, data.train.y, x, y, frozen_to=frozen_to, rate=rate, seeds=seeds, **keep)


def freeze_depth() -> FreezeDepthSweep:
    """Read the freeze-depth sweep (``datasets/freeze_depth``)."""
    raw = json.loads((datasets_root() / "freeze_depth" / "freeze_depth.json").read_text("utf-8"))
    return FreezeDepthSweep(raw["settings"], tuple(raw["rows"]))
