"""Many small images as one file, which the browser shows tile by tile."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CourseError

__all__ = ["Sprite", "as_bytes", "check_images", "sprite"]

_JPEG_FROM = 4_000_000  # pixels from which a lossless file of photographs would be too large to send


@dataclass(frozen=True)
class Sprite:
    """Images side by side in one file."""

    data: bytes
    """PNG, or JPEG when there are very many pixels."""
    form: dict[str, Any]
    """``columns``, ``rows``, ``width`` and ``height`` of a tile in pixels, ``count``, ``type`` of the file."""


def check_images(images: Any, count: int | None = None) -> None:
    """Raise a :class:`CourseError` unless these are ``count`` images.

    Shape ``(n, height, width)`` or ``(n, height, width, 1 or 3)``, numbers.
    """
    shape = getattr(images, "shape", None)
    if shape is None or len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)) or 0 in shape[1:]:
        raise CourseError(f"images should be one array (n, height, width) or (n, height, width, 1 or 3), not {shape}.")
    if np.dtype(images.dtype).kind not in "buif":
        raise CourseError(f"images should be numbers, not {images.dtype}.")
    if count is not None and shape[0] != count:
        raise CourseError(f"there are {shape[0]} images for {count} labels: give one for each.")


def as_bytes(images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return images as ``uint8``, shape ``(n, height, width)`` or ``(n, height, width, 3)``.

    Floats are taken as 0 to 1, or 0 to 255 when a value is above 1; below 0 is scaled too. The scale is one for all.
    """
    shown = np.asarray(images)
    if shown.dtype != np.uint8:
        shown = np.nan_to_num(shown.astype("float32"), nan=0.0, posinf=255.0, neginf=0.0)
        low = min(0.0, float(shown.min(initial=0.0)))
        top = float(shown.max(initial=0.0))
        high = top if low < 0 else 255.0 if top > 1 else 1.0
        shown = np.clip(255 * (shown - low) / max(high - low, 1e-9), 0, 255).round().astype("uint8")
    return shown[..., 0] if shown.ndim == 4 and shown.shape[3] == 1 else shown


def sprite(images: npt.NDArray[Any], side: int) -> Sprite:
    """Put images into one file.

    Parameters
    ----------
    images
        See :func:`check_images`.
    side
        Longest side of a tile in pixels; larger images are made smaller.
    """
    from PIL import Image

    count, high, wide = images.shape[:3]
    if not count:
        return Sprite(b"", {"columns": 0, "rows": 0, "width": 0, "height": 0, "count": 0, "type": "image/png"})
    scale = min(1.0, side / max(high, wide))
    width, height = max(1, round(wide * scale)), max(1, round(high * scale))
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    bytes_ = as_bytes(images)
    sheet = Image.new("L" if bytes_.ndim == 3 else "RGB", (columns * width, rows * height))
    for n, array in enumerate(bytes_):
        tile = Image.fromarray(array)
        if scale < 1:
            tile = tile.resize((width, height), Image.Resampling.BOX)
        sheet.paste(tile, (n % columns * width, n // columns * height))
    kind = "jpeg" if columns * width * rows * height > _JPEG_FROM and bytes_.ndim == 4 else "png"
    buffer = io.BytesIO()
    sheet.save(buffer, kind, **({"quality": 88} if kind == "jpeg" else {}))
    form = {"columns": columns, "rows": rows, "width": width, "height": height, "count": count}
    return Sprite(buffer.getvalue(), {**form, "type": f"image/{kind}"})
