"""Shift measures, adaptation and comparison: against reference implementations and on cases with a known answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.transfer import (
    a_distance,
    adapt_batchnorm,
    batchnorm_distance,
    compare,
    coral,
    mean_distance,
    mmd,
    mmd_test,
    standardize,
)

RNG = np.random.default_rng


def domains(moved: float = 0.0, n: int = 60, m: int = 50, d: int = 4, seed: int = 0) -> tuple[Any, Any]:
    rng = RNG(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)) + moved


class TestShift:
    def test_a_distance_is_about_0_for_one_domain_and_2_for_two_that_never_overlap(self) -> None:
        same, apart = domains(0.0, 300, 300), domains(20.0)
        assert a_distance(*same) < 0.3
        assert a_distance(*apart) == pytest.approx(2.0, abs=0.02)

    def test_a_distance_does_not_take_unequal_numbers_for_a_shift(self) -> None:
        assert a_distance(*domains(0.0, 500, 40)) < 0.4

    def test_mean_distance_counts_standard_deviations_and_does_not_saturate(self) -> None:
        source, target = domains(0.0, 20_000, 20_000)
        assert mean_distance(source, 5 * source + 3) == pytest.approx(3.0, abs=0.1)
        assert mean_distance(source, target + 200) == pytest.approx(200, rel=0.02)

    def test_mean_distance_leaves_out_what_does_not_vary(self) -> None:
        source, target = domains(1.0, 5000, 5000)
        source[:, 0], target[:, 0] = 7, 9
        assert mean_distance(source, target) == pytest.approx(1.0, abs=0.1)
        with pytest.raises(CourseError, match="no feature varies"):
            mean_distance(np.ones((5, 2)), np.ones((5, 2)))

    def test_mmd_is_the_textbook_sum(self) -> None:
        source, target = domains(0.7, 9, 7)
        both = np.vstack([source, target])
        squared = ((both[:, None] - both[None]) ** 2).sum(-1)
        k = np.exp(-squared / np.median(squared[np.triu_indices(16, 1)]))
        ss = [k[i, j] for i in range(9) for j in range(9) if i != j]
        tt = [k[i, j] for i in range(9, 16) for j in range(9, 16) if i != j]
        st = [k[i, j] for i in range(9) for j in range(9, 16)]
        assert mmd(source, target) == pytest.approx(np.mean(ss) + np.mean(tt) - 2 * np.mean(st))

    def test_mmd_sees_a_change_of_spread_that_the_means_do_not_show(self) -> None:
        source, target = domains(0.0, 200, 200)
        assert mmd(source, 4 * target) > 20 * abs(mmd(source, target))

    def test_false_alarms_stay_within_the_level_and_real_shifts_are_found(self) -> None:
        alarms = [mmd_test(*domains(0.0, 25, 25, seed=s), level=0.1, shuffles=99, seed=s).shifted for s in range(120)]
        found = [mmd_test(*domains(0.8, 25, 25, seed=s), level=0.1, shuffles=99, seed=s).shifted for s in range(20)]
        assert np.mean(alarms) <= 0.18  # 0.1 and three standard errors
        assert np.mean(found) >= 0.9

    def test_the_alarm_agrees_with_the_threshold_that_is_shown(self) -> None:
        for moved in (0.0, 0.3, 0.6):
            result = mmd_test(*domains(moved, 30, 30), shuffles=199)
            assert result.shifted == (result.statistic > result.threshold)
            assert ("no shift" in str(result)) != result.shifted

    @pytest.mark.parametrize(
        ("source", "target", "said"),
        [
            (np.zeros((4, 4, 3)), np.zeros((4, 2)), r"shape \(n, d\)"),
            (np.zeros((4, 3)), np.zeros((4, 2)), "same layer"),
            (np.zeros((1, 3)), np.zeros((4, 3)), "two examples"),
            (np.full((4, 3), np.nan), np.zeros((4, 3)), "NaN"),
        ],
    )
    def test_bad_features_are_refused(self, source: Any, target: Any, said: str) -> None:
        for method in (a_distance, mean_distance, mmd, mmd_test, standardize, coral):
            with pytest.raises(CourseError, match=said):
                method(source, target)

    def test_levels_that_cannot_be_kept_are_refused(self) -> None:
        with pytest.raises(CourseError, match="rate of false alarms"):
            mmd_test(*domains(), level=1.5)
        with pytest.raises(CourseError, match="give 99 or more"):
            mmd_test(*domains(), level=0.01, shuffles=50)


class TestAdaptation:
    def test_each_domain_gets_its_own_mean_and_spread(self) -> None:
        source, target = domains(3.0)
        target[:, 1] = 5
        for x in standardize(source, target)[0:1]:
            np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
            np.testing.assert_allclose(x.std(axis=0), 1)
        moved = standardize(source, target)[1]
        np.testing.assert_allclose(moved[:, 1], 0)
        np.testing.assert_allclose(moved[:, 0].std(), 1)

    def test_coral_gives_the_source_the_moments_of_the_target(self) -> None:
        rng = RNG(1)
        source, target = rng.normal(size=(500, 3)), rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + [1, 2, 3]
        aligned = coral(source, target, ridge=1e-9)
        np.testing.assert_allclose(aligned.mean(axis=0), target.mean(axis=0), atol=1e-9)
        np.testing.assert_allclose(np.cov(aligned.T), np.cov(target.T), atol=1e-6)

    def test_coral_agrees_with_skada(self) -> None:
        skada = pytest.importorskip("skada", reason="the reference implementation comes with the development tools")
        rng = RNG(2)
        source, target = rng.normal(size=(80, 5)), rng.normal(size=(70, 5)) @ rng.normal(size=(5, 5))
        source, target = source - source.mean(axis=0), target - target.mean(axis=0)
        both, domain = np.vstack([source, target]), np.repeat([1, -2], [80, 70])
        theirs = skada.CORALAdapter(reg=1e-6).fit(both, sample_domain=domain)
        moved = theirs.fit_transform(both, sample_domain=domain)
        moved = np.asarray(moved["X"] if isinstance(moved, dict) else moved)
        np.testing.assert_allclose(coral(source, target, ridge=1e-6), moved[:80], rtol=1e-3, atol=1e-3)

    def test_coral_works_with_fewer_examples_than_features(self) -> None:
        source, target = domains(1.0, 8, 6, d=40)
        assert np.isfinite(coral(source, target)).all()
        with pytest.raises(CourseError, match="ridge=0"):
            coral(source, target, ridge=0)

    @staticmethod
    def model() -> Any:
        import keras

        keras.utils.set_random_seed(0)
        base = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                keras.layers.Conv2D(4, 3, use_bias=False),
                keras.layers.BatchNormalization(momentum=0.9, name="norm"),
                keras.layers.Dropout(0.5),
                keras.layers.GlobalAveragePooling2D(),
            ],
            name="base",
        )
        base.trainable = False
        inputs = keras.Input((8, 8, 1))
        return keras.Model(inputs, keras.layers.Dense(2)(base(inputs)))

    def test_batchnorm_takes_the_statistics_of_the_target_and_nothing_else_changes(self) -> None:
        model = self.model()
        norm = model.get_layer("base").get_layer("norm")
        x = RNG(0).normal(3, 2, (60, 8, 8, 1)).astype("float32")
        before = [w.numpy().copy() for w in model.trainable_weights]
        kernel = model.get_layer("base").layers[0].kernel
        assert adapt_batchnorm(model, x, batch_size=20) == 1
        import keras

        maps = keras.ops.convert_to_numpy(keras.ops.conv(x, kernel))
        np.testing.assert_allclose(norm.moving_mean, maps.mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-3)
        # the average of the variances of three batches, not the variance of all
        parts = np.mean([p.var(axis=(0, 1, 2)) for p in np.split(maps, 3)], axis=0)
        np.testing.assert_allclose(norm.moving_variance, parts, rtol=1e-3)
        assert not norm.trainable
        assert norm.momentum == 0.9
        assert model.get_layer("base").layers[2].rate == 0.5
        for weight, old in zip(model.trainable_weights, before, strict=True):
            np.testing.assert_array_equal(weight.numpy(), old)

    def test_a_failure_half_way_leaves_the_flags_as_they_were(self) -> None:
        model = self.model()
        with pytest.raises(Exception, match=r"."):
            adapt_batchnorm(model, np.zeros((10, 4, 4, 3), "float32"))
        norm = model.get_layer("base").get_layer("norm")
        assert (norm.trainable, norm.momentum) == (False, 0.9)

    def test_a_model_without_batchnorm_and_a_lone_image_are_refused(self) -> None:
        import keras

        plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        with pytest.raises(CourseError, match="no BatchNorm"):
            adapt_batchnorm(plain, np.zeros((5, 3)))
        with pytest.raises(CourseError, match="two images"):
            adapt_batchnorm(self.model(), np.zeros((1, 8, 8, 1)))


class TestRememberedDistance:
    @staticmethod
    def model() -> tuple[Any, Any]:
        """Return a model that passes its channels on to a BatchNorm layer, and that layer."""
        import keras

        inputs = keras.Input((4, 4, 2))
        norm = keras.layers.BatchNormalization(epsilon=0.0)
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(norm(inputs))), norm

    def test_it_counts_the_standard_deviations_that_were_kept(self) -> None:
        model, norm = self.model()
        norm.set_weights([np.ones(2), np.zeros(2), np.array([1.0, 5.0]), np.array([4.0, 9.0])])
        x = np.stack([np.full((3, 4, 4), 3.0), np.full((3, 4, 4), 17.0)], axis=-1)  # 1 and 4 of them away
        assert batchnorm_distance(model, x) == pytest.approx(np.sqrt((1 + 16) / 2))

    def test_the_source_itself_is_near(self) -> None:
        model, _ = self.model()
        x = RNG(0).normal([2.0, -3.0], [0.5, 4.0], (100, 4, 4, 2))
        adapt_batchnorm(model, x, batch_size=100)
        assert batchnorm_distance(model, x) < 1e-3
        assert batchnorm_distance(model, x + 4.0) == pytest.approx(np.sqrt((8**2 + 1) / 2), rel=0.05)

    def test_what_cannot_be_measured_is_refused(self) -> None:
        import keras

        plain = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Conv2D(2, 3)])
        with pytest.raises(CourseError, match="no BatchNorm layer, so"):
            batchnorm_distance(plain, np.zeros((2, 4, 4, 3)))
        inner, _ = self.model()
        outer = keras.Sequential([keras.Input((4, 4, 2)), inner])
        with pytest.raises(CourseError, match="give that one"):
            batchnorm_distance(outer, np.zeros((2, 4, 4, 2)))
        with pytest.raises(CourseError, match="no images"):
            batchnorm_distance(inner, np.zeros((0, 4, 4, 2)))


class TestComparison:
    def test_the_interval_is_students(self) -> None:
        from scipy import stats

        new, old = RNG(0).normal(0.7, 0.02, 6), RNG(1).normal(0.6, 0.02, 6)
        result = compare(new, old)
        expected = stats.ttest_rel(new, old).confidence_interval(0.95)
        assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
        assert (result.verdict, result.wins, result.seeds) == ("better", 6, 6)
        assert compare(old, new).verdict == "worse"

    def test_what_a_seed_does_to_both_falls_out(self) -> None:
        seeds = RNG(0).normal(0, 0.2, 8)
        result = compare(0.52 + seeds + [0.001, -0.001] * 4, 0.5 + seeds)
        assert result.verdict == "better"
        assert result.mean == pytest.approx(0.02)

    def test_noise_is_neither_a_difference_nor_none(self) -> None:
        result = compare([0.5, 0.6, 0.4], [0.6, 0.4, 0.5])
        assert result.verdict == "not settled"
        assert "not settled" in str(result)
        assert result.to_json()["verdict"] == "not settled"

    def test_no_difference_has_to_be_shown(self) -> None:
        new = [0.701, 0.699, 0.700, 0.702, 0.698]
        assert compare(new, 0.7).verdict == "the same"
        assert compare(new, 0.7, margin=0.001).verdict == "not settled"

    def test_held_out_images_are_a_sample_too(self) -> None:
        """Over many draws of seeds and images, the interval holds the truth about as often as it says."""
        rng, truth, seeds, images, inside, narrow = RNG(0), 0.1, 5, 60, 0, 0
        for _ in range(300):
            hard = rng.normal(0, 0.35, images)  # what an image does to the difference
            luck = rng.normal(0, 0.02, (seeds, 1))
            p = np.clip(0.5 + (truth + hard + luck) / 2, 0, 1), np.clip(0.5 - (truth + hard + luck) / 2, 0, 1)
            new, old = ((rng.random((seeds, images)) < one).astype(float) for one in p)
            both, alone = compare(new, old), compare(new.mean(1), old.mean(1))
            inside += both.low < truth < both.high
            narrow += alone.low < truth < alone.high
            assert both.images == images
            assert alone.images is None
        assert inside / 300 > 0.93
        assert narrow < inside

    def test_one_number_may_stand_for_the_other_way(self) -> None:
        assert compare([0.6, 0.7, 0.65], 0.5) == compare([0.6, 0.7, 0.65], [0.5, 0.5, 0.5])

    @pytest.mark.parametrize(
        ("new", "old", "said"),
        [
            ([0.5, 0.6], [0.5], "same seeds"),
            ([0.5], [0.5], "two seeds"),
            ([0.5, np.nan], [0.5, 0.5], "NaN"),
            (np.ones((3, 4)), np.ones((3, 5)), "same seeds"),
        ],
    )
    def test_bad_results_are_refused(self, new: Any, old: Any, said: str) -> None:
        with pytest.raises(CourseError, match=said):
            compare(new, old)
