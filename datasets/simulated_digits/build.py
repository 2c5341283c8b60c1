"""Build "simulated_digits": digits of fonts, made small in the way in which the real set "digits" was.

    python datasets/simulated_digits/build.py --sources FOLDER           # FOLDER holds the packages of the fonts
    python datasets/simulated_digits/build.py --sources FOLDER --fetch   # … and download those that are missing
    python datasets/simulated_digits/build.py --sources FOLDER --check   # build elsewhere and compare the arrays

Needs NumPy, Pillow, fontTools (comes with matplotlib) and resvg-py (the extra ``data``). The draws come from
``random.Random``, whose numbers are the same in every version of Python. Outlines are drawn by resvg-py, which is
pinned, and then made black and white: another version may move single dots of the 32 x 32 bitmap.
"""

from __future__ import annotations

import io
import math
import random
import sys
from pathlib import Path

import numpy as np
import resvg_py
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, command_line, untar, write_card  # noqa: E402

CLASSES = tuple("0123456789")
SALT = "simulated-digits-1"
EACH = 25  # images of a digit in a font
DRAWN = 160  # pixels at which a digit is drawn
BITMAP, BLOCK = 32, 4  # as the programs of NIST and UCI have it: a bitmap of 32 x 32, counted in blocks of 4 x 4

# name, split, style of the letters, sha256 of the package; all are @fontsource/<name> 5.3.0 under OFL-1.1
FONTS = (
    ("architects-daughter", "train", "hand", "791d2009fbdc46ca3eb942c27c62c0ee353668cd290dfad17f401b8488c727a1"),
    ("caveat", "test", "hand", "ebf746fc0667b9d10fcac7c8604e2ba40a264da85a1c9b48bd679c0af3221293"),
    ("comic-neue", "train", "round", "0d242660fa8a3e31deb4ba0005b830904db4533ae3366f9c41724ff452662fa6"),
    ("courier-prime", "train", "typewriter", "fd204a077d81426e1425baed6d471ad78a8eccca931091e661637bb10b5f2724"),
    ("gaegu", "train", "hand", "a288e8e1d8ba3b288bee36088ad49f3e393797b96c2cca489efcbce47d918f6f"),
    ("indie-flower", "train", "hand", "be380503f1e2c5ef08b8399a28f8cb2f1725527db2cb6aacec3037c2bd1b9083"),
    ("kalam", "train", "hand", "0aaf22523f3c57ae19f32c4f4df0d43d6efd01b7563a19cf4ed818cd5601426d"),
    ("roboto", "train", "print", "77620f437249772e381698224ea1bddd01c985ecd60267a63ddc96b9eb9348f7"),
    ("lora", "validation", "print with serifs", "3f2e66b0934b8652bb1a37645a9fc3e77e83b5841a09e97174e7bb11e11063c9"),
    ("patrick-hand", "validation", "hand", "c3428d02610c7b8fa92b044cf766f8c30b88bb32a47460b4ac42fa14e0bcdcc0"),
    ("gloria-hallelujah", "test", "hand", "8755cc046e06286eeebee193f9f753bd0f03eec44c7bf188fc883db66e7a9d91"),
    ("reenie-beanie", "train", "hand", "8a2406f9b3c0b76199dcd87288ea40480fcd8547ba1af2f9f3156205f1688be9"),
    ("shadows-into-light", "test", "hand", "0885aefd34c65bd79207cffff0771ae0527f227a202bc850f8cf9a12257fc7f1"),
)


def package(font: str, sha256: str) -> Package:
    """Return the package of a font."""
    return Package("npm", f"@fontsource/{font}", "5.3.0", sha256)


