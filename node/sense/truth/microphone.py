"""Whether the microphone tells the truth.

The rules:
1. Digital silence, a constant and the dither of a dead converter are SILENT: no street is that quiet. The
   self-noise of a MEMS microphone (30 dBA) moves a 16-bit converter by seven steps and more within a hop.
2. A converter that repeats its last value nearly always is SILENT too, however loud the rest.
3. A hop after lost samples, or with broken ones, is GAPPED: its levels are those of another stretch of time. So is one
   with a crackle in it, which is no sound.
4. A zero that has moved is OFFSET, a gain that ran away is GAIN_STUCK, nothing but noise of its own is DEAF.
5. Wind in the microphone is WINDY: nothing is broken, but levels are the wind's.
6. More than one sample of a thousand at the rail is CLIPPED: loud, and to be believed.
7. A microphone that comes back has to be alive for half a second before it is believed.
8. What is not trusted opens no spike and counts to no exposure. It is a fault when it lasts (`lasting`).
"""

from __future__ import annotations

from collections import Counter, deque
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import RAIL
from node.sense.truth.crackle import CrackleWatch
from node.sense.truth.deafness import DeafnessWatch
from node.sense.truth.gain import GainWatch
from node.sense.truth.offset import OffsetWatch
from node.sense.truth.spectrum import spectrum_of
from node.sense.truth.wind import WindWatch

if TYPE_CHECKING:
    from node.sense.capture.ports import AudioBlock

LSB: Final = 1.0 / 32768.0
DEAD_SPAN: Final = 4.5 * LSB
"""From the least to the greatest sample: dither of one step spans 2, and up to 4 when it was resampled."""

STUCK_SHARE: Final = 0.98
CLIPPED_SHARE: Final = 0.001
ALIVE_HOPS: Final = 4
LASTING_HOPS: Final = 40
"""Five seconds: what holds for more than half of them lasts."""


class MicrophoneState(IntEnum):
    """What the microphone is worth in a hop."""

    OK = 0
    SILENT = 1
    CLIPPED = 2
    GAPPED = 3
    WINDY = 4
    OFFSET = 5
    GAIN_STUCK = 6
    DEAF = 7

    @property
    def is_trusted(self) -> bool:
        """True when the levels of the hop may be believed: OK, or clipped for being loud."""
        return self in {MicrophoneState.OK, MicrophoneState.CLIPPED}

    @property
    def is_fault(self) -> bool:
        """True for a state that somebody has to mend when it lasts. Wind is weather, and clipping is loudness."""
        return not self.is_trusted and self is not MicrophoneState.WINDY


SURE_AFTER_S: Final = {MicrophoneState.OFFSET: 2.0, MicrophoneState.GAIN_STUCK: 1.0}
"""How long some watches look at a fault before they are sure."""


class MicrophoneTruth:
    """Judges hop after hop. It remembers levels in octaves and states, and no samples."""

    def __init__(self) -> None:
        self._alive_hops = ALIVE_HOPS
        self._offset = OffsetWatch()
        self._gain = GainWatch()
        self._crackle = CrackleWatch()
        self._deafness = DeafnessWatch()
        self._wind = WindWatch()
        self._states: deque[MicrophoneState] = deque(maxlen=LASTING_HOPS)
        self._faults = 0
        self._is_lost = False

    @property
    def lasting(self) -> MicrophoneState:
        """The state that more than half of the last five seconds had; OK where there is none.

        Faults of several sorts count together, and the most frequent one names them. GAPPED where so many samples were
        lost that there was no hop to judge (`lose`).
        """
        if self._is_lost:
            return MicrophoneState.GAPPED
        if self.is_broken:
            return Counter(state for state in self._states if state.is_fault).most_common(1)[0][0]
        state, hops = Counter(self._states).most_common(1)[0] if self._states else (MicrophoneState.OK, 0)
        return state if hops > LASTING_HOPS // 2 else MicrophoneState.OK

    @property
    def is_broken(self) -> bool:
        """Whether a fault lasts."""
        return self._is_lost or self._faults > LASTING_HOPS // 2

    @property
    def broken_s(self) -> float:
        """How long before the end of the last hop the first fault of the last five seconds began, 0 without one."""
        first = next((n for n, state in enumerate(self._states) if state.is_fault), None)
        if first is None:
            return 0.0
        return (len(self._states) - first) * HOP_S + SURE_AFTER_S.get(self._states[first], 0.0)

    def judge(self, hop: AudioBlock) -> MicrophoneState:
        """What this hop is worth. Its samples are finite; one that is empty or no whole hop is SILENT."""
        self._is_lost = False
        state = self._judge(hop)
        if len(self._states) == LASTING_HOPS:
            self._faults -= self._states[0].is_fault
        self._states.append(state)
        self._faults += state.is_fault
        return state

    def lose(self) -> None:
        """For longer than a short pause there was no hop to judge."""
        self._is_lost = True
        self._states.clear()
        self._faults = 0

    def _judge(self, hop: AudioBlock) -> MicrophoneState:
        if _is_dead(hop):
            self._alive_hops = 0
            return MicrophoneState.SILENT
        self._alive_hops = min(self._alive_hops + 1, ALIVE_HOPS)
        if self._alive_hops < ALIVE_HOPS:
            return MicrophoneState.SILENT
        if hop.lost_samples:
            return MicrophoneState.GAPPED
        return self._listen(hop)

    def _listen(self, hop: AudioBlock) -> MicrophoneState:
        """What a hop of whole, living sound is worth; every watch sees each of them."""
        spectrum, clipped_share = spectrum_of(hop.samples), hop.clipped_samples / hop.samples.size
        found = (
            (MicrophoneState.OFFSET, self._offset.is_off(spectrum.offset)),
            (MicrophoneState.GAIN_STUCK, self._gain.is_stuck(spectrum, clipped_share)),
            (MicrophoneState.DEAF, self._deafness.is_deaf(spectrum)),
            (MicrophoneState.GAPPED, self._crackle.crackles(hop.samples, spectrum.offset)),
            (MicrophoneState.WINDY, self._wind.blows(spectrum)),
            (MicrophoneState.CLIPPED, clipped_share > CLIPPED_SHARE),
        )
        return next((state for state, holds in found if holds), MicrophoneState.OK)


def _is_dead(hop: AudioBlock) -> bool:
    samples = hop.samples
    if samples.size != HOP or float(samples.max()) - float(samples.min()) <= DEAD_SPAN:
        return True
    same = samples[1:] == samples[:-1]
    if np.count_nonzero(same) < STUCK_SHARE * same.size:
        return False
    # At the rail a sound repeats its value for being too loud, not for being dead.
    return bool(np.count_nonzero(same & (np.abs(samples[1:]) < RAIL)) >= STUCK_SHARE * same.size)
