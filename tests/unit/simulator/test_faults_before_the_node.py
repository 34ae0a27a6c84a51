"""What the node makes of faults."""

from __future__ import annotations

import pytest

from node.sense.truth.camera import CameraState
from node.sense.truth.microphone import MicrophoneState
from simulator.pole.catalogue import SENSOR_KINDS, FaultName
from simulator.pole.faults import Fault, FaultyMicrophone
from tests.unit.simulator.faulty_street import (
    CAMERA_FAULTS,
    FPS,
    FROM_S,
    HUM,
    LENGTH_S,
    MICROPHONE_FAULTS,
    TO_S,
    Run,
    Steady,
    faulty,
    spoilt,
)


# Crackles are known by the quiet after them, and this hum has none at high frequencies: the table of faults has them.
@pytest.mark.parametrize("name", [name for name in MICROPHONE_FAULTS if name != FaultName.MICROPHONE_CRACKLES])
@pytest.mark.parametrize("off_s", [0.0, 0.03])
def test_a_fault_of_the_microphone_is_told_as_what_it_is_and_as_nothing_else(name: str, off_s: float) -> None:
    run = Run().hear(faulty(name, FROM_S + off_s, TO_S + off_s))

    assert run.kinds == [kind for kind in [SENSOR_KINDS.get(FaultName(name))] if kind]
    assert run.incidents == pytest.approx([FROM_S] * len(run.kinds), abs=1.5)


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


def test_a_loud_street_with_too_much_gain_is_clipped_or_known_for_its_gain_to_the_node() -> None:
    states = (
        Run().hear(FaultyMicrophone(Steady(5 * HUM), [Fault("microphone.clipped", FROM_S, TO_S)])).microphone_states
    )

    noticed = states[MicrophoneState.CLIPPED] + states[MicrophoneState.GAIN_STUCK]
    assert noticed == pytest.approx(200, abs=5)


@pytest.mark.parametrize("name", CAMERA_FAULTS)
def test_a_fault_of_the_camera_is_told_as_what_it_is_and_as_nothing_else(name: str) -> None:
    run = Run().look(spoilt(name))

    # That it was moved is not seen yet.
    told = [] if name == FaultName.CAMERA_MOVED else [SENSOR_KINDS.get(FaultName(name))]
    assert run.kinds == [kind for kind in told if kind]
    assert run.incidents == pytest.approx([FROM_S] * len(run.kinds), abs=0.5)


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
