"""A learner's own folder of images: whatever is in it, good images are used and the rest is named."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features

from tlwidgets.data.own_images import ImageReport, OwnImages, load_folder
from tlwidgets.data.records import Dataset
from tlwidgets.errors import CourseError


def image(seed: int, width: int = 60, height: int = 60, mode: str = "RGB") -> Image.Image:
    """An image unlike those of other seeds: a few random patches of colour."""
    patches = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def basic(per_class: int = 8, classes: tuple[str, ...] = ("cat", "dog")) -> dict[str, bytes]:
    """Files of a folder with which nothing is wrong."""
    return {
        f"{name}/{i}.png": encoded(image(100 * label + i))
        for label, name in enumerate(classes)
        for i in range(per_class)
    }


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Writes files into a folder."""

    def write(files: dict[str, bytes]) -> Path:
        top = tmp_path / "images"
        for name, data in files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return top

    return write


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Writes files into an archive."""

    def write(files: dict[str, bytes]) -> Path:
        path = tmp_path / "images.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return path

    return write


Writer = Callable[[dict[str, bytes]], Path]


def reason_of(report: ImageReport, name: str) -> str:
    """The reason for which a file was left out."""
    found = [r for r, names in report.left_out.items() for n in names if n.split(" ")[0] == name or n == name]
    assert len(found) == 1, (name, report.left_out)
    return found[0]


def one(data: OwnImages, name: str) -> np.ndarray[Any, Any]:
    """The image of a file."""
    return next(s.x[s.names.index(name)] for s in data.splits.values() if name in s.names)


def names_of(data: Dataset) -> dict[str, set[str]]:
    return {split: set(s.names) for split, s in data.splits.items()}


# ---------------------------------------------------------------- what comes back


def test_a_folder_becomes_a_data_set_like_any_other(folder: Writer) -> None:
    data = load_folder(folder(basic(20)), size=32)
    assert isinstance(data, Dataset)
    assert data.classes == ("cat", "dog")
    for split in data.splits.values():
        assert split.x.dtype == np.uint8
        assert split.x.shape == (len(split), 32, 32, 3)
        assert split.y.dtype == np.int64
    assert data.counts == {
        "train": {"cat": 12, "dog": 12},
        "validation": {"cat": 3, "dog": 3},
        "test": {"cat": 5, "dog": 5},
    }
    for split in data.splits.values():
        for name, label in zip(split.names, split.y, strict=True):
            assert name.startswith(data.classes[label] + "/")  # the label is the folder
    sets = list(names_of(data).values())
    assert len(sets[0] | sets[1] | sets[2]) == 40  # every image in one split
    assert data.report.used == 40
    assert not data.report.left_out
    assert not data.report.changed
    json.dumps(data.info())
    assert "40 images used (cat 20, dog 20), 0 left out" in repr(data)


def test_the_pixels_are_those_of_the_file(folder: Writer) -> None:
    files = basic()
    red = Image.new("RGB", (90, 60), (200, 30, 40))
    files["cat/red.png"] = encoded(red)
    assert (one(load_folder(folder(files), size=24), "cat/red.png") == (200, 30, 40)).all()


def test_the_split_goes_by_content_and_seed_and_not_by_names_order_or_packing(
    folder: Writer, zipped: Writer, tmp_path: Path
) -> None:
    files = basic(12)
    one_way = load_folder(folder(files), size=16)
    other_names = {}
    for i, (name, data) in enumerate(reversed(files.items())):
        other_names[f"all/{name.split('/')[0]}/{999 - i}.png"] = data
    other = load_folder(zipped(other_names), size=16)
    for split in ("train", "validation", "test"):
        assert np.array_equal(one_way.splits[split].x, other.splits[split].x)
        assert np.array_equal(one_way.splits[split].y, other.splits[split].y)
    again = load_folder(tmp_path / "images", size=16, seed=1)
    assert names_of(again)["test"] != names_of(one_way)["test"]
    assert again.counts == one_way.counts


def test_a_smaller_budget_is_the_beginning_of_a_larger_one(folder: Writer) -> None:
    top = folder(basic(12))
    large, small = load_folder(top, size=16, per_class=6), load_folder(top, size=16, per_class=2)
    assert large.train.names[:4] == small.train.names
    assert small.counts["train"] == {"cat": 2, "dog": 2}
    assert names_of(large)["test"] == names_of(small)["test"]
    with pytest.raises(CourseError, match="give at most 7"):
        load_folder(top, size=16, per_class=8)


def test_progress_is_told_file_by_file(folder: Writer) -> None:
    seen: list[tuple[int, int]] = []
    load_folder(folder(basic(4)), size=16, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i, 8) for i in range(1, 9)]


# ---------------------------------------------------------------- formats and modes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000", "ICO", "TGA"])
def test_every_common_format_is_read(kind: str, folder: Writer) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    if kind == "JPEG2000" and not features.check("jpg_2000"):
        pytest.skip("this Pillow has no JPEG 2000")
    source = image(77)
    data = load_folder(folder(basic() | {"cat/it.bin": encoded(source, kind)}), size=48)  # the name does not matter
    wanted = np.asarray(source.resize((48, 48), Image.Resampling.LANCZOS), float)
    assert np.abs(one(data, "cat/it.bin") - wanted).mean() < 12  # lossy ones included


def test_transparency_is_laid_on_white(folder: Writer) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 20, 40))
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 0, 255, 9, 9, 9])
    palette.paste(0, (0, 0, 20, 40))
    grey = Image.new("LA", (40, 40), (0, 0))
    grey.paste((100, 255), (0, 0, 20, 40))
    files = {
        "cat/rgba.png": encoded(clear),
        "cat/p.png": encoded(palette, transparency=1),
        "cat/la.png": encoded(grey),
        "cat/trns.png": encoded(clear.convert("RGB").point(lambda v: v // 2), transparency=(0, 0, 0)),
    }
    data = load_folder(folder(basic() | files), size=16)
    for name, left in (("rgba", (255, 0, 0)), ("p", (0, 0, 255)), ("la", (100, 100, 100)), ("trns", (127, 0, 0))):
        pixels = one(data, f"cat/{name}.png")
        assert pixels[8, 2].tolist() == pytest.approx(left, abs=3)
        assert pixels[8, 13].tolist() == [255, 255, 255]
    assert len(data.report.changed["with transparency (laid on white)"]) == 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_other_modes_become_rgb(mode: str, folder: Writer) -> None:
    kind = {"1": "PNG", "L": "PNG", "P": "PNG", "CMYK": "TIFF", "YCbCr": "JPEG"}[mode]
    source = image(77, mode=mode)
    data = load_folder(folder(basic() | {"cat/it": encoded(source, kind)}), size=60)
    assert np.abs(one(data, "cat/it") - np.asarray(source.convert("RGB"), float)).mean() < 12


@pytest.mark.parametrize("kind", ["uint16 png", "uint16 tiff", "int32 tiff", "float32 tiff"])
def test_deep_grey_images_keep_their_contrast(kind: str, folder: Writer) -> None:
    dtype, suffix = kind.split()
    values = np.tile(np.linspace(0, 4095, 64), (64, 1))  # 12 bits, as from a microscope
    deep = Image.fromarray(values.astype(dtype))
    pixels = one(load_folder(folder(basic() | {"cat/d": encoded(deep, suffix.upper())}), size=32), "cat/d")
    assert pixels[16, 0, 0] < 8
    assert pixels[16, -1, 0] > 247
    assert (np.diff(pixels[16, :, 0].astype(int)) >= 0).all()


def test_floats_that_are_not_numbers_spoil_nothing(folder: Writer) -> None:
    values = np.tile(np.linspace(-1, 1, 64, dtype=np.float32), (64, 1))
    some, none = values.copy(), np.full_like(values, np.nan)
    some[0, 0], some[0, 1] = np.nan, np.inf
    files = {"cat/some": encoded(Image.fromarray(some), "TIFF"), "cat/none": encoded(Image.fromarray(none), "TIFF")}
    data = load_folder(folder(basic() | files), size=32)
    assert np.ptp(one(data, "cat/some")[16, :, 0]) > 240
    assert reason_of(data.report, "cat/none") == "broken or cut off"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_images_are_turned_as_their_camera_says(orientation: int, kind: str, folder: Writer) -> None:
    upright = Image.new("RGB", (64, 64), "white")
    upright.paste((250, 0, 0), (0, 0, 24, 24))  # top left
    upright.paste((0, 0, 250), (0, 40, 24, 64))  # bottom left
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    files = {"cat/turned": encoded(stored, kind, exif=exif)}
    pixels = one(load_folder(folder(basic() | files), size=32), "cat/turned").astype(int)
    assert pixels[4, 4, 0] > 200 > 100 > pixels[4, 4, 2]
    assert pixels[-5, 4, 2] > 200 > 100 > pixels[-5, 4, 0]


def test_the_middle_square_is_used(folder: Writer) -> None:
    wide = Image.new("RGB", (300, 60), "red")
    wide.paste((0, 255, 0), (120, 0, 180, 60))
    data = load_folder(
        folder(basic() | {"cat/w.png": encoded(wide), "cat/h.png": encoded(wide.rotate(90, expand=True))})
    )
    for name in ("cat/w.png", "cat/h.png"):
        assert (one(data, name)[4:-4, 4:-4] == (0, 255, 0)).all()
    assert len(data.report.changed["more than twice as long as wide (the middle is used)"]) == 2


def test_of_an_animation_the_first_frame_is_used(folder: Writer) -> None:
    frames = [Image.new("RGB", (40, 40), c) for c in ("red", "lime", "blue")]
    gif = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    data = load_folder(folder(basic() | {"cat/a.gif": gif}), size=16)
    assert (one(data, "cat/a.gif") == (255, 0, 0)).all()
    assert data.report.changed["with several frames (the first is used)"] == ("cat/a.gif",)


# ---------------------------------------------------------------- what cannot be used


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side: int) -> bytes:
    """A PNG that says it is huge, without its pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BAD = {
    "empty.jpg": (b"", "empty (0 bytes)"),
    "cut.jpg": (encoded(image(1, 200, 200), "JPEG")[:1500], "broken or cut off"),
    "cut.png": (encoded(image(1, 200, 200))[:3000], "broken or cut off"),
    "notes.txt": (b"my images", "no image that Pillow can read"),
    "page.jpg": (b"<!DOCTYPE html><html>not found</html>", "no image that Pillow can read"),
    "noise.jpg": (np.random.default_rng(0).bytes(3000), "no image that Pillow can read"),
    "postscript.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n", "no image that Pillow can read"),
    "bomb.png": (huge_png(50_000), "over 64 million pixels"),
    "large.png": (huge_png(9_000), "over 64 million pixels"),
    "dot.png": (encoded(image(1, 1, 1)), "under 8 pixels wide or high"),
    "line.png": (encoded(image(1, 300, 2)), "under 8 pixels wide or high"),
    "phone.heic": (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50),
        "HEIC, which Pillow cannot read here (save as JPEG)",
    ),
    "inner.zip": (b"PK\x03\x04" + bytes(60), "archives inside (unpack them)"),
    "flipped.jpg": (bytes(b ^ 0x5A for b in encoded(image(1), "JPEG")), "no image that Pillow can read"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_files_that_cannot_be_used_are_named_with_the_reason(packed: bool, folder: Writer, zipped: Writer) -> None:
    files = basic() | {f"cat/{name}": data for name, (data, _) in BAD.items()}
    data = load_folder((zipped if packed else folder)(files), size=16)
    for name, (_, reason) in BAD.items():
        assert reason_of(data.report, f"cat/{name}") == reason
    assert data.report.used == 16


def test_damage_anywhere_in_a_file_stops_nothing(folder: Writer) -> None:
    rng = np.random.default_rng(0)
    files = basic()
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        whole = encoded(image(3, 64, 64), kind)
        for n in range(12):
            spoiled = bytearray(whole)
            for at in rng.integers(0, len(whole), 8):
                spoiled[at] = rng.integers(256)
            files[f"dog/{kind}{n}"] = bytes(spoiled)
    data = load_folder(folder(files), size=16)
    out = {n.split(" ")[0] for names in data.report.left_out.values() for n in names}
    used = set().union(*names_of(data).values())
    assert out | used == set(files)
    assert not out & used


def test_what_systems_leave_behind_is_passed_over(folder: Writer) -> None:
    junk = ["cat/.DS_Store", "cat/Thumbs.db", "desktop.ini", "__MACOSX/cat/._0.png", ".git/config", "cat/._0.png"]
    data = load_folder(folder(basic() | dict.fromkeys(junk, b"x")), size=16)
    assert data.report.used == 16
    assert list(data.report.left_out) == ["hidden or made by the system"]


def test_links_are_not_followed(folder: Writer, tmp_path: Path) -> None:
    top = folder(basic())
    (tmp_path / "secret.png").write_bytes(encoded(image(999)))
    try:
        (top / "cat" / "out.png").symlink_to(tmp_path / "secret.png")
    except OSError:
        pytest.skip("no links without rights on this system")
    (top / "cat" / "loop").symlink_to(top, target_is_directory=True)
    (top / "cat" / "nowhere.png").symlink_to(tmp_path / "missing")
    (tmp_path / "method").symlink_to(top, target_is_directory=True)  # the way to the folder itself may be a link
    data = load_folder(tmp_path / "method", size=16)
    assert data.report.used == 16
    assert data.report.left_out == {"links, which are not followed": ("cat/loop", "cat/nowhere.png", "cat/out.png")}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_does_not_hang(folder: Writer) -> None:
    top = folder(basic())
    os.mkfifo(top / "cat" / "pipe.png")
    assert reason_of(load_folder(top, size=16).report, "cat/pipe.png") == "that are no ordinary files"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_files_and_folders_without_permission_are_named(top: Path) -> None:
    place = Path(tempfile.mkdtemp())
    try:
        for name, data in (basic() | {"cat/shut.png": b"x", "shut/a.png": b"x"}).items():
            path = place / "p" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for path in [place, *place.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (place / "p/cat/shut.png").chmod(0)
        (place / "p/shut").chmod(0)
        code = (
            "import json, os, sys\nfrom tlwidgets.data.own_images import load_folder\n"
            "import PIL.Image; PIL.Image.init()\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"  # root may read everything
            "print(json.dumps(load_folder(sys.argv[1], size=16).report.to_json()))"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, str(place / "p")], capture_output=True, text=True, check=True, cwd=top
        )
        report = json.loads(run.stdout)
        assert report["left_out"]["that cannot be opened (permissions)"] == ["cat/shut.png", "shut"]
        assert report["used"] == 16
    finally:
        (place / "p/shut").chmod(0o755)
        shutil.rmtree(place)


# ---------------------------------------------------------------- copies


def test_equal_images_are_used_once(folder: Writer) -> None:
    files = basic()
    files["cat/copy.png"] = files["cat/0.png"]
    files["dog/other format.bmp"] = encoded(Image.open(io.BytesIO(files["dog/3.png"])), "BMP")
    data = load_folder(folder(files), size=16)
    assert data.report.used == 16
    assert len(data.report.left_out["copies of another image"]) == 2


def test_an_image_in_two_classes_is_left_out_of_both(folder: Writer) -> None:
    files = basic()
    files["dog/really.png"] = files["cat/0.png"]
    report = load_folder(folder(files), size=16).report
    assert report.left_out == {"in two classes (which is right?)": ("cat/0.png", "dog/really.png")}


def test_near_copies_are_never_in_two_splits(folder: Writer) -> None:
    files = {}
    for label, name in enumerate(("cat", "dog")):
        for i in range(8):
            whole = image(100 * label + i, 120, 90)
            files[f"{name}/{i}.png"] = encoded(whole)
            files[f"{name}/{i}_small.jpg"] = encoded(whole.resize((60, 45)), "JPEG", quality=60)
            files[f"{name}/{i}_again.webp"] = encoded(whole, "WEBP", quality=70)
    top = folder(files)
    for seed in range(3):
        data = load_folder(top, seed=seed)
        assert data.report.used == 48
        of = {n.split(".")[0].split("_")[0]: [] for n in files}  # type: dict[str, list[str]]
        for split, s in data.splits.items():
            for n in s.names:
                of[n.split(".")[0].split("_")[0]].append(split)
        assert all(len(set(v)) == 1 and len(v) == 3 for v in of.values())
        assert set(data.counts["test"].values()) == {6}
    assert len(data.report.changed["nearly equal (kept in one split)"]) == 16


def test_near_copies_in_two_classes_are_told_and_kept_together(folder: Writer) -> None:
    files = basic()
    files["dog/cat.jpg"] = encoded(image(0), "JPEG", quality=70)
    data = load_folder(folder(files))
    (told,) = data.report.changed["nearly equal, in different classes (look at their labels)"]
    assert set(told.split(" ≈ ")) == {"cat/0.png", "dog/cat.jpg"} <= names_of(data)["train"]


# ---------------------------------------------------------------- how folders are laid out


@pytest.mark.parametrize("prefix", ["wrapper/", "a/b/"])
def test_folders_around_the_classes_are_seen_through(prefix: str, folder: Writer) -> None:
    files = {prefix + n: d for n, d in basic().items()} | {"README.txt": b"hello"}
    data = load_folder(folder(files), size=16)
    assert data.classes == ("cat", "dog")
    assert data.report.left_out == {"not in a class folder": ("README.txt",)}


def test_images_deeper_in_a_class_belong_to_it_and_loose_ones_to_none(folder: Writer) -> None:
    files = basic() | {"cat/2024/may/x.png": encoded(image(50)), "loose.png": encoded(image(51))}
    data = load_folder(folder(files), size=16)
    assert data.report.used == 17
    assert reason_of(data.report, "loose.png") == "not in a class folder"


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "Validation", "Testing")])
def test_folders_of_a_ready_split_are_the_splits(names: tuple[str, str, str], folder: Writer) -> None:
    files = {}
    for k, split in enumerate(names):
        for label, name in enumerate(("cat", "dog")):
            for i in range(4):
                files[f"{split}/{name}/{i}.png"] = encoded(image(1000 * k + 100 * label + i))
    files[f"{names[0]}/cat/leak.png"] = files[f"{names[2]}/cat/1.png"]
    files[f"{names[0]}/cat/leak.jpg"] = encoded(image(2002), "JPEG", quality=80)
    data = load_folder(folder(files))
    assert data.classes == ("cat", "dog")
    assert {s: {n.split("/")[0] for n in v} for s, v in names_of(data).items()} == {
        "train": {names[0]},
        "validation": {names[1]},
        "test": {names[2]},
    }
    assert data.report.used == 24  # what is tested on is not learnt from
    assert reason_of(data.report, f"{names[0]}/cat/leak.png") == "copies of another image"
    assert reason_of(data.report, f"{names[0]}/cat/leak.jpg") == "nearly equal to an image of test"


