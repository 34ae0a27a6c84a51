from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sight.scene import Scene
from simulator.sight.sensor import compressed, flicker, sway_px, with_gain
from simulator.world.street import Light, Traits
from tests.unit.simulator.staged_street import LOOKS, StagedStreet, stands

SWAY_PX = 4.0


@given(st.integers(0, 2**32 - 1), st.floats(0, 86_400), st.floats(0, 20))
def test_a_pole_never_sways_farther_than_it_is_told(seed: int, t_s: float, most_px: float) -> None:
    assert np.hypot(*sway_px(seed, t_s, most_px)) <= most_px + 1e-9


@given(st.integers(0, 1000), st.floats(0, 1000))
def test_a_pole_sways_smoothly(seed: int, t_s: float) -> None:
    before, after = sway_px(seed, t_s, SWAY_PX), sway_px(seed, t_s + 0.01, SWAY_PX)

    assert np.hypot(after[0] - before[0], after[1] - before[1]) < 0.2


@pytest.mark.parametrize(("width", "height", "t_s"), [(640, 360, 0.4), (640, 360, 1.3), (960, 540, 0.9)])
def test_the_whole_picture_moves_by_the_stated_pixels(width: int, height: int, t_s: float) -> None:
    people = [(stands(), LOOKS)]
    still = Scene(StagedStreet(people), width, height).picture(t_s)
    moved = Scene(StagedStreet(people, traits=Traits(sway_px=SWAY_PX)), width, height).picture(t_s)

    shift, _ = cv2.phaseCorrelate(*(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY).astype(np.float32) for one in (still, moved)))

    assert shift == pytest.approx(sway_px(7, t_s, SWAY_PX * width / 640), abs=0.35)


def test_a_figure_sways_with_the_street() -> None:
    traits = Traits(sway_px=SWAY_PX)
    scene, empty = Scene(StagedStreet([(stands(), LOOKS)], traits=traits)), Scene(StagedStreet(traits=traits))
    still = Scene(StagedStreet([(stands(), LOOKS)])), Scene(StagedStreet())

    def middle(one: Scene, none: Scene, t_s: float) -> np.ndarray:
        changed = np.abs(one.picture(t_s).astype(int) - none.picture(t_s)).max(axis=2) > 25
        return np.asarray(np.argwhere(changed).mean(axis=0)[::-1])

    assert middle(scene, empty, 0.4) - middle(*still, 0.4) == pytest.approx(sway_px(7, 0.4, SWAY_PX), abs=0.5)


@given(st.floats(0, 86_400), st.integers(1, 1080), st.floats(0, 1))
def test_flicker_takes_no_more_light_than_its_depth(t_s: float, rows: int, depth: float) -> None:
    left = flicker(t_s, rows, depth)

    assert left.shape == (rows,)
    assert left.min() >= 1 - depth - 1e-9
    assert left.max() <= 1 + 1e-9


def test_lamps_beat_with_the_frame_rate() -> None:
    scene = Scene(StagedStreet(traits=Traits(light=Light.NIGHT, flicker=0.4)))
    steady = Scene(StagedStreet(traits=Traits(light=Light.NIGHT)))

    shares = [scene.picture(i / 5).mean() / steady.picture(i / 5).mean() for i in range(0, 90, 5)]

    assert max(shares) - min(shares) > 0.15
    assert min(shares) >= 0.6 - 0.02
    assert max(shares) <= 1.02


def test_by_day_no_lamp_flickers() -> None:
    shaky, steady = (Scene(StagedStreet(traits=Traits(flicker=flicker_))) for flicker_ in (1.0, 0.0))

    assert shaky.picture(3.2).tobytes() == steady.picture(3.2).tobytes()


@given(st.floats(0, 3))
def test_a_gain_multiplies_every_pixel(gain: float) -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)

    assert np.abs(with_gain(picture, np.full((4, 3), gain)) - np.minimum(255, picture * gain)).max() <= 0.5 + 1e-6


def test_rows_may_have_gains_of_their_own() -> None:
    picture = np.full((2, 3, 3), 100, dtype=np.uint8)

    darker = with_gain(picture, np.array([[1.0] * 3, [0.5] * 3]))

    assert darker[0].tolist() == [[100] * 3] * 3
    assert darker[1].tolist() == [[50] * 3] * 3


def test_the_harder_a_picture_is_compressed_the_more_it_is_off() -> None:
    picture = Scene(StagedStreet([(stands(), LOOKS)])).picture(0.0)

    off = [float(np.abs(compressed(picture, c).astype(int) - picture).mean()) for c in (0.1, 0.5, 0.9, 1.0)]

    assert off == sorted(off)
    assert off[0] < 3
    assert off[-1] > 1.5 * off[0]


def test_hard_compression_leaves_blocks_of_eight_pixels() -> None:
    ramp = np.linspace(20, 230, 640).astype(np.uint8)
    picture = np.broadcast_to(ramp[None, :, None], (64, 640, 3)).copy()

    steps = np.abs(np.diff(compressed(picture, 1.0)[32, :, 1].astype(int)))

    assert steps[7::8].mean() > 2 * np.delete(steps, np.s_[7::8]).mean()


def test_a_compressed_street_is_the_same_on_two_runs() -> None:
    traits = Traits(compression=0.6, rain_mm_per_h=5.0, sway_px=3.0, flicker=0.2, light=Light.DUSK)
    first, second = (Scene(StagedStreet([(stands(), LOOKS)], traits=traits)) for _ in range(2))
    second.picture(7.0)

    assert first.picture(2.2).tobytes() == second.picture(2.2).tobytes()


def test_rain_leaves_upright_streaks_that_are_elsewhere_a_moment_later() -> None:
    dry, wet = (Scene(StagedStreet(traits=Traits(light=Light.OVERCAST, rain_mm_per_h=r))) for r in (0.0, 20.0))
    noise, first, second = (s.picture(t).astype(int) - s.empty() for s, t in ((dry, 1.0), (wet, 1.0), (wet, 1.2)))
    streaks = np.asarray((first > 14).all(axis=2))

    assert streaks.mean() > 5 * (noise > 14).all(axis=2).mean() + 0.001
    assert tall_runs(streaks) > 2 * tall_runs(streaks.T)
    assert (streaks & (second > 14).all(axis=2)).sum() < 0.2 * streaks.sum()


def tall_runs(mask: np.ndarray) -> int:
    """In how many places five pixels in a column are set."""
    return int(np.logical_and.reduce([mask[i : mask.shape[0] - 5 + i] for i in range(5)]).sum())


def test_wet_ground_is_darker() -> None:
    road = np.s_[200:320, 100:250]
    dry, wet = (
        Scene(StagedStreet(traits=Traits(light=Light.OVERCAST, rain_mm_per_h=r))).empty()[road] for r in (0.0, 20.0)
    )

    assert wet.mean() < 0.9 * dry.mean()
