"""A street's microphone and camera behind the node's own ports. The node cannot tell them from real ones.

Without a `Pace` they give the street as fast as it is read, with street time; with one they give it as it
happens, dated by the device's clock, and lose what nobody reads, as hardware does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from node.ops.clock import boot_s
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, EndOfMedia, Frame, Microphone
from simulator.pole.sight_ahead import SightAhead
from simulator.pole.sound_ahead import SoundAhead
from simulator.sight.scene import Scene
from simulator.sound.soundscape import Capsule
from simulator.world.street import Street

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

BLOCK = 4800
"""Samples in a block: 0.1 s."""
KEPT_S = 2.0
"""A microphone's buffer: sound that was not read for longer is lost."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Real time: which instant of the device's clock is the street's second 0.

    Args:
        began_s: that instant, in seconds of `clock`.
        clock: the clock; CLOCK_BOOTTIME on a device.
        wait: rests for so many seconds.
    """

    began_s: float
    clock: Callable[[], float] = field(default=boot_s)
    wait: Callable[[float], None] = field(default=time.sleep)

    def now_s(self) -> float:
        """The street's time now, in seconds; negative before it begins."""
        return self.clock() - self.began_s

    def reach(self, street_s: float, timeout_s: float) -> bool:
        """Rests until the street's time is `street_s`, at most `timeout_s`. False when that is not reached."""
        missing_s = street_s - self.now_s()
        if missing_s > 0:
            self.wait(min(missing_s, max(0.0, timeout_s)))
        return self.now_s() >= street_s or missing_s <= timeout_s


class StreetMicrophone(Microphone):
    """A microphone on the pole of a street.

    Args:
        street: what it hears.
        pace: real time, or None for as fast as it is read.
        block: samples in a block, 1 or more; the samples do not depend on it.
        clips: real sounds, used where there are some; None for synthesis alone.
    """

    def __init__(
        self, street: Street, pace: Pace | None = None, *, block: int = BLOCK, clips: Clips | None = None
    ) -> None:
        self._ends_at = None if street.length_s is None else round(street.length_s * SAMPLE_RATE_HZ)
        capsule = Capsule(street, clips)
        # In real time there is time enough; as fast as it is read, a second core helps.
        self._ahead = SoundAhead(capsule, self._ends_at) if pace is None else None
        self._sound: SoundAhead | Capsule = self._ahead or capsule
        self._pace = pace
        self._block = block
        # Opened late, it begins with what can be heard now, not with what it missed.
        now_s = 0.0 if pace is None else max(0.0, pace.now_s())
        self._next = round(now_s * SAMPLE_RATE_HZ) // block * block

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block, in order, or None when it is not over within `timeout_s`.

        Raises:
            EndOfMedia: the street has come to its end.
        """
        count = self._block if self._ends_at is None else min(self._block, self._ends_at - self._next)
        if count <= 0:
            raise EndOfMedia
        if self._pace is not None and not self._pace.reach((self._next + count) / SAMPLE_RATE_HZ, timeout_s):
            return None
        lost = self._lose_the_oldest()
        count = count if self._ends_at is None else min(self._block, self._ends_at - self._next)
        if count <= 0:
            raise EndOfMedia
        samples = self._sound.samples(self._next, count)
        captured_s = self._next / SAMPLE_RATE_HZ + (0.0 if self._pace is None else self._pace.began_s)
        self._next += count
        clipped = int(np.count_nonzero(np.abs(samples) >= 1.0))
        return AudioBlock(samples, captured_s, lost_samples=lost, clipped_samples=clipped)

    def hurry(self) -> None:
        """Has the sound rendered ahead from now on, unless it is held to real time: all of it will be read."""
        if self._ahead is not None:
            self._ahead.hurry()

    def close(self) -> None:
        """Ends the process that renders ahead, if there is one."""
        if self._ahead is not None:
            self._ahead.close()

    def _lose_the_oldest(self) -> int:
        """How many samples had to go because nobody read them for `KEPT_S`."""
        if self._pace is None:
            return 0
        behind = round(self._pace.now_s() * SAMPLE_RATE_HZ) - self._next
        lost = 0 if behind <= KEPT_S * SAMPLE_RATE_HZ + self._block else behind // self._block * self._block
        self._next += lost
        return lost


class StreetCamera(Camera):
    """A camera on the pole of a street.

    Args:
        street: what it sees.
        pace: real time (a late reader gets the newest picture), or None for every picture in turn.
        size: width and height of a picture, in pixels.
        fps: pictures a second, above 0.
    """

    def __init__(
        self,
        street: Street,
        pace: Pace | None = None,
        *,
        size: tuple[int, int] = (640, 360),
        fps: float = 10.0,
    ) -> None:
        self._scene = Scene(street, *size)
        # In real time there is time enough; as fast as they are asked for, a second core helps.
        self._ahead = SightAhead(self._scene, size, fps, street.length_s) if pace is None else None
        self._pace = pace
        self._fps = fps
        self._ends_s = street.length_s
        self._next = 0 if pace is None else self._newest(pace)

    def read(self, timeout_s: float) -> Frame | None:
        """The newest picture that was not given before, or None when none comes within `timeout_s`.

        Raises:
            EndOfMedia: the street has come to its end.
        """
        self._end_if_over()
        if self._pace is not None:
            if not self._pace.reach(self._next / self._fps, timeout_s):
                return None
            self._next = max(self._next, self._newest(self._pace))
            self._end_if_over()
        t_s = self._next / self._fps
        picture = self._scene.picture(t_s) if self._ahead is None else self._ahead.picture(self._next)
        self._next += 1
        captured_s = t_s + (0.0 if self._pace is None else self._pace.began_s)
        return Frame(picture, captured_s)

    def close(self) -> None:
        """Ends the process that renders ahead, if there is one."""
        if self._ahead is not None:
            self._ahead.close()

    def _newest(self, pace: Pace) -> int:
        # A hair more than now: what `reach` waited for must not be lost to rounding.
        return max(0, int((pace.now_s() + 1e-6) * self._fps))

    def _end_if_over(self) -> None:
        if self._ends_s is not None and self._next / self._fps >= self._ends_s:
            raise EndOfMedia