def test_a_missing_validation_folder_is_drawn_from_train(folder: Writer) -> None:
    files = {f"train/{n}": d for n, d in basic(10).items()}
    files |= {f"test/{n}": encoded(image(5000 + i)) for i, n in enumerate(basic(4))}
    data = load_folder(folder(files), size=16, validation_split=0.2)
    assert data.counts == {
        "train": {"cat": 8, "dog": 8},
        "validation": {"cat": 2, "dog": 2},
        "test": {"cat": 4, "dog": 4},
    }


def test_train_and_test_without_classes_are_refused(folder: Writer) -> None:
    files = {f"{s}/{i}.png": encoded(image(i)) for s in ("train", "test") for i in range(4)}
    with pytest.raises(CourseError, match="test and train of 'images' hold no class folders"):
        load_folder(folder(files))


def test_a_class_may_be_called_train(folder: Writer) -> None:
    assert load_folder(folder(basic(classes=("train", "bus"))), size=16).classes == ("bus", "train")


def test_class_names_that_differ_only_in_capitals_or_spaces_are_one(zipped: Writer) -> None:
    files = basic() | {"Cat/x.png": encoded(image(60)), "dog /y.png": encoded(image(61))}
    data = load_folder(zipped(files), size=16)
    assert [c.casefold() for c in data.classes] == ["cat", "dog"]
    assert data.report.used == 18
    (what,) = data.report.changed
    assert what.startswith("class folders put together")


