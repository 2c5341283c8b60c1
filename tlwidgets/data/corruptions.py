"""Common corruptions: the fifteen ways of spoiling an image of ImageNet-C, in five severities, for any size.

Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations"
(arXiv:1903.12261). The code is our own; what differs from theirs is in ``docs/corruptions.md``.
"""

from __future__ import annotations

import hashlib
import io
import math
import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..errors import CourseError, unknown
from .records import Images

__all__ = ["Corruption", "corrupt", "list_corruptions"]

Floats: TypeAlias = npt.NDArray[np.float32]
Level: TypeAlias = tuple[float, ...]
Spoiler: TypeAlias = Callable[[Floats, Level, np.random.Generator, float], Floats]

SEVERITIES = 5
SMALLEST = 8
PAPER_SIDE = 224  # the constants of the paper are for images of this side


@dataclass(frozen=True)
class Corruption:
    """One way of spoiling images.

    Attributes
    ----------
    name
        Its name for :func:`corrupt`, the one that ImageNet-C uses.
    family
        ``"noise"``, ``"blur"``, ``"weather"`` or ``"digital"``.
    what
        What it does, in a few words.
    """

    name: str
    family: str
    what: str

    def to_json(self) -> dict[str, str]:
        """Return the same as plain types that ``json.dumps`` takes."""
        return asdict(self)


def corrupt(x: Any, kind: str, severity: SupportsIndex, *, seed: SupportsIndex = 0) -> Images:
    """Return the images, spoiled.

    What is random (the grains of the noise, the flakes, the direction of a movement) is drawn for each image from
    its own pixels, the kind and the seed. So an image comes out the same alone, in any batch and in any place of it,
    in every process; and a higher severity of the same seed has the same grains and flakes, only stronger.

    Parameters
    ----------
    x
        Images, ``uint8`` of shape ``(n, height, width, 3)`` or ``(n, height, width, 1)``, sides of 8 pixels or more.
        They stay as they are.
    kind
        Which corruption, for example ``"fog"``; :func:`list_corruptions` lists them.
    severity
        1 (slight) to 5 (severe), or 0 for an unchanged copy. Lengths and noise are scaled with the shorter side of
        the images, because the constants of the paper are for 224 pixels.
    seed
        Which draw of what is random, 0 or more.

    Returns
    -------
    ndarray of uint8, the shape of ``x``

    Raises
    ------
    CourseError
        For anything that is not such an array, a kind that is not known, or a severity outside 0 to 5.
    """
    if not isinstance(kind, str) or kind not in _KINDS:
        raise unknown("corruption", kind, _KINDS, "tlwidgets.data.corruptions() lists them.")
    level, draw = _whole("severity", severity), _whole("seed", seed)
    if not 0 <= level <= SEVERITIES:
        raise CourseError(f"severity={level} is outside 0 (unchanged) to {SEVERITIES}: give a whole number within.")
    if draw < 0:
        raise CourseError(f"seed={draw} is below 0: give 0 or more.")
    images = _checked(x)
    if level == 0:
        return images.copy()
    _, spoil, levels = _KINDS[kind]
    scale = min(images.shape[1:3]) / PAPER_SIDE
    out = np.empty(images.shape, np.uint8)
    for i, image in enumerate(images):
        rng = _own_generator(image, kind, draw)
        spoiled = spoil(image.astype(np.float32) / np.float32(255), levels[level - 1], rng, scale)
        out[i] = np.rint(np.clip(spoiled, 0, 1) * 255)
    return out


def list_corruptions() -> list[Corruption]:
    """Return the fifteen corruptions in the order of the paper: noise, blur, weather, digital."""
    return [record for record, _, _ in _KINDS.values()]


