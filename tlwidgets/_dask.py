"""A Dask cluster, for whatever is shared out over machines."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from ._extras import need
from .errors import CourseError

__all__ = ["Dask", "connect"]


@dataclass(frozen=True)
class Dask:
    """A connected client, and how much work may wait at a time."""

    client: Any
    width: int

    def wait(self, waiting: set[Any]) -> set[Any]:
        """Wait until some work is done, and return it."""
        distributed: Any = importlib.import_module("distributed")
        found: set[Any] = distributed.wait(list(waiting), return_when="FIRST_COMPLETED").done
        return found


def connect(address: str) -> Dask:
    """Connect to a scheduler, or say in a sentence why that is not possible."""
    distributed = need("distributed", "cluster", "Dask")
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as e:
        raise CourseError(f"no Dask scheduler answers at {address} ({type(e).__name__}): check the address.") from None
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return Dask(client, max(4, 3 * sum(w["nthreads"] for w in workers.values())))