def test_accents_are_the_same_however_they_are_written(zipped: Writer) -> None:
    files = basic(classes=("café", "thé"))
    files[f"{unicodedata.normalize('NFD', 'café')}/x.png"] = encoded(image(60))
    data = load_folder(zipped(files), size=16)
    assert data.classes == ("café", "thé")
    assert sum(c["café"] for c in data.counts.values()) == 9


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_odd_names_do_no_harm(folder: Writer) -> None:
    odd = ["猫/写真 1.png", "<b>x & 'y'/<img src=x onerror=alert(1)>.png".replace("/", "∕"), "a" * 200 + ".png"]
    files = basic(classes=("<script>alert(1)<∕script>", "b b"))
    files |= {f"b b/{name}": encoded(image(70 + i)) for i, name in enumerate(odd)}
    files |= {"b b/<i>bad<∕i>.png": b"no"}
    data = load_folder(folder(files), size=16)
    page = data._repr_html_()
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "<i>" not in page
    assert "&lt;i&gt;bad" in page
    assert data.report.used == 19


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_can_be_printed_and_saved(folder: Writer) -> None:
    top = folder(basic())
    (top / "cat" / os.fsdecode(b"caf\xe9\n.png")).write_bytes(encoded(image(80)))
    (top / "cat" / os.fsdecode(b"bad\xff\x1b[31m.png")).write_bytes(b"bad")
    data = load_folder(top, size=16)
    json.dumps(data.info()).encode()
    assert repr(data).encode().count(b"\x1b") == 0
    assert data.report.used == 17


