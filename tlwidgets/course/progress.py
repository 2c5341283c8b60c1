"""What a learner has guessed, answered and solved: one small file beside the notebooks."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["Progress"]


class Progress:
    """Values by lesson and key, kept in a JSON file.

    The file is ``.progress.json`` in the working folder, or what ``TLWIDGETS_PROGRESS`` names. It is replaced in
    one step, so a crash leaves the old one. Where it cannot be written, progress is kept for this kernel only and
    ``problem`` says why.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(os.environ.get("TLWIDGETS_PROGRESS") or Path.cwd() / ".progress.json")
        self.problem = ""
        self._values: dict[str, Any] = {}

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as e:
            self.problem = f"{self.path.name} could not be read ({type(e).__name__}); progress starts anew."
            return {}
        return values if isinstance(values, dict) else {}

    def get(self, lesson: str, key: str, default: Any = None) -> Any:
        """Return what was kept under a key, from this or an earlier session."""
        values = {**self._read(), **self._values}
        return values.get(f"{lesson}/{key}", default)

    def put(self, lesson: str, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        self._values[f"{lesson}/{key}"] = value
        values = {**self._read(), **self._values}
        try:
            handle, partial = tempfile.mkstemp(dir=self.path.parent, prefix=".progress-")
            with os.fdopen(handle, "w", encoding="utf-8") as f:
                json.dump(values, f, indent=1, sort_keys=True)
            Path(partial).replace(self.path)
        except OSError as e:
            self.problem = (
                f"progress cannot be saved in {self.path.parent} ({e.strerror}): it lasts until the kernel ends."
            )
