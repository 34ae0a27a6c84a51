"""The two senses of a run: what a slow picture costs the sound, and what a status says."""

from __future__ import annotations

import numpy as np
import pytest

from node.airlock.record import SensorState
from node.config.settings import Settings
from node.ops.clock import FixedClock
from node.sense.capture.ports import AudioBlock, Microphone
from node.sense.pipeline import Pipeline
from node.sense.sensors import CATCH_UP_S, Ear

RATE_HZ = 48_000
BLOCK_S = 0.05
NIGHT = Settings.model_validate({"node": {"id": "pole-1"}})
HISS = (0.001 * np.random.default_rng(1).standard_normal(40 * RATE_HZ)).astype(np.float32)


class Tape(Microphone):
    """A microphone of blocks of 50 ms; so many of them are there already as `now_s` says."""

    def __init__(self, samples: np.ndarray = HISS, lost_every: int = 0) -> None:
        self.now_s = self.read_s = 0.0
        self._samples = samples
        self._lost_every = lost_every

    def read(self, timeout_s: float) -> AudioBlock | None:
        if self.now_s + timeout_s < self.read_s + BLOCK_S:
            self.now_s += timeout_s
            return None
        self.now_s = max(self.now_s, self.read_s + BLOCK_S)
        first = round(self.read_s * RATE_HZ)
        lost = int(bool(self._lost_every) and round(self.read_s / BLOCK_S) % self._lost_every == 1)
        block = AudioBlock(self._samples[first : first + round(BLOCK_S * RATE_HZ)], self.read_s, lost_samples=lost)
        self.read_s += BLOCK_S
        return block

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def line() -> Pipeline:
    return Pipeline(NIGHT, FixedClock(0.0), lambda _body, _at_s: None)


def test_a_picture_that_takes_as_long_as_five_blocks_leaves_no_sound_behind(line: Pipeline) -> None:
    tape = Tape()
    ear = Ear(lambda: tape)
    while tape.now_s < 20.0:
        ear.turn(line, 0.1)
        behind_s = tape.now_s - tape.read_s
        tape.now_s += 0.25

        assert behind_s < BLOCK_S


def test_sound_that_has_piled_up_does_not_keep_the_eyes_shut(line: Pipeline) -> None:
    tape = Tape()
    tape.now_s = 4.0

    assert Ear(lambda: tape).turn(line, 0.1)
    assert tape.read_s == pytest.approx(CATCH_UP_S)


def test_a_turn_waits_for_the_first_block_only(line: Pipeline) -> None:
    tape = Tape()

    assert Ear(lambda: tape).turn(line, 0.1)
    assert tape.now_s == pytest.approx(BLOCK_S)


def status(line: Pipeline, tape: Tape) -> int:
    """What a status says after 20 s of a tape."""
    ear = Ear(lambda: tape)
    while tape.read_s < 20.0:
        ear.turn(line, 0.1)
    return ear.code(line)


def test_a_sample_that_is_lost_now_and_then_is_no_fault(line: Pipeline) -> None:
    assert status(line, Tape(lost_every=10)) == SensorState.OK


def test_samples_that_are_lost_nearly_always_are_a_fault(line: Pipeline) -> None:
    assert status(line, Tape(lost_every=3)) == SensorState.FAULTY


def test_samples_that_are_lost_so_often_that_no_hop_is_whole_are_a_fault(line: Pipeline) -> None:
    line.hear(AudioBlock(HISS[: 10 * RATE_HZ], -10.0))
    tape = Tape(lost_every=2)
    ear = Ear(lambda: tape)
    while tape.read_s < 20.0:
        ear.turn(line, 0.1)
    line.keep_time(20.0)

    assert ear.code(line) == SensorState.FAULTY


def test_a_microphone_that_gives_only_zeros_is_silent(line: Pipeline) -> None:
    assert status(line, Tape(np.zeros_like(HISS))) == SensorState.SILENT_OR_FROZEN