# ---------------------------------------------------------------- archives


def test_an_archive_of_old_windows_programs_is_read(zipped: Writer) -> None:
    data = load_folder(zipped({n.replace("/", "\\"): d for n, d in basic().items()}), size=16)
    assert data.classes == ("cat", "dog")


def test_unsafe_entries_are_left_out_and_nothing_is_written(zipped: Writer, tmp_path: Path) -> None:
    evil = encoded(image(90))
    path = zipped(
        basic() | {"../evil.png": evil, "/abs/evil.png": evil, "C:/evil.png": evil, "cat/../../evil.png": evil}
    )
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("cat/link.png")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    before = sorted(tmp_path.parent.rglob("*"))
    report = load_folder(path, size=16).report
    assert len(report.left_out["with an unsafe path in the archive"]) == 4
    assert report.left_out["links, which are not followed"] == ("cat/link.png",)
    assert report.used == 16
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_an_entry_with_a_password_is_named(zipped: Writer) -> None:
    path = zipped(basic())
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")  # the first entry of the directory, and its own header
    raw[at + 8] |= 1
    raw[6] |= 1
    path.write_bytes(raw)
    assert reason_of(load_folder(path, size=16).report, "cat/0.png") == "locked with a password in the archive"


def test_a_zip_bomb_is_not_unpacked(zipped: Writer) -> None:
    path = zipped(basic() | {"cat/bomb.png": bytes(5 * 2**20)})
    assert "ZIP bomb" in reason_of(load_folder(path, size=16).report, "cat/bomb.png")


