"""Scenes to learn from: what is a fact in them, and that the same seed is the same scene."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.training import bank, channel
from models.training.labels import CLASSES
from models.training.palette import SYNTHESIS, Palette
from models.training.scenes import FRAMES, LENGTH, Mixer, Shares, window_targets
from models.training.takes import take
from node.sense.audio import logmel
from simulator.world.sounding import SoundName

NAMES = (SoundName.GUNSHOT_PISTOL, SoundName.HORN, SoundName.DOOR, SoundName.TALK)


@pytest.fixture(scope="module")
def palette() -> Palette:
    return Palette([], {name: [take(name, 1), take(name, 2)] for name in NAMES})


def scene_of(palette: Palette, seed: int, **shares: float) -> NDArray[np.float32]:
    return Mixer(palette, Shares(**shares)).scene(np.random.default_rng(seed)).samples


def test_the_same_seed_is_the_same_scene(palette: Palette) -> None:
    assert scene_of(palette, 5).tobytes() == scene_of(palette, 5).tobytes()


def test_another_seed_is_another_scene(palette: Palette) -> None:
    assert scene_of(palette, 5).tobytes() != scene_of(palette, 6).tobytes()


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_every_scene_is_two_and_a_half_seconds_of_finite_sound_within_full_scale(seed: int) -> None:
    made = Palette([], {SoundName.HORN: [take(SoundName.HORN, 1)], SoundName.DOOR: [take(SoundName.DOOR, 1)]})

    samples = scene_of(made, seed)

    assert samples.shape == (LENGTH,)
    assert np.isfinite(samples).all()
    assert float(np.abs(samples).max()) <= 1.0


def test_nothing_is_a_fact_where_nothing_but_what_tempts_is_drawn(palette: Palette) -> None:
    for seed in range(10):
        scene = Mixer(palette, Shares(event=0.0)).scene(np.random.default_rng(seed))

        assert not scene.fact.any()


def test_loud_events_are_facts_of_their_own_class(palette: Palette) -> None:
    mixer = Mixer(palette, Shares(event=1.0, second=0.0, loud=1.0))
    found = [mixer.scene(np.random.default_rng(seed)) for seed in range(12)]

    heard = {CLASSES[one] for scene in found for one in np.flatnonzero(scene.fact.any(axis=0))}
    assert heard == {"gunshot", "horn_or_alarm"}
    assert sum(scene.fact.any() for scene in found) >= 10


def test_a_frame_is_never_a_fact_and_unknown_of_one_class(palette: Palette) -> None:
    for seed in range(10):
        scene = Mixer(palette, Shares()).scene(np.random.default_rng(seed))

        assert not (scene.fact & scene.present).any()


def test_scenes_of_takes_name_no_recording(palette: Palette) -> None:
    scene = Mixer(palette, Shares(event=1.0)).scene(np.random.default_rng(1))

    assert set(scene.sources) == {SYNTHESIS}


def test_what_happens_only_at_the_end_of_a_window_is_no_fact_of_it() -> None:
    fact, present = np.zeros((FRAMES, 8), dtype=bool), np.zeros((FRAMES, 8), dtype=bool)
    fact[90:98, 0] = True

    assert window_targets(fact, present, 0)[0] == -1.0
    assert window_targets(fact, present, 50)[0] == 1.0
    assert window_targets(fact, present, 100)[0] == 0.0


@given(st.integers(0, 2**32 - 1))
def test_a_bank_says_of_a_window_what_its_scene_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fact = rng.random((3, FRAMES, 8)) < 0.004
    present = (rng.random((3, FRAMES, 8)) < 0.004) & ~fact
    firsts = rng.integers(0, FRAMES - logmel.FRAMES + 1, 3)
    packed = [np.packbits(one, axis=2, bitorder="little")[:, :, 0] for one in (fact, present)]

    found = bank.targets(packed[0], packed[1], firsts)

    for one in range(3):
        assert found[one].tolist() == window_targets(fact[one], present[one], int(firsts[one])).tolist()


@given(st.floats(0.6, 1.6))
def test_a_tone_played_faster_is_higher_by_as_much(ratio: float) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)

    played = channel.faster(tone, ratio)

    peak = np.abs(np.fft.rfft(played * np.hanning(played.size))).argmax() * 16_000 / played.size
    assert peak == pytest.approx(1000 * tone.size / played.size, rel=0.01)
    assert played.size == pytest.approx(tone.size / ratio, rel=0.2)


def test_what_air_takes_grows_with_the_frequency() -> None:
    gains = channel.air(np.random.default_rng(1), 100, 20.0)

    assert gains[0] == 1.0
    assert np.all(np.diff(gains) <= 0)
    assert float(gains[-1]) >= 10 ** (-20 / 20) - 1e-6


def test_noise_has_an_effective_value_of_one() -> None:
    sound = channel.self_noise(np.random.default_rng(1), 16_000, 1.0)

    assert float(np.sqrt(np.mean(np.square(sound)))) == pytest.approx(1.0, rel=1e-4)
