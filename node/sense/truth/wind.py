"""Whether wind blows into the microphone: a rumble that no ear hears in the street, and that hides what is there.

A hop is windy when the C-weighted level is 15 dB over the A-weighted one and most of the energy lies under 45 Hz
(reference: standards, section 5.2). One such hop is a bang or a lorry; half of a second's hops are wind. A hop in which
something else is louder is not windy: what is heard over the wind is heard.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from node.sense.truth.spectrum import Spectrum

C_MINUS_A_DB: Final = 15.0
LOW_SHARE: Final = 0.5
LOOKED_AT: Final = 8
ENOUGH: Final = 4


class WindWatch:
    """Watches hop after hop; remembers which of the last second's were windy."""

    def __init__(self) -> None:
        self._windy: deque[bool] = deque(maxlen=LOOKED_AT)

    def blows(self, spectrum: Spectrum) -> bool:
        """Whether wind is what this hop holds."""
        windy = spectrum.low_share > LOW_SHARE and spectrum.c_minus_a_db >= C_MINUS_A_DB
        self._windy.append(windy)
        return windy and sum(self._windy) >= ENOUGH