def test_an_archive_that_would_unpack_to_too_much_is_refused(zipped: Writer) -> None:
    path = zipped(basic())
    raw = bytearray(path.read_bytes())
    for _ in range(3):  # what the directory says of the sizes of three entries
        at = raw.index(b"PK\x01\x02")
        raw[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
        raw[at : at + 4] = b"pk\x01\x02"
    path.write_bytes(raw.replace(b"pk\x01\x02", b"PK\x01\x02"))
    with pytest.raises(CourseError, match="would unpack to 12 GB"):
        load_folder(path)


def test_a_damaged_entry_is_named_and_a_damaged_archive_refused(zipped: Writer, tmp_path: Path) -> None:
    path = zipped(basic())
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("dog/1.png").header_offset + 60
    raw[start : start + 40] = bytes(40)
    path.write_bytes(raw)
    assert reason_of(load_folder(path, size=16).report, "dog/1.png") == "damaged in the archive"
    for spoiled in (raw[: len(raw) // 2], raw.replace(b"PK\x01\x02", b"PK\x09\x09"), b"", b"text"):
        path.write_bytes(spoiled)
        with pytest.raises(CourseError, match="damaged, or no ZIP archive"):
            load_folder(path)


# ---------------------------------------------------------------- what stops


def test_too_few_images_are_refused_with_the_least_number(folder: Writer) -> None:
    files = basic() | {"rare/1.png": encoded(image(90)), "rare/2.png": encoded(image(91)), "rare/3.png": b"no"}
    with pytest.raises(CourseError, match=r"'rare' needs at least 3 .* has 2: .*rare/3\.png"):
        load_folder(folder(files))


def test_three_images_a_class_are_enough_whatever_the_shares(folder: Writer) -> None:
    top = folder(basic(3))
    for shares in ({}, {"validation_split": 0.45, "test_split": 0.45}, {"validation_split": 0.01, "test_split": 0.01}):
        data = load_folder(top, size=16, **shares)
        assert {n for of in data.counts.values() for n in of.values()} == {1}


def test_near_copies_do_not_count_as_images(folder: Writer) -> None:
    files = basic() | {f"rare/{q}.jpg": encoded(image(90), "JPEG", quality=q) for q in (60, 70, 80, 90)}
    with pytest.raises(CourseError, match=r"'rare' needs at least 3 .* has 1:"):
        load_folder(folder(files))


def test_empty_classes_are_named_and_a_single_class_is_refused(folder: Writer) -> None:
    files = basic() | {"bird/x.txt": b"nothing"}
    top = folder(files)
    (top / "fish").mkdir()
    data = load_folder(top, size=16)
    assert data.classes == ("cat", "dog")
    assert data.report.left_out["class folders without a usable image"] == ("bird", "fish")
    shutil.rmtree(top / "dog")
    with pytest.raises(CourseError, match=r"one class only, 'cat' .*bird/x\.txt"):
        load_folder(top)


def test_nothing_usable_says_what_was_there(folder: Writer) -> None:
    files = {f"cat/{i}.jpg": b"" for i in range(9)} | {"dog/a.txt": b"x"}
    with pytest.raises(CourseError) as raised:
        load_folder(folder(files))
    text = str(raised.value)
    assert "empty (0 bytes) (9): cat/0.jpg, cat/1.jpg, cat/2.jpg and 6 more" in text
    assert "\n" not in text
    assert len(text) < 600


def test_images_without_class_folders_are_refused(folder: Writer) -> None:
    with pytest.raises(CourseError, match="one subfolder of images per class"):
        load_folder(folder({f"{i}.png": encoded(image(i)) for i in range(5)}))


def test_too_many_images_are_refused_before_they_are_read(folder: Writer) -> None:
    top = folder({f"{c}/{i}.jpg": b"" for c in "ab" for i in range(350)})
    with pytest.raises(CourseError, match="700 files, and at size=512 at most 682 are loaded: give a smaller size"):
        load_folder(top, size=512)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 7}, "outside 8 to 512"),
        ({"size": 600}, "outside 8 to 512"),
        ({"size": 9.5}, "whole number"),
        ({"seed": -1}, "below 0"),
        ({"validation_split": 0}, "between 0 and 1"),
        ({"test_split": 25}, "between 0 and 1"),
        ({"test_split": "x"}, "between 0 and 1"),
        ({"validation_split": 0.5, "test_split": 0.5}, "nothing to train on"),
        ({"per_class": 0}, "below 1"),
    ],
)
def test_bad_options_are_one_sentence(options: dict[str, Any], message: str, folder: Writer) -> None:
    with pytest.raises(CourseError, match=message):
        load_folder(folder(basic(3)), **options)


