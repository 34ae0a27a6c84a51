"""The life of a noise spike as a table: where it stands, what a hop says, and where that leads."""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """Where a spike stands."""

    QUIET = "quiet"
    RISING = "rising"
    REFUSED = "refused"
    OPEN = "open"
    CLOSING = "closing"
    REFRACTORY = "refractory"


class Sign(Enum):
    """What a hop says."""

    LOUD = "a hop above the opening threshold, or far above what was refused"
    SURE = "sustained above the opening threshold"
    FADED = "no longer rising"
    LATE = "still no crowd"
    HUSHED = "sustained below the closing threshold"
    BACK = "no longer below it"
    EXPIRED = "the time of this state is over"
    BLIND = "nothing to be trusted for five seconds"


STEPS: Final[dict[State, dict[Sign, State]]] = {
    State.QUIET: {Sign.LOUD: State.RISING},
    State.RISING: {
        Sign.SURE: State.OPEN,
        Sign.FADED: State.QUIET,
        Sign.LATE: State.REFUSED,
        Sign.BLIND: State.QUIET,
    },
    State.REFUSED: {Sign.HUSHED: State.QUIET, Sign.LOUD: State.RISING, Sign.BLIND: State.QUIET},
    State.OPEN: {Sign.HUSHED: State.CLOSING, Sign.BLIND: State.REFRACTORY},
    State.CLOSING: {Sign.BACK: State.OPEN, Sign.EXPIRED: State.REFRACTORY, Sign.BLIND: State.REFRACTORY},
    State.REFRACTORY: {Sign.EXPIRED: State.QUIET},
}
"""The lifecycle. A sign that a state does not list changes nothing."""
