from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, EndOfMedia, Frame, Microphone
from simulator.pole.devices import KEPT_S, Pace, StreetCamera, StreetMicrophone
from simulator.sound.soundscape import Capsule
from simulator.world.street import Street

BEGAN_S = 1000.0


SMALL = (160, 90)


class HandClock:
    """A clock that moves when somebody waits, or when it is pushed. `now_s` is what it shows."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.waited_s = 0.0

    def pace(self) -> Pace:
        return Pace(BEGAN_S, clock=lambda: self.now_s, wait=self.wait)

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.waited_s += seconds


def heard(microphone: Microphone) -> AudioBlock:
    block = microphone.read(1.0)
    assert block is not None
    return block


def seen(camera: Camera) -> Frame:
    frame = camera.read(1.0)
    assert frame is not None
    return frame


def test_a_street_microphone_is_a_microphone() -> None:
    assert isinstance(StreetMicrophone(Street(1)), Microphone)


def test_a_street_camera_is_a_camera() -> None:
    assert isinstance(StreetCamera(Street(1), size=SMALL), Camera)


def test_without_a_pace_sound_is_dated_by_the_street() -> None:
    microphone = StreetMicrophone(Street(1), block=1000)

    blocks = [heard(microphone) for _ in range(3)]

    assert [block.captured_s for block in blocks] == pytest.approx([0.0, 1000 / 48_000, 2000 / 48_000])


@given(st.integers(1, 9000))
@settings(max_examples=10, deadline=None)
def test_blocks_of_any_size_make_the_whole_street(block: int) -> None:
    microphone = StreetMicrophone(Street(7, 0.4), block=block)

    pieces = [heard(microphone).samples for _ in range(-(-19_200 // block))]

    with pytest.raises(EndOfMedia):
        microphone.read(1.0)
    assert np.concatenate(pieces).tobytes() == Capsule(Street(7)).samples(0, 19_200).tobytes()


def test_a_paced_block_comes_when_it_is_over() -> None:
    clock = HandClock(BEGAN_S)
    microphone = StreetMicrophone(Street(1), clock.pace())

    block = heard(microphone)

    assert block.captured_s == BEGAN_S
    assert clock.now_s == pytest.approx(BEGAN_S + 0.1)


def test_a_block_that_is_not_over_in_time_does_not_come() -> None:
    clock = HandClock(BEGAN_S)
    microphone = StreetMicrophone(Street(1), clock.pace())

    assert microphone.read(0.04) is None
    assert clock.waited_s == pytest.approx(0.04)


def test_a_microphone_waits_for_a_street_that_has_not_begun() -> None:
    clock = HandClock(BEGAN_S - 3.0)
    microphone = StreetMicrophone(Street(1), clock.pace())

    assert microphone.read(0.5) is None
    clock.now_s = BEGAN_S + 0.2
    assert heard(microphone).captured_s == BEGAN_S


def test_a_microphone_that_is_opened_late_hears_what_is_now() -> None:
    clock = HandClock(BEGAN_S + 5.04)
    microphone = StreetMicrophone(Street(7), clock.pace())

    block = heard(microphone)

    assert block.captured_s == pytest.approx(BEGAN_S + 5.0)
    assert block.samples.tobytes() == Capsule(Street(7)).samples(5 * 48_000, 4800).tobytes()
    assert block.lost_samples == 0


def test_sound_that_nobody_reads_is_lost_and_counted() -> None:
    clock = HandClock(BEGAN_S)
    microphone = StreetMicrophone(Street(1), clock.pace())
    first = heard(microphone)
    clock.now_s += KEPT_S + 3.0

    late = heard(microphone)

    told_s = (first.samples.size + late.lost_samples) / SAMPLE_RATE_HZ
    assert late.lost_samples > 0
    assert late.captured_s == pytest.approx(BEGAN_S + told_s)


@given(st.lists(st.floats(0.0, 6.0), min_size=1, max_size=6))
@settings(max_examples=10, deadline=None)
def test_samples_and_lost_samples_add_up_to_the_time(pauses_s: list[float]) -> None:
    clock = HandClock(BEGAN_S)
    microphone, told = StreetMicrophone(Street(1), clock.pace()), 0

    for pause_s in pauses_s:
        clock.now_s += pause_s
        block = heard(microphone)
        told += block.lost_samples
        assert block.captured_s == pytest.approx(BEGAN_S + told / SAMPLE_RATE_HZ)
        told += block.samples.size


def test_a_camera_without_a_pace_gives_every_picture() -> None:
    camera = StreetCamera(Street(1, 0.5), fps=10.0, size=SMALL)

    instants = [seen(camera).captured_s for _ in range(5)]

    with pytest.raises(EndOfMedia):
        camera.read(1.0)
    assert instants == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_a_paced_camera_gives_the_newest_picture_to_a_late_reader() -> None:
    clock = HandClock(BEGAN_S)
    camera = StreetCamera(Street(1), clock.pace(), fps=10.0, size=SMALL)
    seen(camera)
    clock.now_s += 2.0

    assert seen(camera).captured_s == pytest.approx(BEGAN_S + 2.0)


def test_a_paced_camera_never_gives_a_picture_twice() -> None:
    clock = HandClock(BEGAN_S)
    camera = StreetCamera(Street(1), clock.pace(), fps=10.0, size=SMALL)

    instants = [seen(camera).captured_s for _ in range(5)]

    assert instants == pytest.approx([BEGAN_S + i / 10 for i in range(5)])


def test_a_picture_that_does_not_come_in_time_does_not_come() -> None:
    clock = HandClock(BEGAN_S)
    camera = StreetCamera(Street(1), clock.pace(), fps=2.0, size=SMALL)
    seen(camera)

    assert camera.read(0.1) is None


def test_a_paced_street_ends() -> None:
    clock = HandClock(BEGAN_S)
    microphone, camera = (
        StreetMicrophone(Street(1, 1.0), clock.pace()),
        StreetCamera(Street(1, 1.0), clock.pace(), size=SMALL),
    )
    clock.now_s += 5.0

    with pytest.raises(EndOfMedia):
        microphone.read(0.1)
    with pytest.raises(EndOfMedia):
        camera.read(0.1)


def test_a_device_may_be_closed_twice() -> None:
    microphone, camera = StreetMicrophone(Street(1)), StreetCamera(Street(1), size=SMALL)

    for device in (microphone, camera, microphone, camera):
        device.close()