@pytest.mark.parametrize("path", ["no/such/folder", "", None, 3, b"x", "x" * 5000, "a\0b", "https://example.org/a.zip"])
def test_bad_paths_are_one_sentence(path: Any) -> None:
    with pytest.raises(CourseError):
        load_folder(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(image(1)))
    with pytest.raises(CourseError, match="neither a folder nor a ZIP archive"):
        load_folder(tmp_path / "a.jpg")


# ---------------------------------------------------------------- report, memory, real photographs


def test_the_report_is_short_as_text_and_whole_as_json(folder: Writer) -> None:
    data = load_folder(folder(basic() | {f"cat/bad{i:02}.jpg": b"x" for i in range(15)}), size=16)
    assert len(repr(data.report).splitlines()) == 3
    assert "(15): cat/bad00.jpg, cat/bad01.jpg, cat/bad02.jpg and 12 more" in repr(data.report)
    kept = json.loads(json.dumps(data.report.to_json()))
    assert len(kept["left_out"]["no image that Pillow can read"]) == 15
    assert kept["used"] == 16
    assert data.report._repr_html_() in data._repr_html_()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
def test_large_photographs_are_not_decoded_whole(tmp_path: Path) -> None:
    """24 million pixels are 72 MB; the process may grow by less than a third of that."""
    (tmp_path / "large.jpg").write_bytes(encoded(image(1, 6000, 4000), "JPEG"))
    (tmp_path / "small.jpg").write_bytes(encoded(image(1, 300, 200), "JPEG"))
    code = (
        "import re, sys\nfrom pathlib import Path\nfrom tlwidgets.data.own_images.decoding import decoded\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "small, large = (Path(p).read_bytes() for p in sys.argv[1:])\n"
        "decoded(small, 96); before = peak()\n"
        "decoded(large, 96); decoded(large, 96); print(peak() - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "small.jpg"), str(tmp_path / "large.jpg")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 24 * 1024


PHOTOS = os.environ.get("TLWIDGETS_TEST_PHOTOS")


@pytest.mark.skipif(not PHOTOS, reason="TLWIDGETS_TEST_PHOTOS names no folder of class folders of photographs")
def test_real_photographs() -> None:
    data = load_folder(str(PHOTOS))
    again = load_folder(str(PHOTOS))
    assert names_of(data) == names_of(again)
    assert data.report.used > 0.8 * sum(1 for p in Path(str(PHOTOS)).rglob("*.jpg"))
    for split in data.splits.values():
        assert (np.ptp(split.x.reshape(len(split), -1), axis=1) > 40).all()
    wide = {n: s for s, names in names_of(data).items() for n in names}
    for pair in data.report.changed.get("nearly equal (kept in one split)", ()):
        assert len({wide[n] for n in pair.split(" ≈ ")}) == 1
