"""One file to one square image, with flat memory and without trust in its content."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..records import Images
from .report import LeftOut

__all__ = ["decoded"]

MAX_PIXELS = 64_000_000
LEAST_SIDE = 8

# What people keep images in. Not everything that Pillow reads: EPS and WMF start other programs, some are stubs.
FORMATS = (
    "JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "HEIF", "JPEG2000",
    "PPM", "ICO", "TGA", "PCX", "PSD", "QOI", "SGI",
)  # fmt: skip

HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112

BROKEN = "broken or cut off"
TOO_LARGE = f"over {MAX_PIXELS // 10**6} million pixels"


def decoded(data: bytes, size: int) -> tuple[Images, tuple[str, ...]]:
    """Return the middle square of an image as ``uint8 (size, size, 3)``, and what there is to know about it.

    Raises
    ------
    LeftOut
        With the reason, if this is no image that can be used.
    """
    if not data:
        raise LeftOut("empty (0 bytes)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _image(data) as image:
                return _square(image, size)
        except LeftOut:
            raise
        except Exception:  # decoders meet broken data with errors of every kind
            raise LeftOut(BROKEN) from None


@contextmanager
def _image(data: bytes) -> Iterator[Image.Image]:
    Image.init()
    try:
        image = Image.open(io.BytesIO(data), formats=[f for f in FORMATS if f in Image.OPEN])
    except Image.DecompressionBombError:
        raise LeftOut(TOO_LARGE) from None
    except UnidentifiedImageError:
        if data[4:8] == b"ftyp" and data[8:12] in HEIC:
            raise LeftOut("HEIC, which Pillow cannot read here (save as JPEG)") from None
        if data.startswith(ARCHIVES):
            raise LeftOut("archives inside (unpack them)") from None
        raise LeftOut("no image that Pillow can read") from None
    with image:
        yield image


def _square(image: Image.Image, size: int) -> tuple[Images, tuple[str, ...]]:
    notes = []
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise LeftOut(TOO_LARGE)
    shorter, longer = sorted((width, height))
    if shorter < LEAST_SIDE:
        raise LeftOut(f"under {LEAST_SIDE} pixels wide or high")
    if longer > 2 * shorter:
        notes.append("more than twice as long as wide (the middle is used)")
    if shorter < size:
        notes.append(f"enlarged to {size} pixels")
    if getattr(image, "is_animated", False) and image.format != "MPO":  # MPO: a photograph with a preview
        notes.append("with several frames (the first is used)")
    if shorter > 2 * size:
        # JPEG only, and a no-op elsewhere: decodes at 1/2, 1/4 or 1/8, never below twice the size
        image.draft(None, (2 * size * width // shorter, 2 * size * height // shorter))  # type: ignore[arg-type]
    image.load()
    orientation = _orientation(image)
    flat, more = _plain(image)
    side, (width, height) = min(flat.size), flat.size
    left, top = (width - side) / 2, (height - side) / 2
    small = flat.resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side), reducing_gap=3
    )
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        white.alpha_composite(small)
        small = white
    small = small.convert("RGB")
    if orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[orientation])
        notes.append("turned as their EXIF says")
    return np.asarray(small, np.uint8).copy(), (*notes, *more)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken EXIF block is no reason to lose the image
        return 1


def _plain(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image as L, RGB or RGBA."""
    mode = image.mode
    if mode.startswith(("I", "F")):
        return _stretched(image), ("of more than 8 bits (stretched from darkest to brightest)",)
    if image.has_transparency_data:
        return image.convert("RGBA"), ("with transparency (laid on white)",)
    if mode in ("L", "RGB"):
        return image, ()
    if mode == "1":
        return image.convert("L"), ()
    return image.convert("RGB"), ("of CMYK colours (converted)",) if mode == "CMYK" else ()


def _stretched(image: Image.Image) -> Image.Image:
    # these modes do not say which value is white: 12 bits in 16 would be nearly black
    values = np.array(image, np.float32)
    finite = np.isfinite(values)
    if not finite.any():
        raise LeftOut(BROKEN)
    low, high = float(values.min(where=finite, initial=np.inf)), float(values.max(where=finite, initial=-np.inf))
    values[~finite] = low
    values -= low
    values *= 255 / max(high - low, 1e-30)
    return Image.fromarray(np.rint(values).astype(np.uint8))
