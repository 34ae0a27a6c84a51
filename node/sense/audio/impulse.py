"""Impulses: sudden sounds, each with its instant to the millisecond and its shape.

The rules:
1. An onset is found in the A-weighted energy of each millisecond (`onset`), and only far above the background.
2. Its shape is measured over the 100 ms after it, so it is told of one hop later.
3. A microphone that was not to be trusted begins anew: where sound comes back there is no bang.
4. Samples at the rail are evidence, no error: a shot within 70 to 140 m overloads such a microphone.

Nothing is judged here: `bangs` says what is worth telling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.audio.level import FINE
from node.sense.audio.onset import BEFORE, DEAD, decay_ms, onsets, rise_ms
from node.sense.audio.prominence import STEP_S, fast_energies, prominence
from node.sense.capture.hops import HOP
from node.sense.capture.ports import RAIL, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.config.sound_events import ImpulseSettings
    from node.sense.audio.background import Background
    from node.sense.audio.level import MeterReading
    from node.sense.capture.ports import AudioBlock

STEPS: Final = HOP // FINE
STEP_IN_S: Final = FINE / SAMPLE_RATE_HZ
AFTER: Final = 100
"""Over how many milliseconds after its onset an impulse is measured."""

SHAPE_MS: Final = 50
LEAD_MS: Final = 5
RISEN_DB: Final = 10.0
"""A sound has risen that is within 10 dB of its loudest: later echoes may be louder than a shot itself. 22 of 24 real
shots took 2 ms and less, 10 of 10 horns 5 and more, 17 of 18 voices and whistles 4 and more (2026-11)."""

LOUDEST_DB: Final = 3.0
TINY: Final = 1e-15


@dataclass(frozen=True, slots=True)
class Impulse:
    """One sudden sound.

    Args:
        onset_s: when it began, to the millisecond, on the microphone's clock.
        rise_ms: from there to within 10 dB of the loudest of 50 ms, 1..50.
        decay_ms: from its loudest until 10 dB under it, 0..100; 100 where it took longer.
        kurtosis: of the samples from 5 ms before its onset to 45 ms after; Gaussian noise has 3.
        peak_over_l90_db: C-weighted peak above the background's L90.
        level_over_l50_db: greatest A-weighted Fast level within 100 ms, above the background's L50.
        prominence: P of NT ACOU 112.
        overload: it drove the converter to its rail.
    """

    onset_s: float
    rise_ms: int
    decay_ms: int
    kurtosis: float
    peak_over_l90_db: float
    level_over_l50_db: float
    prominence: float
    overload: bool


@dataclass(frozen=True, slots=True)
class _Heard:
    """A hop that is kept until the next one is over.

    Args:
        begun_s: when it began.
        samples: float32, the `LEAD_MS` before it and its own.
        steps: A-weighted energy of each millisecond, shape (STEPS,).
        fast_before: the Fast-weighted energy at its beginning.
        lcpeak_db: its C-weighted peak.
    """

    begun_s: float
    samples: NDArray[np.float32]
    steps: NDArray[np.float64]
    fast_before: float
    lcpeak_db: float


class ImpulseDetector:
    """Finds impulses hop after hop. It keeps two hops of sound, for the shape of what began in the first of them.

    Args:
        settings: what makes an onset.
        full_scale_db: the level of a root mean square of 1.0, as the meter has it.
    """

    def __init__(self, settings: ImpulseSettings, full_scale_db: float) -> None:
        self._settings = settings
        self._full_scale_db = full_scale_db
        self._last: _Heard | None = None
        self._lead = np.zeros(LEAD_MS * FINE, dtype=np.float32)
        self._fast: float | None = None
        self._tail: NDArray[np.float64] = np.empty(0)
        self._waiting: list[int] = []
        self._dead_until = -STEPS
        self._risen_s = -math.inf

    @property
    def expects(self) -> bool:
        """True while an onset was heard whose shape is not yet known."""
        return bool(self._waiting)

    def step(self, hop: AudioBlock, level: MeterReading, background: Background, *, trusted: bool) -> list[Impulse]:
        """The impulses whose shape is known with this hop, oldest first; most often none.

        Args:
            hop: its sound.
            level: its levels.
            background: of the A-weighted Fast level.
            trusted: the microphone told the truth in it.
        """
        if not trusted:
            self.forget()
            return []
        samples = np.concatenate((self._lead, hop.samples))
        self._lead = hop.samples[-LEAD_MS * FINE :].copy()
        # Nobody knows how loud it was before: as loud as the middle of this hop, for a bang in it was not there before.
        fast_before = float(np.median(level.a_steps)) if self._fast is None else self._fast
        now = _Heard(hop.captured_s, samples, level.a_steps, fast_before, level.lcpeak_db)
        last, begun, found = self._last, self._waiting, self._onsets(now.steps, background)
        self._last, self._fast = now, self._energy(level.laf_db)
        self._waiting = [at for at in found if at >= 0]
        if last is None:
            return []
        # What is plain in the first milliseconds of this hop may have begun in the last ones of the hop before.
        begun += [at + STEPS for at in found if at < 0]
        return [self._measure(last, now, at, background) for at in begun if self._is_new(last, now, at)]

    def _is_new(self, last: _Heard, now: _Heard, at: int) -> bool:
        """False for what only went on rising, as a scream does: it began with the one before."""
        onset_s = last.begun_s + at * STEP_IN_S
        is_new = onset_s > self._risen_s
        steps = np.concatenate((last.steps, now.steps))[at : at + SHAPE_MS]
        self._risen_s = max(self._risen_s, onset_s + rise_ms(steps, LOUDEST_DB) * STEP_IN_S)
        return is_new

    def forget(self) -> None:
        """Wipes the sound that it keeps, and begins anew."""
        if self._last is not None:
            self._last.samples.fill(0.0)
        self._lead.fill(0.0)
        self._last = self._fast = None
        self._tail = np.empty(0)
        self._waiting = []
        self._dead_until = -STEPS

    def _onsets(self, steps: NDArray[np.float64], background: Background) -> list[int]:
        """The milliseconds of this hop at which something begins; below 0 where the rise began before the hop."""
        known = np.concatenate((self._tail, steps))
        shift = self._tail.size
        self._tail = steps[-BEFORE:]
        dead, self._dead_until = self._dead_until, max(self._dead_until - STEPS, -STEPS)
        l50_db = background.l50_db
        if l50_db is None:
            return []
        floor = self._energy(l50_db + self._settings.above_db)
        if float(steps.max()) < floor:
            return []
        found = [at - shift for at in onsets(known, self._settings.jump_db, floor) if at - shift >= dead]
        if found:
            self._dead_until = found[-1] + DEAD - STEPS
        return found

    def _measure(self, last: _Heard, now: _Heard, at: int, background: Background) -> Impulse:
        """The shape of what began at millisecond `at` of the hop before this one."""
        l50_db, l90_db = background.l50_db, background.l90_db
        if l50_db is None or l90_db is None:
            raise RuntimeError("an impulse was heard without a background")
        steps = np.concatenate((last.steps, now.steps))
        sound = np.concatenate((last.samples, now.samples[LEAD_MS * FINE :]))
        shape = sound[at * FINE : (at + SHAPE_MS) * FINE].astype(np.float64)
        fast_db = 10 * np.log10(np.maximum(fast_energies(steps, last.fast_before, STEP_IN_S), TINY))
        every = round(STEP_S / STEP_IN_S)
        first = max(at - 1, 0) % every
        peak_db = max(last.lcpeak_db, now.lcpeak_db) if at + SHAPE_MS > STEPS else last.lcpeak_db
        level_db = float(fast_db[at : at + AFTER].max()) + self._full_scale_db
        return Impulse(
            onset_s=round(last.begun_s + at * STEP_IN_S, 3),
            rise_ms=rise_ms(steps[at : at + SHAPE_MS], RISEN_DB),
            decay_ms=min(decay_ms(steps[at : at + AFTER]), AFTER),
            kurtosis=_kurtosis(shape),
            peak_over_l90_db=peak_db - l90_db,
            level_over_l50_db=level_db - l50_db,
            prominence=prominence(fast_db[first::every], max(at - 1, 0) // every + 1),
            overload=bool(np.abs(shape).max() >= RAIL),
        )

    def _energy(self, level_db: float) -> float:
        return float(10 ** ((level_db - self._full_scale_db) / 10))


def _kurtosis(samples: NDArray[np.float64]) -> float:
    """The fourth moment over the square of the second; 3 for Gaussian noise, 0 for silence."""
    power = np.square(samples - samples.mean())
    variance = float(power.mean())
    return float(np.square(power).mean()) / variance**2 if variance > 0 else 0.0
