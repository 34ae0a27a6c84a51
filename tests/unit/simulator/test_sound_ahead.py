"""Sound that a process of its own renders ahead is the same sound, and the process never outlives its reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.pole.devices import StreetMicrophone
from simulator.pole.sound_ahead import WORTH, SoundAhead
from simulator.sound.soundscape import Capsule
from simulator.world.street import Street, Traits

BLOCK = 4800
CALM = Traits(roars=False, walkers=0.0, cars=0.0)


def calm(length_s: float | None = None) -> Street:
    return Street(7, length_s, CALM)


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    ends = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > ends:
            return False
        os.sched_yield()
    return True


def started(ahead: SoundAhead) -> int:
    """Reads until the process is there; its number."""
    for at in range(0, WORTH + BLOCK, BLOCK):
        ahead.samples(at, BLOCK)
    assert ahead.process is not None
    return ahead.process


needs_two_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core renders alone")


@needs_two_cores
def test_what_is_rendered_ahead_is_the_same_to_the_byte() -> None:
    ahead, alone = SoundAhead(Capsule(calm()), None), Capsule(calm())
    blocks = [ahead.samples(at, 3000) for at in range(0, WORTH + 120_000, 3000)]

    assert ahead.process is not None
    assert np.concatenate(blocks).tobytes() == alone.samples(0, 3000 * len(blocks)).tobytes()
    ahead.close()


@needs_two_cores
def test_closing_ends_the_process() -> None:
    ahead = SoundAhead(Capsule(calm()), None)
    pid = started(ahead)

    ahead.close()

    assert not Path(f"/proc/{pid}").exists()


@needs_two_cores
def test_a_reader_that_is_dropped_ends_the_process() -> None:
    ahead = SoundAhead(Capsule(calm()), None)
    pid = started(ahead)

    del ahead

    assert not Path(f"/proc/{pid}").exists()


@needs_two_cores
def test_the_process_ends_with_the_street() -> None:
    street = calm(3.0)
    microphone = StreetMicrophone(street)
    blocks = [microphone.read(1.0) for _ in range(30)]

    assert all(block is not None for block in blocks)
    assert microphone._ahead is not None
    assert microphone._ahead.process is None


@needs_two_cores
def test_a_process_that_is_killed_is_not_missed() -> None:
    ahead, alone = SoundAhead(Capsule(calm()), None), Capsule(calm())
    pid = started(ahead)
    os.kill(pid, signal.SIGKILL)

    first = WORTH + BLOCK
    # What is in the pipe still counts; then this process goes on.
    told = np.concatenate([ahead.samples(first + at, BLOCK) for at in range(0, 400_000, BLOCK)])

    assert ahead.process is None
    assert told.tobytes() == alone.samples(first, told.size).tobytes()


@needs_two_cores
def test_sound_that_is_asked_for_out_of_turn_is_the_same() -> None:
    ahead, alone = SoundAhead(Capsule(calm()), None), Capsule(calm())
    pid = started(ahead)

    back = ahead.samples(500, BLOCK)

    assert back.tobytes() == alone.samples(500, BLOCK).tobytes()
    assert not Path(f"/proc/{pid}").exists()


def test_a_short_look_starts_no_process() -> None:
    ahead = SoundAhead(Capsule(calm()), None)
    ahead.samples(0, BLOCK)

    assert ahead.process is None


ORPHAN = """
from simulator.pole.sound_ahead import WORTH, SoundAhead
from simulator.sound.soundscape import Capsule
from simulator.world.street import Street, Traits
import os, signal
ahead = SoundAhead(Capsule(Street(7, None, Traits(roars=False, cars=0.0))), None)
for at in range(0, WORTH + 4800, 4800):
    ahead.samples(at, 4800)
print(ahead.process, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@needs_two_cores
def test_the_process_does_not_outlive_a_reader_that_is_killed() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHAN], capture_output=True, text=True, timeout=60, check=False)

    pid = int(done.stdout)

    assert done.returncode == -signal.SIGKILL
    assert until(lambda: not running(pid))
