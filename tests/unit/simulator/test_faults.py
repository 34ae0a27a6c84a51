"""Faults behind the node's ports: the catalogue, and the borders, seeds and blocks of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import OperatorError
from node.sense.capture.ports import SAMPLE_RATE_HZ, Camera, Microphone
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault, FaultyCamera, FaultyMicrophone
from tests.unit.simulator.faulty_street import (
    FPS,
    HUM,
    MICROPHONE_FAULTS,
    Steady,
    Still,
    blocks,
    faulty,
    frames,
    sound,
    spoilt,
)

# The catalogue


def test_an_unknown_fault_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(OperatorError, match=r"no fault 'microphone\.rust'.*microphone\.deaf.*camera\.lost"):
        Fault("microphone.rust", 0, 1)


@pytest.mark.parametrize(("from_s", "to_s"), [(5, 5), (5, 4), (float("nan"), 4), (0, float("nan"))])
def test_a_fault_without_a_time_is_refused(from_s: float, to_s: float) -> None:
    with pytest.raises(OperatorError, match=r"camera\.lost ends before it begins"):
        Fault("camera.lost", from_s, to_s)


def test_faulty_devices_are_devices_that_close_what_they_hold() -> None:
    microphone, camera = Steady(HUM), Still()
    faulty_microphone, faulty_camera = FaultyMicrophone(microphone, []), FaultyCamera(camera, [])

    faulty_microphone.close()
    faulty_camera.close()

    assert isinstance(faulty_microphone, Microphone)
    assert isinstance(faulty_camera, Camera)
    assert (microphone.closed, camera.closed) == (1, 1)


def test_a_device_without_its_own_faults_is_untouched() -> None:
    heard = blocks(FaultyMicrophone(Steady(HUM), [Fault("camera.lost", 0, 60)]))
    seen = frames(FaultyCamera(Still(), [Fault("microphone.lost", 0, 60)]))

    assert np.array_equal(np.concatenate([block.samples for block in heard]), HUM)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(seen, frames(Still()), strict=True))


# Borders, seeds, blocks


@pytest.mark.parametrize("name", MICROPHONE_FAULTS)
def test_the_borders_of_a_fault_are_exact_to_the_sample(name: str) -> None:
    first, last = round(20.01 * SAMPLE_RATE_HZ), round(21.23 * SAMPLE_RATE_HZ)
    changed = sound(faulty(name, 20.01, 21.23)) != HUM

    assert not changed[:first].any()
    assert not changed[last:].any()
    assert changed.any()
    if name not in {FaultName.MICROPHONE_DROPOUTS, FaultName.MICROPHONE_CRACKLES}:  # these come now and then
        assert (changed[first], changed[last - 1]) == (True, True)


@pytest.mark.parametrize("name", MICROPHONE_FAULTS)
@settings(max_examples=10, deadline=None)
@given(
    block=st.integers(1000, 20_000), from_s=st.floats(0.0, 2.5), lasts_s=st.floats(0.001, 2.5), seed=st.integers(0, 9)
)
def test_how_sound_is_cut_into_blocks_changes_nothing(
    name: str, block: int, from_s: float, lasts_s: float, seed: int
) -> None:
    faults = [Fault(name, from_s, from_s + lasts_s)]
    some = HUM[: 4 * SAMPLE_RATE_HZ]
    one, other = (FaultyMicrophone(Steady(some, block=size), faults, seed=seed) for size in (block, some.size))

    a, b = sound(one), sound(other)

    length = min(a.size, b.size)  # what is lost at the very end is counted by nobody
    assert np.array_equal(a[:length], b[:length], equal_nan=True)


@pytest.mark.parametrize("name", MICROPHONE_FAULTS)
def test_samples_keep_their_instants(name: str) -> None:
    due_s = 0.0
    for block in blocks(faulty(name, 20.01, 21.23)):
        due_s += block.lost_samples / SAMPLE_RATE_HZ

        assert block.captured_s == pytest.approx(due_s, abs=1e-6)
        due_s += block.duration_s


@pytest.mark.parametrize("name", ["microphone.dither", "microphone.dropouts", "microphone.wind"])
def test_the_seed_decides_what_chance_does_to_sound(name: str) -> None:
    one, same, other = (sound(faulty(name, 1, 5, seed=seed)) for seed in (4, 4, 5))

    assert np.array_equal(one, same, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize("name", ["camera.covered", "camera.dark"])
def test_the_seed_decides_the_noise_of_a_picture(name: str) -> None:
    one, same, other = (frames(spoilt(name, seed=seed))[150].pixels for seed in (4, 4, 5))

    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_time_of_faults_is_counted_from_the_origin() -> None:
    origin_s = 98_765.4
    fault = [Fault("microphone.deaf", 2, 3)]

    heard = sound(FaultyMicrophone(Steady(HUM, origin_s=origin_s), fault, origin_s=origin_s))
    seen = frames(FaultyCamera(Still(origin_s=origin_s), [Fault("camera.dark", 2, 3)], origin_s=origin_s))

    assert np.array_equal(np.flatnonzero(heard == 0), np.arange(2 * SAMPLE_RATE_HZ, 3 * SAMPLE_RATE_HZ))
    assert [i for i, frame in enumerate(seen) if frame.pixels.max() < 24] == list(range(2 * FPS, 3 * FPS))


def test_a_fault_may_last_for_ever() -> None:
    heard = sound(faulty("microphone.deaf", 20, float("inf")))
    seen = frames(spoilt("camera.dark", 20, float("inf")))

    assert not heard[20 * SAMPLE_RATE_HZ :].any()
    assert all(frame.pixels.max() < 24 for frame in seen[20 * FPS :])


def test_faults_that_overlap_act_in_their_order() -> None:
    loud = [Fault("microphone.stuck", 1, 3), Fault("microphone.clipped", 2, 4)]
    heard = sound(FaultyMicrophone(Steady(HUM[: 5 * SAMPLE_RATE_HZ]), loud))

    assert np.unique(heard[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ]) == pytest.approx([0.3])
    assert np.array_equal(np.unique(heard[2 * SAMPLE_RATE_HZ : 3 * SAMPLE_RATE_HZ]), [1.0])
