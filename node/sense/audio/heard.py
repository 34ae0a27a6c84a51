"""What hearing tells: an incident of a kind began, or it is over. The same two for every detector of sound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from node.contract.words import Evidence, Kind

BLIND_HOPS: Final = 40
"""Lost blocks are bridged; five seconds without trusted sound are not: the street may be another one then."""


class Confidence(IntEnum):
    """How sure it is."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class Began:
    """An incident has begun. Of each kind there is at most one open.

    Args:
        kind: its kind.
        began_s: when it began, in seconds.
        sure_s: when it was sure, in seconds; not before `began_s`.
        confidence: how sure.
        evidence: why, strongest first.
    """

    kind: Kind
    began_s: float
    sure_s: float
    confidence: Confidence
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The open incident of a kind is over.

    Args:
        kind: its kind.
        ended_s: when the last of it was heard, in seconds.
        duration_s: from `began_s`, more than 0.
        peak_over_background_db: the greatest A-weighted Fast level over the background's L50, 0 or more.
        stopped: the sound did not end; the listening did.
    """

    kind: Kind
    ended_s: float
    duration_s: float
    peak_over_background_db: float
    stopped: bool
