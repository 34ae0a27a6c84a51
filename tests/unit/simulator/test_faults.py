"""Faults behind the node's ports: what they do to sound and pictures, and what the node makes of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from node.airlock.record import Body, IncidentBegan, WindowSensed
from node.config.settings import Settings
from node.errors import CameraError, MicrophoneError, OperatorError
from node.ops.clock import FixedClock
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Pipeline
from node.sense.truth.camera import CameraState
from node.sense.truth.microphone import MicrophoneState
from simulator.faults import LSB, Fault, FaultName, FaultyCamera, FaultyMicrophone

NIGHT = Settings.model_validate({"node": {"id": "pole-1"}, "summary": {"window_s": 3600}})
LENGTH_S, FROM_S, TO_S = 60, 20.0, 40.0
HUM = (0.002 * np.random.default_rng(1).standard_normal(LENGTH_S * SAMPLE_RATE_HZ)).astype(np.float32)
HOUSES = np.random.default_rng(2).integers(30, 220, (90, 160, 3), dtype=np.uint8)
FPS = 5
Samples = NDArray[np.float32]

MICROPHONE_FAULTS = [name for name in FaultName if name.startswith("microphone.")]
CAMERA_FAULTS = [name for name in FaultName if name.startswith("camera.")]


class Steady(Microphone):
    """A microphone that hears what it is given, in blocks of one size; it gives none while it `holds_back`."""

    def __init__(self, samples: Samples, *, block: int = 4800, origin_s: float = 0.0) -> None:
        self._samples = samples
        self._block = block
        self._origin_s = origin_s
        self._next = 0
        self.holds_back = False
        self.closed = 0

    def read(self, timeout_s: float) -> AudioBlock | None:  # noqa: ARG002 - the port's argument; nothing waits here
        if self.holds_back:
            return None
        if self._next >= self._samples.size:
            raise EndOfMedia
        samples = self._samples[self._next : self._next + self._block]
        captured_s = self._origin_s + self._next / SAMPLE_RATE_HZ
        self._next += samples.size
        return AudioBlock(samples, captured_s, clipped_samples=int(np.count_nonzero(np.abs(samples) >= 1)))

    def close(self) -> None:
        self.closed += 1


class Still(Camera):
    """A camera before houses: the noise of its sensor is all that moves. It gives nothing while it `holds_back`."""

    def __init__(self, *, origin_s: float = 0.0) -> None:
        self._origin_s = origin_s
        self._rng = np.random.default_rng(3)
        self._next = 0
        self.holds_back = False
        self.closed = 0

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 - the port's argument; nothing waits here
        if self.holds_back:
            return None
        if self._next >= LENGTH_S * FPS:
            raise EndOfMedia
        pixels = (HOUSES + self._rng.integers(-3, 4, HOUSES.shape)).astype(np.uint8)
        self._next += 1
        return Frame(pixels, self._origin_s + (self._next - 1) / FPS)

    def close(self) -> None:
        self.closed += 1


class Run:
    """What the node makes of a steady street through faulty devices."""

    def __init__(self) -> None:
        self.records: list[tuple[Body, float]] = []
        self.microphone_states: Counter[MicrophoneState] = Counter()
        self.camera_states: Counter[CameraState] = Counter()
        self.errors = 0
        self._pipeline = Pipeline(NIGHT, FixedClock(0.0), lambda body, at_s: self.records.append((body, at_s)))

    def hear(self, microphone: Microphone) -> Run:
        for block in parts(microphone):
            if block is None:
                self.errors += 1
            else:
                self._pipeline.hear(block)
                self.microphone_states[self._pipeline.microphone_state] += 1
        self._pipeline.finish(float(LENGTH_S))
        return self

    def look(self, camera: Camera) -> Run:
        for frame in pictures(camera):
            if frame is None:
                self.errors += 1
            else:
                self._pipeline.look(frame)
                self.camera_states[self._pipeline.camera_state] += 1
        self._pipeline.finish(float(LENGTH_S))
        return self

    @property
    def incidents(self) -> list[float]:
        return [at_s for body, at_s in self.records if isinstance(body, IncidentBegan)]

    @property
    def window(self) -> WindowSensed:
        [window] = [body for body, _ in self.records if isinstance(body, WindowSensed)]
        return window


def parts(microphone: Microphone) -> list[AudioBlock | None]:
    """Everything to the end; None for each error."""
    found: list[AudioBlock | None] = []
    while True:
        try:
            found.append(microphone.read(1.0))
        except MicrophoneError:
            found.append(None)
        except EndOfMedia:
            return found


def blocks(microphone: Microphone) -> list[AudioBlock]:
    return [block for block in parts(microphone) if block is not None]


def pictures(camera: Camera) -> list[Frame | None]:
    found: list[Frame | None] = []
    while True:
        try:
            found.append(camera.read(1.0))
        except CameraError:
            found.append(None)
        except EndOfMedia:
            return found


def frames(camera: Camera) -> list[Frame]:
    return [frame for frame in pictures(camera) if frame is not None]


def sound(microphone: Microphone) -> Samples:
    """All of it, what is missing as NaN: the bookkeeping of lost samples has to hold."""
    gone: list[Samples] = []
    for block in blocks(microphone):
        gone += [np.full(block.lost_samples, np.nan, np.float32), block.samples]
    return np.concatenate(gone)


def faulty(name: str, from_s: float = FROM_S, to_s: float = TO_S, *, seed: int = 0) -> FaultyMicrophone:
    return FaultyMicrophone(Steady(HUM), [Fault(name, from_s, to_s)], seed=seed)


def spoilt(name: str, from_s: float = FROM_S, to_s: float = TO_S, *, seed: int = 0) -> FaultyCamera:
    return FaultyCamera(Still(), [Fault(name, from_s, to_s)], seed=seed)


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
    if name != FaultName.MICROPHONE_DROPOUTS:
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


# What each fault of a microphone is


def during(name: str) -> Samples:
    return sound(faulty(name))[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]


def test_a_deaf_microphone_gives_digital_zero() -> None:
    assert not during("microphone.deaf").any()


def test_dither_is_the_last_bit_and_nothing_else() -> None:
    assert np.array_equal(np.unique(during("microphone.dither")), [-LSB, 0, LSB])


def test_a_stuck_converter_repeats_one_value() -> None:
    assert np.unique(during("microphone.stuck")).size == 1


def test_too_much_gain_is_40_db_as_long_as_it_does_not_clip() -> None:
    gain = during("microphone.clipped") / HUM[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]

    assert 20 * np.log10(gain[np.isfinite(gain)]) == pytest.approx(40.0, abs=1e-3)


def test_what_too_much_gain_cuts_at_the_rail_is_counted() -> None:
    found = blocks(FaultyMicrophone(Steady(10 * HUM), [Fault("microphone.clipped", 20, 40)]))
    whole = np.concatenate([block.samples for block in found])

    assert np.abs(whole).max() == 1.0
    assert sum(block.clipped_samples for block in found) == np.count_nonzero(np.abs(10 * HUM[960_000:1_920_000]) > 0.01)


def test_a_tenth_of_the_sound_drops_out() -> None:
    assert np.mean(np.isnan(during("microphone.dropouts"))) == pytest.approx(0.1, abs=0.05)


def test_a_lost_microphone_raises_during_the_fault_and_comes_back() -> None:
    found = parts(faulty("microphone.lost", 20.0, 21.0))

    assert [i for i, block in enumerate(found) if block is None] == list(range(200, 210))
    back = found[210]
    assert back is not None
    assert back.captured_s == pytest.approx(21.0)
    assert back.lost_samples == SAMPLE_RATE_HZ


def test_a_lost_microphone_stays_lost_while_nothing_comes() -> None:
    inner = Steady(HUM)
    microphone = FaultyMicrophone(inner, [Fault("microphone.lost", 0, 10)])
    with pytest.raises(MicrophoneError):
        microphone.read(1.0)
    inner.holds_back = True

    with pytest.raises(MicrophoneError, match=r"microphone\.lost"):
        microphone.read(1.0)


def test_a_sound_microphone_that_has_nothing_gives_nothing() -> None:
    inner = Steady(HUM)
    inner.holds_back = True

    assert FaultyMicrophone(inner, [Fault("microphone.lost", 0, 10)]).read(1.0) is None


def test_wind_is_strong_and_under_50_hz() -> None:
    wind = during("microphone.wind") - HUM[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]
    power = np.square(np.abs(np.fft.rfft(wind * np.hanning(wind.size))))
    f_hz = np.fft.rfftfreq(wind.size, 1 / SAMPLE_RATE_HZ)

    assert power[f_hz < 50].sum() > 0.999 * power.sum()
    assert 20 * np.log10(np.std(wind) / np.std(HUM)) > 30


# What the node makes of them


# More gain is more level: the node tells a spike of it, and cannot know better yet. So it is not among these.
@pytest.mark.parametrize("name", [name for name in MICROPHONE_FAULTS if name != FaultName.MICROPHONE_CLIPPED])
@pytest.mark.parametrize("off_s", [0.0, 0.03])
def test_no_fault_of_the_microphone_is_an_incident_on_a_steady_street(name: str, off_s: float) -> None:
    assert Run().hear(faulty(name, FROM_S + off_s, TO_S + off_s)).incidents == []


@pytest.mark.parametrize("name", ["microphone.deaf", "microphone.dither", "microphone.stuck", "microphone.lost"])
def test_a_microphone_that_hears_nothing_does_not_count_as_hearing(name: str) -> None:
    run = Run().hear(faulty(name))

    assert run.window.sound_exposure_s == pytest.approx(LENGTH_S - (TO_S - FROM_S), abs=1)


@pytest.mark.parametrize("name", ["microphone.deaf", "microphone.dither", "microphone.stuck"])
def test_a_dead_microphone_is_silent_to_the_node(name: str) -> None:
    assert Run().hear(faulty(name)).microphone_states[MicrophoneState.SILENT] == pytest.approx(200, abs=5)


def test_dropouts_are_gaps_to_the_node_and_the_rest_is_heard() -> None:
    run = Run().hear(faulty("microphone.dropouts"))

    assert run.microphone_states[MicrophoneState.GAPPED] >= 10
    assert LENGTH_S - 8 <= run.window.sound_exposure_s < LENGTH_S


def test_a_loud_street_with_too_much_gain_is_clipped_to_the_node() -> None:
    run = Run().hear(FaultyMicrophone(Steady(5 * HUM), [Fault("microphone.clipped", FROM_S, TO_S)]))

    assert run.microphone_states[MicrophoneState.CLIPPED] == pytest.approx(200, abs=5)


@pytest.mark.parametrize("name", CAMERA_FAULTS)
def test_no_fault_of_the_camera_is_an_incident_on_a_steady_street(name: str) -> None:
    assert Run().look(spoilt(name)).incidents == []


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("camera.frozen", CameraState.FROZEN),
        ("camera.covered", CameraState.COVERED),
        ("camera.dark", CameraState.DARK),
    ],
)
def test_a_camera_that_does_not_see_is_known_after_five_seconds_and_does_not_count_as_seeing(
    name: str, state: CameraState
) -> None:
    run = Run().look(spoilt(name))

    assert run.camera_states[state] == pytest.approx((TO_S - FROM_S - 5) * FPS, abs=2)
    assert run.window.sight_exposure_s == pytest.approx(LENGTH_S - (TO_S - FROM_S - 5), abs=1)


def test_a_lost_camera_does_not_count_as_seeing() -> None:
    run = Run().look(spoilt("camera.lost"))

    assert run.errors == (TO_S - FROM_S) * FPS
    assert run.window.sight_exposure_s == pytest.approx(LENGTH_S - (TO_S - FROM_S), abs=1)


def test_a_moved_camera_still_sees() -> None:
    run = Run().look(spoilt("camera.moved"))

    assert run.camera_states == {CameraState.OK: LENGTH_S * FPS}


# What each fault of a camera is


def test_a_frozen_camera_repeats_the_picture_before_under_new_instants() -> None:
    seen = frames(spoilt("camera.frozen"))
    before = seen[int(FROM_S * FPS) - 1]

    assert all(np.array_equal(frame.pixels, before.pixels) for frame in seen[100:200])
    assert [frame.captured_s for frame in seen] == pytest.approx([i / FPS for i in range(LENGTH_S * FPS)])
    assert not np.array_equal(seen[200].pixels, before.pixels)


def test_a_camera_that_is_frozen_from_the_beginning_repeats_its_first_picture() -> None:
    seen = frames(spoilt("camera.frozen", 0, 10))

    assert all(np.array_equal(frame.pixels, seen[0].pixels) for frame in seen[:50])


def test_whoever_paints_on_a_frozen_picture_does_not_unfreeze_it() -> None:
    camera = spoilt("camera.frozen", 0, 10)
    first, second = (camera.read(1.0) for _ in range(2))
    assert first is not None
    assert second is not None
    second.pixels[:] = 0
    third = camera.read(1.0)

    assert third is not None
    assert np.array_equal(third.pixels, first.pixels)


def test_a_covered_camera_shows_an_even_grey_that_is_never_the_same_twice() -> None:
    one, other = (frame.pixels for frame in frames(spoilt("camera.covered"))[120:122])

    assert one.shape == HOUSES.shape
    assert float(np.std(one)) < 4
    assert 24 < float(np.mean(one)) < 80
    assert not np.array_equal(one, other)


def test_a_moved_camera_shows_the_street_a_third_of_the_picture_aside() -> None:
    sound_frames, moved = frames(Still()), frames(spoilt("camera.moved"))

    assert np.array_equal(moved[150].pixels[:, 53:], sound_frames[150].pixels[:, :-53])
    assert np.array_equal(moved[50].pixels, sound_frames[50].pixels)


def test_a_lost_camera_stays_lost_while_nothing_comes() -> None:
    inner = Still()
    camera = FaultyCamera(inner, [Fault("camera.lost", 0, 10)])
    with pytest.raises(CameraError):
        camera.read(1.0)
    inner.holds_back = True

    with pytest.raises(CameraError, match=r"camera\.lost"):
        camera.read(1.0)


def test_a_sound_camera_that_has_nothing_gives_nothing() -> None:
    inner = Still()
    inner.holds_back = True

    assert FaultyCamera(inner, []).read(1.0) is None
