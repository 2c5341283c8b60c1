"""Build "brain": small pieces of magnetic resonance slices of one brain, named by the part of the brain they show.

    python datasets/brain/build.py --sources FOLDER           # FOLDER holds the package
    python datasets/brain/build.py --sources FOLDER --fetch   # … and download it if it is missing
    python datasets/brain/build.py --sources FOLDER --check   # build elsewhere and compare the arrays

Needs NumPy; ``--fetch`` needs ``apt-get`` (Debian 12).
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, command_line, undeb, write_card  # noqa: E402

PACKAGE = Package(
    "apt",
    "mricron-data",
    "1.2.20211006+dfsg-4",
    "d40aa0ed66cf89bf6cafa049ad3884703c9d975c2ee2737525b7196528df9d6f",
)
INSIDE = "usr/share/mricron/templates/"
# regions of the atlas (AAL): the number of the left one; the right one has the next number
REGIONS = {
    "cerebellum": (91, 93, 97, 99, 101, 103, 105),
    "thalamus": (77,),
    "caudate": (71,),
    "putamen": (73,),
    "hippocampus": (37,),
    "insula": (29,),
    "visual cortex": (43, 45, 47),
    "sensorimotor cortex": (1, 57),
}
SIDE = 28  # pixels of 1 mm
APART = 4.0  # mm between the centres of two pieces of one class
GAP = 4  # slices (mm) between those of train and those of validation
WANTED = {"train": 24, "validation": 6, "test": 24}
WINDOW = 140  # from 0 to here is the brain; brighter is the fat of the scalp
LEVELS = 4  # grey levels in steps of 4, which halves the file
SALT = "brain-1"


def volume(data: bytes) -> np.ndarray:
    """Return the voxels of a NIfTI-1 file of bytes, (x from left to right, y to the front, z up)."""
    raw = gzip.decompress(data)
    shape, kind, offset = struct.unpack("<3h", raw[42:48]), *struct.unpack("<h", raw[70:72]), 352
    if kind != 2:
        raise ValueError(f"bytes were expected, not NIfTI type {kind}")
    return np.frombuffer(raw, np.uint8, int(np.prod(shape)), offset).reshape(shape, order="F")


def rank(key: str, at: tuple[int, int, int]) -> bytes:
    """Return what decides the order of the places of a region."""
    return hashlib.sha256(f"{SALT}/{key}/{at}".encode()).digest()


def places(inside: np.ndarray, key: str, wanted: int) -> list[tuple[int, int, int]]:
    """Return centres in a region, in an order that only a hash decides, no two closer than ``APART``."""
    found: list[tuple[int, int, int]] = []
    for at in sorted(map(tuple, np.argwhere(inside).tolist()), key=lambda p: rank(key, p)):
        if all(np.hypot.reduce(np.subtract(at, other)) >= APART for other in found):
            found.append(at)
            if len(found) == wanted:
                return sorted(found)
    raise ValueError(f"{key}: only {len(found)} pieces fit")


def piece(scan: np.ndarray, at: tuple[int, int, int]) -> np.ndarray:
    """Return a square of a sagittal slice, the front at the right, the top above."""
    x, y, z = at
    low = SIDE // 2
    square = scan[x, y - low : y - low + SIDE, z - low : z - low + SIDE]
    grey = np.minimum(square.T[::-1], WINDOW) // LEVELS * LEVELS
    return (grey * (255 / WINDOW)).astype(np.uint8)


def build(sources: Path, out: Path) -> None:
    """Write the images and ``dataset.json`` into ``out``."""
    files = undeb(PACKAGE.read(sources))
    scan, atlas = (volume(files[f"{INSIDE}{name}.nii.gz"]) for name in ("ch2", "aal"))
    margin = np.zeros(scan.shape, bool)
    margin[:, SIDE // 2 : -SIDE // 2, SIDE // 2 : -SIDE // 2] = True
    items: dict[str, list[tuple[int, str, np.ndarray]]] = {split: [] for split in WANTED}
    for label, (name, numbers) in enumerate(REGIONS.items()):
        left, right = (np.isin(atlas, [n + side for n in numbers]) & margin for side in (0, 1))
        slices = np.sort(np.argwhere(left)[:, 0])
        # validation takes the outer slices of the left side, with a gap; x = 90 is the middle of the head
        cut = int(slices[len(slices) // 4])
        outer, inner = left.copy(), left.copy()
        outer[cut:], inner[: cut + GAP] = False, False
        for split, inside in (("train", inner), ("validation", outer), ("test", right)):
            for at in places(inside, f"{split}/{name}", WANTED[split]):
                items[split].append((label, "x{:03d}y{:03d}z{:03d}".format(*at), piece(scan, at)))
    arrays = {}
    for split, rows in items.items():
        arrays[f"{split}_x"] = np.array([x for _, _, x in rows])
        arrays[f"{split}_y"] = np.array([y for y, _, _ in rows], np.uint8)
        arrays[f"{split}_names"] = np.array([name for _, name, _ in rows], "S")
    np.savez_compressed(out / "brain.npz", **{k: arrays[k] for k in sorted(arrays)})  # type: ignore[arg-type]
    card = {
        "name": "brain",
        "title": "Pieces of magnetic resonance slices of one brain, by part of the brain",
        "version": "1.0",
        "kind": "arrays",
        "classes": list(REGIONS),
        "shape": [SIDE, SIDE, 1],
        "parts": [
            {
                "domain": None,
                "file": "brain.npz",
                "bytes": 0,
                "sha256": "",
                "license": "BSD-3-Clause",
                "credit": "Colin 27 brain, © 1993–2009 Louis Collins, McConnell Brain Imaging Centre, MNI; atlas AAL, "
                "Tzourio-Mazoyer et al. 2002; from MRIcron, © 2006–2010 Chris Rorden, BSD-3-Clause",
                "source": PACKAGE.record,
                "counts": {split: dict.fromkeys(REGIONS, n) for split, n in WANTED.items()},
            }
        ],
    }
    write_card(out, card)


if __name__ == "__main__":
    command_line("Build the pieces of a brain from their Debian package.", HERE, [PACKAGE], build)
