"""Corruptions do what they are called, more with each severity, and the same to an image wherever it stands."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from tlwidgets.data import load
from tlwidgets.data.corruptions import corrupt, list_corruptions
from tlwidgets.data.records import Images
from tlwidgets.errors import CourseError

KINDS = [c.name for c in list_corruptions()]
NOISE = [c.name for c in list_corruptions() if c.family == "noise"]
BLUR = [c.name for c in list_corruptions() if c.family == "blur"]
FIXED = ("defocus_blur", "zoom_blur", "brightness", "contrast", "pixelate", "jpeg_compression")
RANDOM = [k for k in KINDS if k not in FIXED]


@pytest.fixture(scope="module")
def images() -> Images:
    return load("styles", domain="noto", size=64).test.x[:24]


@pytest.fixture(scope="module")
def scene() -> Images:
    """Images that fill their frame, which those of the styles do not: shapes with edges, and some grain."""
    rng = np.random.default_rng(0)
    rows, columns = np.indices((96, 96)) / 96
    out = []
    for _ in range(6):
        a, b, c = rng.uniform(2, 12, 3)
        waves = np.stack([np.sin(a * rows + b * columns), np.cos(b * rows * columns + c), np.sin(c * columns)], axis=-1)
        out.append(128 + 55 * np.tanh(6 * waves) + rng.normal(0, 4, waves.shape))
    return np.clip(np.stack(out), 0, 255).astype(np.uint8)


def distance(a: Images, b: Images) -> float:
    return float(np.abs(a.astype(np.float64) - b).mean())


def sharpness(x: Images) -> float:
    """Mean energy of the differences of neighbours: what a blur takes away."""
    f = x.astype(np.float64)
    return float((np.diff(f, axis=1) ** 2).mean() + (np.diff(f, axis=2) ** 2).mean())


def checksum(x: Images) -> str:
    return hashlib.sha256(x.tobytes()).hexdigest()


def test_there_are_the_fifteen_of_the_paper_in_four_families() -> None:
    records = list_corruptions()
    assert len(records) == 15
    assert [sum(c.family == f for c in records) for f in ("noise", "blur", "weather", "digital")] == [3, 4, 4, 4]
    assert json.loads(json.dumps(records[0].to_json()))["name"] == "gaussian_noise"


@pytest.mark.parametrize("kind", KINDS)
def test_every_severity_is_further_from_the_original_than_the_one_before(kind: str, images: Images) -> None:
    before = images.copy()
    distances = [distance(corrupt(images, kind, s), images) for s in range(6)]
    assert distances[0] == 0
    assert distances == sorted(set(distances))  # strictly
    assert np.array_equal(images, before)  # what was given stays


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_holds_for_grey_images_that_fill_their_frame(kind: str, scene: Images) -> None:
    grey = scene[..., :1]
    distances = [distance(corrupt(grey, kind, s), grey) for s in range(6)]
    assert distances == sorted(set(distances))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(8, 8, 8, 3), (8, 8, 8, 1), (1, 224, 224, 3), (1, 40, 97, 3), (1, 97, 33, 1)])
def test_shape_and_type_stay(kind: str, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for severity in (1, 5):
        y = corrupt(x, kind, severity)
        assert y.shape == x.shape
        assert y.dtype == np.uint8
    assert not np.array_equal(y, x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0, 255])
def test_black_and_white_images_come_through(kind: str, value: int) -> None:
    y = corrupt(np.full((1, 32, 32, 3), value, np.uint8), kind, 5)
    if kind in [*BLUR, "elastic_transform", "pixelate", "contrast", "jpeg_compression"]:
        assert (y == value).all()  # nothing to blur or move


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_comes_out_the_same_in_any_batch_place_and_layout(kind: str, scene: Images) -> None:
    whole = corrupt(scene, kind, 3)
    assert np.array_equal(corrupt(scene[4:5], kind, 3), whole[4:5])
    assert np.array_equal(corrupt(scene[::-1], kind, 3), whole[::-1])
    assert np.array_equal(corrupt(np.asfortranarray(scene), kind, 3), whole)


def test_the_same_bytes_in_another_process(scene: Images) -> None:
    code = (
        "import hashlib, sys, numpy as np\n"
        "from tlwidgets.data.corruptions import corrupt, list_corruptions\n"
        "x = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(-1, 96, 96, 3)\n"
        "for c in list_corruptions():\n"
        "    print(hashlib.sha256(corrupt(x, c.name, 4, seed=7).tobytes()).hexdigest())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], input=scene[:2].tobytes(), capture_output=True, check=True)
    assert run.stdout.decode().split() == [checksum(corrupt(scene[:2], k, 4, seed=7)) for k in KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_changes_what_is_random_and_only_that(kind: str, scene: Images) -> None:
    same = np.array_equal(corrupt(scene, kind, 3, seed=0), corrupt(scene, kind, 3, seed=1))
    assert same == (kind not in RANDOM)


@pytest.mark.parametrize("kind", RANDOM)
def test_two_images_do_not_share_their_draw(kind: str) -> None:
    rng = np.random.default_rng(1)
    x = np.repeat(rng.integers(90, 160, (1, 64, 64, 3), dtype=np.uint8), 2, axis=0)
    x[1, 0, 0, 0] += 1
    y = corrupt(x, kind, 3)
    assert distance(y[0], y[1]) > 0.5


@pytest.mark.parametrize("kind", NOISE)
def test_noise_keeps_the_mean_of_middle_grey_and_spreads_the_values(kind: str) -> None:
    grey = np.full((2, 96, 96, 3), 128, np.uint8)
    spreads = [corrupt(grey, kind, s).std() for s in range(6)]
    assert spreads == sorted(set(spreads))
    assert abs(corrupt(grey, kind, 3).mean() - 128) < 2


def test_noise_is_as_strong_as_its_constant_says() -> None:
    grey = np.full((4, 224, 224, 3), 128, np.uint8)
    assert corrupt(grey, "gaussian_noise", 1).std() / 255 == pytest.approx(0.08, rel=0.02)
    assert corrupt(grey, "shot_noise", 1).std() / 255 == pytest.approx((128 / 255 / 60) ** 0.5, rel=0.02)
    assert (corrupt(grey, "impulse_noise", 5) != 128).mean() == pytest.approx(0.27, rel=0.02)
    quarter = np.full((4, 56, 56, 3), 128, np.uint8)  # a quarter of the side: half the noise
    assert corrupt(quarter, "gaussian_noise", 1).std() / 255 == pytest.approx(0.04, rel=0.03)


@pytest.mark.parametrize("kind", ["defocus_blur", "motion_blur", "zoom_blur"])
def test_blurs_take_away_detail_and_keep_the_mean(kind: str, scene: Images) -> None:
    sharp = [sharpness(corrupt(scene, kind, s)) for s in range(6)]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[5] < 0.3 * sharp[0]
    assert abs(corrupt(scene, kind, 3).mean() - scene.mean()) < 3


def test_glass_blur_moves_pixels_by_no_more_than_its_reach() -> None:
    x = np.zeros((1, 224, 224, 1), np.uint8)
    x[:, :112] = 255
    y = corrupt(x, "glass_blur", 1)[0, :, :, 0]
    assert (y[:100] == 255).all()
    assert (y[124:] == 0).all()
    assert ((y[109:115] > 0) & (y[109:115] < 255)).any()


def test_a_point_out_of_focus_is_a_disc_of_the_radius() -> None:
    x = np.zeros((1, 224, 224, 1), np.uint8)
    x[0, 106:119, 106:119] = 255
    y = corrupt(x, "defocus_blur", 3)[0, :, :, 0].astype(float)  # radius 6
    assert y[112, 112 + 6 + 6 - 1] > 0
    assert y[112, 112 + 6 + 6 + 3] == 0
    assert y.sum() == pytest.approx(13 * 13 * 255, rel=0.02)


def test_motion_blur_smears_along_one_direction() -> None:
    x = np.zeros((1, 224, 224, 1), np.uint8)
    x[0, 110:114, 110:114] = 255
    rows, columns = np.nonzero(corrupt(x, "motion_blur", 5)[0, :, :, 0] > 3)
    spread = np.linalg.eigvalsh(np.cov(np.stack([rows, columns])))
    assert spread[1] > 8 * spread[0]


def test_brightness_raises_the_mean_and_keeps_the_hue(scene: Images) -> None:
    means = [corrupt(scene, "brightness", s).mean() for s in range(6)]
    assert means == sorted(set(means))
    red = np.zeros((1, 16, 16, 3), np.uint8)
    red[..., 0] = 100
    assert corrupt(red, "brightness", 2)[0, 0, 0].tolist() == [151, 0, 0]  # V of HSV: 100/255 + 0.2


def test_contrast_pulls_towards_the_mean_and_keeps_it(scene: Images) -> None:
    y = corrupt(scene, "contrast", 4)
    assert abs(y.mean() - scene.mean()) < 0.5
    assert y.std(axis=(1, 2)) == pytest.approx(0.1 * scene.std(axis=(1, 2)), rel=0.1)


def test_weather_whitens_a_dark_image() -> None:
    dark = np.full((3, 96, 96, 3), 40, np.uint8)
    for kind in ("snow", "frost"):
        means = [corrupt(dark, kind, s).mean() for s in range(6)]
        assert means == sorted(set(means))
        assert corrupt(dark, kind, 3).std() > 10  # with structure, not evenly
    fog = corrupt(np.concatenate([dark // 4, dark * 5]), "fog", 3)
    assert fog.std() > 10


def test_elastic_transform_moves_and_hardly_invents_values(scene: Images) -> None:
    y = corrupt(scene, "elastic_transform", 5)
    assert y.min() >= scene.min()
    assert y.max() <= scene.max()
    assert abs(y.mean() - scene.mean()) < 8


def test_pixelate_leaves_blocks_of_one_color(scene: Images) -> None:
    y = corrupt(scene, "pixelate", 5)  # blocks of 1 + 3 * 96/224 = 2.3 pixels
    equal = [(np.diff(x, axis=2) == 0).all(axis=-1).mean() for x in (scene, y)]
    assert equal[0] < 0.05
    assert equal[1] > 0.5


def test_jpeg_breaks_at_the_borders_of_its_blocks() -> None:
    slope = np.tile(np.linspace(60, 200, 224), (1, 224, 1))[..., None].astype(np.uint8)
    steps = np.abs(np.diff(corrupt(slope, "jpeg_compression", 5)[0, :, :, 0].astype(int), axis=1)).mean(axis=0)
    border = np.arange(1, 224) % 8 == 0
    assert steps[border].mean() > 1.5 * steps[~border].mean()


@pytest.mark.parametrize(
    ("x", "kind", "severity", "message"),
    [
        (np.zeros((1, 9, 9, 3), np.uint8), "fogg", 1, "did you mean fog"),
        (np.zeros((1, 9, 9, 3), np.uint8), None, 1, "unknown corruption"),
        (np.zeros((1, 9, 9, 3), np.uint8), "fog", 6, "outside 0"),
        (np.zeros((1, 9, 9, 3), np.uint8), "fog", -1, "outside 0"),
        (np.zeros((1, 9, 9, 3), np.uint8), "fog", 2.5, "whole number"),
        (np.zeros((1, 9, 9, 3), np.float32), "fog", 1, "uint8"),
        (np.zeros((9, 9, 3), np.uint8), "fog", 1, r"image\[None\]"),
        (np.zeros((1, 9, 9, 4), np.uint8), "fog", 1, "3 or 1"),
        (np.zeros((1, 7, 9, 3), np.uint8), "fog", 1, "too small"),
        ([[1, 2]], "fog", 1, r"data\.test\.x"),
    ],
)
def test_bad_input_is_one_sentence(x: object, kind: str, severity: int, message: str) -> None:
    with pytest.raises(CourseError, match=message) as raised:
        corrupt(x, kind, severity)
    assert str(raised.value).endswith(".")


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(CourseError, match="seed=-1"):
        corrupt(np.zeros((1, 9, 9, 3), np.uint8), "fog", 1, seed=-1)


def test_no_images_give_no_images() -> None:
    assert corrupt(np.zeros((0, 9, 9, 3), np.uint8), "fog", 1).shape == (0, 9, 9, 3)
