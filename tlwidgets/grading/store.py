"""The folder of results: what was run and judged, each under the hash of all that it depends on."""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import CourseError
from .assignment import Assignment, write_atomic
from .sandbox import Limits
from .unit import RunResult, Score

__all__ = ["Store", "run_key", "versions"]

_FORMAT = 1


def versions() -> dict[str, str]:
    """Versions that a result depends on."""
    found = {"python": platform.python_version(), "tlwidgets": __version__}
    for name in ("keras", "tensorflow", "tensorflow-cpu", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def run_key(assignment: Assignment, raw: bytes, seed: int, limits: Limits) -> str:
    """Return the name of a run: two runs of one name give one result."""
    sha = hashlib.sha256(raw).hexdigest()
    return _hash(_FORMAT, sha, assignment.run_hash, versions(), limits.to_json(), seed)


class Store:
    """Reads and writes a folder of results. Every file appears whole or not at all, and never twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, assignment: Assignment, limits: Limits, seed: int | None) -> int:
        """Make the folder, or go on with one of the same assignment; return its seed, that of the first run."""
        settings = self.folder / "settings.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if settings.exists():
                old = json.loads(settings.read_text("utf-8"))
                if old["assignment"] != assignment.name:
                    raise CourseError(
                        f"{self.folder} holds results of {old['assignment']}: give another folder with --out."
                    )
                seed = int(old["seed"]) if seed is None else seed
            elif any(self.folder.iterdir()):
                raise CourseError(f"{self.folder} is neither empty nor a folder of results: give another with --out.")
            seed = secrets.randbits(32) if seed is None else seed
            now = {"assignment": assignment.name, "seed": seed, "limits": limits.to_json(), "versions": versions()}
            write_atomic(settings, json.dumps(now, indent=1).encode())
        except (OSError, ValueError, KeyError) as e:
            if isinstance(e, CourseError):
                raise
            raise CourseError(
                f"{self.folder} cannot be used for results ({e}): give another folder with --out."
            ) from None
        return seed

    def settings(self) -> dict[str, Any]:
        """Return assignment, seed, limits and versions of the results."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "settings.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise CourseError(f"{self.folder} holds no results: give the --out folder of `grade run`.") from None
        return found

    def _read(self, kind: str, key: str) -> Any:
        try:
            return json.loads((self.folder / kind / f"{key}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def get_run(self, key: str) -> RunResult | None:
        """Return a run, if it was made."""
        raw = self._read("runs", key)
        if raw is None:
            return None
        raw["records"] = {k: tuple(v) for k, v in raw["records"].items()}
        return RunResult(**raw)

    def put_run(self, key: str, ran: RunResult) -> None:
        """Keep a run. One that is there already stays: it may only have been judged anew."""
        path = self.folder / "runs" / f"{key}.json"
        if not path.exists():
            write_atomic(path, json.dumps(asdict(ran)).encode())

    def get_scores(self, key: str, judge_hash: str) -> list[Score] | None:
        """Return how the hidden tests ended, if they were applied to this run."""
        raw = self._read("scores", _hash(key, judge_hash))
        return None if raw is None else [Score(**m) for m in raw]

    def put_scores(self, key: str, judge_hash: str, scores: list[Score]) -> None:
        """Keep how the hidden tests ended."""
        body = json.dumps([asdict(m) for m in scores]).encode()
        write_atomic(self.folder / "scores" / f"{_hash(key, judge_hash)}.json", body)

    def forget(self, key: str, judge_hash: str) -> None:
        """Take a result away, so that it is made again."""
        (self.folder / "runs" / f"{key}.json").unlink(missing_ok=True)
        (self.folder / "scores" / f"{_hash(key, judge_hash)}.json").unlink(missing_ok=True)

    def put_class(self, shard: str, entries: dict[str, dict[str, Any]]) -> None:
        """Keep who handed in what, for one shard of the class."""
        path = self.folder / "class" / f"{shard}.json"
        write_atomic(path, json.dumps(entries, indent=1).encode())
        for old in path.parent.glob("*.json"):  # of an earlier run that was divided in another way
            if old.stem.split("of")[1] != shard.split("of")[1]:
                old.unlink()

    def whole_class(self) -> dict[str, dict[str, Any]]:
        """Return who handed in what, of all shards."""
        found: dict[str, dict[str, Any]] = {}
        for path in sorted((self.folder / "class").glob("*.json")):
            found.update(json.loads(path.read_text("utf-8")))
        return dict(sorted(found.items()))

    def take_from(self, other: Store) -> None:
        """Copy the results of another folder into this one."""
        for kind in ("runs", "scores", "class"):
            for path in sorted((other.folder / kind).glob("*.json")):
                target = self.folder / kind / path.name
                if kind == "class" or not target.exists():
                    write_atomic(target, path.read_bytes())
