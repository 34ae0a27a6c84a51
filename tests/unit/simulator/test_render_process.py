"""A process that renders ahead of its reader gives every byte in order, and goes ahead at once where it is told to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from simulator.pole.devices import BLOCK, Pace, StreetMicrophone
from simulator.pole.render_process import RenderProcess
from simulator.pole.sound_ahead import SoundAhead
from simulator.sound.soundscape import Capsule
from simulator.world.street import Street, Traits

CALM = Traits(roars=False, walkers=0.0, cars=0.0)
PIECE = 700_000
PIECES = 20

needs_two_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core renders alone")


def pieces() -> Iterator[bytes]:
    """14 MB: more than the pipe and what is kept besides."""
    for number in range(PIECES):
        yield bytes([number]) * PIECE


def test_more_than_is_kept_comes_whole_and_in_order_to_a_slow_reader() -> None:
    process = RenderProcess(pieces())

    read = [process.read(PIECE) for _ in range(PIECES)]

    process.close()
    assert read == list(pieces())


def test_after_the_last_byte_there_is_none() -> None:
    process = RenderProcess(iter([b"abc", b"de"]))

    read = [process.read(5), process.read(1)]

    process.close()
    assert read == [b"abcde", None]


@needs_two_cores
def test_sound_in_a_hurry_is_rendered_ahead_before_it_is_asked_for() -> None:
    ahead = SoundAhead(Capsule(Street(7, None, CALM)), None)

    ahead.hurry()

    assert ahead.process is not None
    ahead.close()


@needs_two_cores
def test_sound_in_a_hurry_is_the_same_to_the_byte() -> None:
    ahead, alone = SoundAhead(Capsule(Street(7, None, CALM)), None), Capsule(Street(7, None, CALM))

    ahead.hurry()
    blocks = [ahead.samples(at, BLOCK) for at in range(0, 10 * BLOCK, BLOCK)]

    ahead.close()
    assert np.array_equal(np.concatenate(blocks), alone.samples(0, 10 * BLOCK))


def test_a_microphone_in_real_time_is_in_no_hurry() -> None:
    microphone = StreetMicrophone(Street(7, None, CALM), Pace(0.0, clock=lambda: 0.0, wait=lambda _: None))
    before = children()

    microphone.hurry()

    assert children() == before


def children() -> str:
    """The numbers of this process's children."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()
