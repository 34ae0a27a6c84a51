"""Whether the microphone tells the truth.

The rules:
1. Digital silence, a constant and the dither of a dead converter are SILENT: no street is that quiet. The
   self-noise of a MEMS microphone (30 dBA) moves a 16-bit converter by seven steps and more within a hop.
2. A converter that repeats its last value nearly always is SILENT too, however loud the rest.
3. A hop after lost samples, or with broken ones, is GAPPED: its levels are those of another stretch of time.
4. More than one sample of a thousand at the rail is CLIPPED: loud, and to be believed.
5. A microphone that comes back has to be alive for half a second before it is believed.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from node.sense.capture.ports import AudioBlock

LSB: Final = 1.0 / 32768.0
DEAD_SPAN: Final = 4.5 * LSB
"""From the least to the greatest sample: dither of one step spans 2, and up to 4 when it was resampled."""

STUCK_SHARE: Final = 0.98
RAIL: Final = 0.99
CLIPPED_SHARE: Final = 0.001
ALIVE_HOPS: Final = 4


class MicrophoneState(IntEnum):
    """What the microphone is worth in a hop."""

    OK = 0
    SILENT = 1
    CLIPPED = 2
    GAPPED = 3

    @property
    def is_trusted(self) -> bool:
        """True when the levels of the hop may be believed: OK, or clipped for being loud."""
        return self in {MicrophoneState.OK, MicrophoneState.CLIPPED}


class MicrophoneTruth:
    """Judges hop after hop; remembers only for how long the microphone has been alive."""

    def __init__(self) -> None:
        self._alive_hops = ALIVE_HOPS

    def judge(self, hop: AudioBlock) -> MicrophoneState:
        """What this hop is worth. Its samples are finite; an empty one is SILENT."""
        if _is_dead(hop):
            self._alive_hops = 0
            return MicrophoneState.SILENT
        self._alive_hops = min(self._alive_hops + 1, ALIVE_HOPS)
        if self._alive_hops < ALIVE_HOPS:
            return MicrophoneState.SILENT
        if hop.lost_samples:
            return MicrophoneState.GAPPED
        if hop.clipped_samples > CLIPPED_SHARE * hop.samples.size:
            return MicrophoneState.CLIPPED
        return MicrophoneState.OK


def _is_dead(hop: AudioBlock) -> bool:
    if hop.samples.size < 2 or float(np.ptp(hop.samples)) <= DEAD_SPAN:
        return True
    # At the rail a sound repeats its value for being too loud, not for being dead.
    stuck = (np.diff(hop.samples) == 0) & (np.abs(hop.samples[1:]) < RAIL)
    return bool(np.mean(stuck) >= STUCK_SHARE)