def _whole(what: str, value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise CourseError(f"{what}={value!r} is not a whole number.") from None


def _checked(x: Any) -> Images:
    if not isinstance(x, np.ndarray):
        raise CourseError(f"give the images as an array, for example data.test.x, not {type(x).__name__}.")
    if x.ndim != 4 or x.shape[3] not in (1, 3):
        more = ", and a single image as image[None]" if x.ndim in (2, 3) else ""
        raise CourseError(f"give images of shape (n, height, width, 3 or 1), not {x.shape}{more}.")
    if x.dtype != np.uint8:
        raise CourseError(
            f"give uint8 images, 0 to 255, not {x.dtype}: corrupt them before they are scaled for a network."
        )
    if min(x.shape[1:3]) < SMALLEST:
        raise CourseError(f"images of {x.shape[1]} × {x.shape[2]} are too small: {SMALLEST} pixels a side or more.")
    return np.ascontiguousarray(x)  # the order of sums, and so the last bit, goes by the layout


def _own_generator(image: Images, kind: str, seed: int) -> np.random.Generator:
    digest = hashlib.blake2b(f"{seed}/{kind}/{image.shape}/".encode(), digest_size=16)
    digest.update(image.data)
    return np.random.default_rng(int.from_bytes(digest.digest(), "little"))


# ---------------------------------------------------------------- tools


def _noise_scale(scale: float) -> float:
    """Return the factor on the standard deviation of noise in every pixel.

    The square root lies between an image made smaller after the noise (which averages it away: the factor would be
    ``scale``) and the same noise in fewer pixels (1); the noise of CIFAR-10-C (32 px) is close to it. Smaller
    images get what 32 pixels get, larger ones what 224 get.
    """
    return math.sqrt(min(1.0, max(32 / PAPER_SIDE, scale)))


def _kernel(rows: npt.NDArray[Any], columns: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Floats:
    """Return a square kernel of weighted points, each shared between the four pixels around it.

    This is why blurs of less than a pixel still blur: what they need in small images.
    """
    reach = int(np.ceil(max(np.abs(rows).max(), np.abs(columns).max()))) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    for i, share_i in ((0, 1 - down), (1, down)):
        for j, share_j in ((0, 1 - right), (1, right)):
            np.add.at(kernel, (top + i + reach, left + j + reach), weights * share_i * share_j)
    out: Floats = (kernel / kernel.sum()).astype(np.float32)
    return out


def _convolved(x: Floats, kernel: Floats) -> Floats:
    """Return images ``(h, w, c)`` convolved with a square kernel, mirrored at the border."""
    from scipy import fft

    h, w = x.shape[:2]
    reach = kernel.shape[0] // 2
    padded = np.pad(x, ((reach, reach), (reach, reach), (0, 0)), "symmetric")
    shape = [fft.next_fast_len(n, real=True) for n in padded.shape[:2]]
    product = fft.rfft2(padded, shape, axes=(0, 1)) * fft.rfft2(kernel, shape)[..., None]
    out: Floats = fft.irfft2(product, shape, axes=(0, 1))[2 * reach : 2 * reach + h, 2 * reach : 2 * reach + w]
    return out


def _smoothed(x: Floats, sigma: float) -> Floats:
    from scipy.ndimage import gaussian_filter

    out: Floats = gaussian_filter(x, (sigma, sigma, 0)[: x.ndim], mode="reflect")
    return out


def _moved(x: Floats, length: float, sigma: float, angle: float) -> Floats:
    """Return images smeared along a line: weights of a half Gaussian, ``angle`` in degrees."""
    along = np.linspace(0, length, 65)
    weights = np.exp(-0.5 * (along / sigma) ** 2)
    turn = np.deg2rad(angle)
    return _convolved(x, _kernel(along * np.sin(turn), along * np.cos(turn), weights))


def _cloud(shape: tuple[int, ...], decay: float, rng: np.random.Generator) -> Floats:
    """Return a fractal cloud ``(h, w)`` from 0 to 1, its amplitude divided by ``decay`` with each octave."""
    from scipy import fft

    h, w = shape
    frequency = np.hypot(fft.fftfreq(h, 1 / h)[:, None], fft.rfftfreq(w, 1 / w)[None])
    frequency[0, 0] = np.inf
    spectrum = fft.rfft2(rng.standard_normal((h, w))) * frequency ** -(1 + np.log2(decay))
    cloud = fft.irfft2(spectrum, (h, w))
    cloud -= cloud.min()
    out: Floats = (cloud / cloud.max()).astype(np.float32)
    return out


def _resized(layer: Floats, shape: tuple[int, ...], how: Image.Resampling) -> Floats:
    return np.asarray(Image.fromarray(layer).resize((shape[1], shape[0]), how))


def _image(x: Floats) -> Image.Image:
    pixels = np.rint(x * 255).astype(np.uint8)
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _floats(image: Image.Image) -> Floats:
    pixels = np.asarray(image, np.float32) / np.float32(255)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _grey(x: Floats) -> Floats:
    weights = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow
    return x if x.shape[2] == 1 else (x * weights).sum(axis=2, keepdims=True)


# ---------------------------------------------------------------- noise


def _gaussian_noise(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    return x + np.float32(level[0] * _noise_scale(scale)) * rng.standard_normal(x.shape, np.float32)


def _shot_noise(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    photons = level[0] / _noise_scale(scale) ** 2
    return (rng.poisson(x * photons) / photons).astype(np.float32)


def _impulse_noise(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    amount = level[0] * _noise_scale(scale) ** 2
    hit, salt = rng.random(x.shape, np.float32) < amount, rng.random(x.shape, np.float32) < 0.5
    return np.where(hit, salt.astype(np.float32), x)


# ---------------------------------------------------------------- blur


@lru_cache(maxsize=32)
def _disc(radius: float) -> Floats:
    points = (np.arange(48) + 0.5) / 24 - 1
    rows, columns = np.meshgrid(points, points, indexing="ij")
    inside = np.hypot(rows, columns) <= 1
    return _kernel(radius * rows[inside], radius * columns[inside], np.ones(inside.sum()))


def _defocus_blur(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    return _convolved(x, _disc(level[0] * scale))


def _glass_blur(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    sigma, reach = level[0] * scale, level[1] * scale
    x = _smoothed(x, sigma)
    rows, columns = np.indices(x.shape[:2])
    for _ in range(2):
        # rounded at random, so that in small images fewer pixels move, and not none
        move = np.floor(reach * rng.uniform(-1, 1, (2, *x.shape[:2])) + rng.random((2, *x.shape[:2]))).astype(int)
        x = x[(rows + move[0]).clip(0, x.shape[0] - 1), (columns + move[1]).clip(0, x.shape[1] - 1)]
    return _smoothed(x, sigma)


def _motion_blur(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    return _moved(x, 2 * level[0] * scale, level[1] * scale, rng.uniform(-45, 45))


def _zoom_blur(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    image, (h, w) = _image(x), x.shape[:2]
    total = x.copy()
    factors = np.arange(1, *level)
    for factor in factors:
        top, left = (h - h / factor) / 2, (w - w / factor) / 2
        total += _floats(image.resize((w, h), Image.Resampling.BILINEAR, box=(left, top, w - left, h - top)))
    return total / np.float32(len(factors) + 1)


# ---------------------------------------------------------------- weather


def _snow(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    mean, sigma, mix = level
    h, w = x.shape[:2]
    coarse = tuple(max(SMALLEST, round(n / max(1.3, 3 * scale))) for n in (h, w))
    flakes = _resized(rng.normal(mean, 0.3, coarse).astype(np.float32), (h, w), Image.Resampling.BILINEAR)
    flakes = np.where(flakes < 0.5, np.float32(0), flakes).clip(0, 1)[..., None]
    flakes = _moved(flakes, 24 * scale, sigma * scale, rng.uniform(45, 135))
    pale = np.maximum(x, 1.5 * _grey(x) + 0.5)
    out: Floats = np.float32(mix) * x + np.float32(1 - mix) * pale + flakes + np.rot90(flakes, 2)
    return out


def _frost(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    """Lay ice over the image: ridges of warped clouds, thick in some places and thin in others.

    The paper takes photographs of frost; these are drawn, so that none has to come with the course.
    """
    from scipy.ndimage import map_coordinates

    h, w = x.shape[:2]
    rows, columns = np.indices((h, w), np.float32)
    warp = 0.25 * min(h, w) * (np.stack([_cloud((h, w), 2, rng), _cloud((h, w), 2, rng)]) - 0.5)
    ridges = np.zeros((h, w), np.float32)
    for decay in (1.9, 1.5):
        ridge = (1 - 2 * np.abs(_cloud((h, w), decay, rng) - 0.5)) ** 6
        ridges = np.maximum(ridges, map_coordinates(ridge, [rows + warp[0], columns + warp[1]], order=1, mode="wrap"))
    thick = _cloud((h, w), 2, rng)
    share = np.clip(np.float32(level[0]) * (0.25 + ridges) * (0.5 + thick), 0, 0.95)[..., None]
    ice = (0.55 + 0.45 * ridges)[..., None]
    if x.shape[2] == 3:
        ice = ice * np.array([0.9, 0.97, 1], np.float32)
    out: Floats = x + share * (ice - x)
    return out


def _fog(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    most = max(float(x.max()), 1 / 255)
    fog = np.float32(level[0]) * _cloud(x.shape[:2], 1.7, rng)[..., None]
    out: Floats = (x + fog) * np.float32(most / (most + level[0]))
    return out


def _brightness(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    # adding to V of HSV multiplies R, G and B by the same factor; black has no colour and becomes grey
    value: Floats = x.max(axis=2, keepdims=True)
    brighter: Floats = np.minimum(value + np.float32(level[0]), 1)
    return np.where(value > 0, x * (brighter / np.maximum(value, np.float32(1 / 255))), brighter)


# ---------------------------------------------------------------- digital


def _contrast(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    mean: Floats = x.mean(axis=(0, 1), keepdims=True)
    return (x - mean) * np.float32(level[0]) + mean


def _elastic_transform(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    from scipy.ndimage import map_coordinates

    amplitude, sigma = level[0] * scale, level[1] * scale
    rows, columns = np.indices(x.shape[:2], np.float32)
    field = []
    for _ in range(2):
        move = _smoothed(rng.standard_normal(x.shape[:2], np.float32), sigma)
        field.append(move * np.float32(amplitude / max(float(move.std()), 1e-6)))
    where = [rows + field[0], columns + field[1]]
    return np.stack([map_coordinates(x[..., c], where, order=1, mode="mirror") for c in range(x.shape[2])], axis=2)


def _pixelate(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    block = 1 + (1 / level[0] - 1) * scale
    h, w = x.shape[:2]
    small = _image(x).resize((max(1, int(w / block)), max(1, int(h / block))), Image.Resampling.BOX)
    return _floats(small.resize((w, h), Image.Resampling.NEAREST))


def _jpeg_compression(x: Floats, level: Level, rng: np.random.Generator, scale: float) -> Floats:
    # libjpeg multiplies its quantisation table by 50/quality below quality 50, by 2 - quality/50 above
    steps = 50 / level[0] * scale
    quality = 50 / steps if steps > 1 else 50 * (2 - steps)
    out = io.BytesIO()
    _image(x).save(out, "JPEG", quality=max(1, min(95, round(quality))))
    return _floats(Image.open(out))


_KINDS: dict[str, tuple[Corruption, Spoiler, tuple[Level, ...]]] = {
    record.name: (record, spoil, levels)
    for record, spoil, levels in (
        # standard deviation
        (
            Corruption("gaussian_noise", "noise", "adds normal noise to every pixel, as in poor light"),
            _gaussian_noise,
            ((0.08,), (0.12,), (0.18,), (0.26,), (0.38,)),
        ),
        # photons that make white
        (
            Corruption("shot_noise", "noise", "counts few photons: noise that grows with the light"),
            _shot_noise,
            ((60,), (25,), (12,), (5,), (3,)),
        ),
        # share of the values
        (
            Corruption("impulse_noise", "noise", "sets single values to black or white (salt and pepper)"),
            _impulse_noise,
            ((0.03,), (0.06,), (0.09,), (0.17,), (0.27,)),
        ),
        # radius
        (
            Corruption("defocus_blur", "blur", "spreads every point over a disc, as a lens out of focus"),
            _defocus_blur,
            ((3,), (4,), (6,), (8,), (10,)),
        ),
        # sigma, reach
        (
            Corruption("glass_blur", "blur", "swaps near pixels, as frosted glass"),
            _glass_blur,
            ((0.7, 1), (0.9, 1.6), (1, 2.3), (1.1, 3), (1.5, 4)),
        ),
        # half the length, sigma
        (
            Corruption("motion_blur", "blur", "smears along a line, as a moving camera"),
            _motion_blur,
            ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)),
        ),
        # end and step of the zoom factors
        (
            Corruption("zoom_blur", "blur", "averages growing copies, as a camera that moves forward"),
            _zoom_blur,
            ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)),
        ),
        # mean of the flakes, sigma of their movement, share of the image
        (
            Corruption("snow", "weather", "lays falling flakes over a paler image"),
            _snow,
            ((0.1, 4, 0.8), (0.15, 4, 0.75), (0.2, 6, 0.7), (0.25, 8, 0.65), (0.3, 10, 0.6)),
        ),
        # thickness of the ice
        (
            Corruption("frost", "weather", "lays ice crystals over the image, as on a window"),
            _frost,
            ((0.4,), (0.6,), (0.8,), (1,), (1.25,)),
        ),
        # thickness
        (
            Corruption("fog", "weather", "lays a cloud over the image"),
            _fog,
            ((1.5,), (2,), (2.5,), (3,), (3.5,)),
        ),
        # added to V
        (
            Corruption("brightness", "weather", "makes everything lighter, as in strong daylight"),
            _brightness,
            ((0.1,), (0.2,), (0.3,), (0.4,), (0.5,)),
        ),
        # factor
        (
            Corruption("contrast", "digital", "pulls every value towards the mean"),
            _contrast,
            ((0.4,), (0.3,), (0.2,), (0.1,), (0.05,)),
        ),
        # standard deviation and smoothness of the displacement
        (
            Corruption("elastic_transform", "digital", "stretches and squeezes small regions"),
            _elastic_transform,
            ((2, 12), (3.5, 12), (5, 12), (6.5, 11), (8, 10)),
        ),
        # size of the smaller image
        (
            Corruption("pixelate", "digital", "enlarges an image of few pixels"),
            _pixelate,
            ((0.6,), (0.5,), (0.4,), (0.3,), (0.25,)),
        ),
        # quality
        (
            Corruption("jpeg_compression", "digital", "saves as a JPEG of low quality: blocks of 8 pixels"),
            _jpeg_compression,
            ((25,), (18,), (15,), (10,), (7,)),
        ),
    )
}