def outlines(font: str, data: bytes) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Return the outline of each digit as the data of an SVG path, and its bounds, in units of the font."""
    ttf = TTFont(io.BytesIO(untar(data)[f"package/files/{font}-latin-400-normal.woff"]))
    glyphs, names = ttf.getGlyphSet(), ttf.getBestCmap()
    out = []
    for digit in CLASSES:
        path, bounds = SVGPathPen(glyphs), BoundsPen(glyphs)
        for pen in (path, bounds):
            glyphs[names[ord(digit)]].draw(pen)
        out.append((path.getCommands(), bounds.bounds))
    return out


def distorted(path: str, bounds: tuple[float, float, float, float], draw: random.Random) -> np.ndarray:
    """Return a digit as a bitmap, ``bool (32, 32)``: turned, sheared, made wider, with a thicker stroke."""
    left, low, right, high = bounds
    tall = high - low
    turn, shear = math.radians(draw.uniform(-10, 10)), draw.uniform(-0.2, 0.2)
    wide = draw.uniform(0.8, 1.25)
    stroke = draw.uniform(0.01, 0.1) * tall  # the pens of the real digits are broad
    cos, sin = math.cos(turn), math.sin(turn)
    scale = 0.55 * DRAWN / tall
    a, b, c, d = (scale * v for v in (cos * wide, sin * wide, cos * shear - sin, sin * shear + cos))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{DRAWN}" height="{DRAWN}">'
        f'<rect width="{DRAWN}" height="{DRAWN}" fill="white"/>'
        f'<g transform="translate({DRAWN / 2} {DRAWN / 2}) matrix({a} {b} {-c} {-d} 0 0) '
        f'translate({-(left + right) / 2} {-(low + high) / 2})">'
        f'<path d="{path}" stroke="black" stroke-width="{stroke}" '
        'stroke-linejoin="round"/></g></svg>'
    )
    page = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("L")
    ink = page.point(lambda v: 255 * (v < 128))
    box = ink.getbbox()
    if box is None:
        raise ValueError("nothing was drawn")
    # the real digits fill the height, keep their proportions and lie about the middle
    width = min(BITMAP - 2, max(3, round(BITMAP * (box[2] - box[0]) / (box[3] - box[1]))))
    small = np.asarray(ink.crop(box).resize((width, BITMAP), Image.Resampling.BOX)) >= 128
    out = np.zeros((BITMAP, BITMAP), bool)
    at = min(max((BITMAP - width) // 2 + draw.randint(-2, 2), 0), BITMAP - width)
    out[:, at : at + width] = small
    return out


def counted(bitmap: np.ndarray) -> np.ndarray:
    """Return the black dots in each block of 4 x 4, 0 to 16, stretched to 0 to 255: ``uint8 (8, 8)``."""
    side = BITMAP // BLOCK
    counts = bitmap.reshape(side, BLOCK, side, BLOCK).sum((1, 3))
    return np.rint(counts * (255 / BLOCK**2)).astype(np.uint8)


def build(sources: Path, out: Path) -> None:
    """Write the images and ``dataset.json``."""
    splits: dict[str, list[tuple[int, str, np.ndarray]]] = {"train": [], "validation": [], "test": []}
    seen: set[bytes] = set()
    for font, split, _, sha256 in FONTS:
        for label, outline in enumerate(outlines(font, package(font, sha256).read(sources))):
            draw = random.Random(f"{SALT}/{font}/{label}")
            for number in range(EACH):
                image = counted(distorted(*outline, draw))
                while image.tobytes() in seen:  # few pixels: two draws can give the same image
                    image = counted(distorted(*outline, draw))
                seen.add(image.tobytes())
                splits[split].append((label, f"{font}_{number:02d}", image))
    arrays = {}
    for split, items in splits.items():
        items.sort(key=lambda item: item[:2])
        arrays[f"{split}_x"] = np.array([x for _, _, x in items])
        arrays[f"{split}_y"] = np.array([y for y, _, _ in items], np.uint8)
        arrays[f"{split}_names"] = np.array([name for _, name, _ in items], "S")
    np.savez_compressed(out / "simulated_digits.npz", **{k: arrays[k] for k in sorted(arrays)})  # type: ignore[arg-type]
    card = {
        "name": "simulated_digits",
        "title": "Digits of fonts, 8 x 8 pixels: the simulated half of a pair whose real half is digits",
        "version": "1.0",
        "kind": "arrays",
        "classes": CLASSES,
        "shape": [8, 8, 1],
        "parts": [
            {
                "domain": None,
                "file": "simulated_digits.npz",
                "bytes": 0,
                "sha256": "",
                "license": "Apache-2.0",
                "credit": "Drawn for this course from 13 fonts of Fontsource under the SIL Open Font License 1.1",
                "source": [package(font, sha256).record for font, _, _, sha256 in FONTS],
                "counts": {
                    split: {c: sum(y == label for y, _, _ in items) for label, c in enumerate(CLASSES)}
                    for split, items in splits.items()
                },
            }
        ],
    }
    write_card(out, card)


if __name__ == "__main__":
    command_line(
        "Build the simulated digits from the packages of the fonts.",
        HERE,
        [package(font, sha256) for font, _, _, sha256 in FONTS],
        build,
    )
