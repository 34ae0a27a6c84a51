"""The incident of one kind: it begins, goes on while it is heard, and ends a while after it was heard last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.sense.audio.heard import Began, Confidence, Ended

if TYPE_CHECKING:
    from node.contract.words import Evidence, Kind

SHORTEST_S: Final = 0.125
"""No incident is told to be shorter than a hop."""

SWALLOWS_S: Final = 30.0
"""What had a name a longer time ago than this takes in no bang that has none."""


class Spell:
    """At most one open incident of a kind.

    Args:
        kind: its kind.
        hold_s: a pause shorter than this belongs to it.
        refractory_s: after its end no other begins for so long.
    """

    def __init__(self, kind: Kind, hold_s: float, refractory_s: float) -> None:
        self.kind = kind
        self.is_open = False
        self._hold_s = hold_s
        self._refractory_s = refractory_s
        self._began_s = self._heard_s = 0.0
        self._named_s = self._ended_s = self._free_s = float("-inf")
        self._peak_db = 0.0

    def may_begin(self, t_s: float) -> bool:
        """True where none is open, and the last one ended long enough ago."""
        return not self.is_open and t_s >= self._free_s

    def begin(
        self, began_s: float, sure_s: float, peak_db: float, confidence: Confidence, evidence: tuple[Evidence, ...]
    ) -> Began:
        """An incident that began at `began_s`, whose level has reached `peak_db` over the background since.

        It was heard at its beginning; what goes on says so by `hear`. It never begins before the last one ended.
        """
        self.is_open = True
        began_s = max(began_s, self._ended_s)
        self._began_s, self._heard_s, self._peak_db = began_s, began_s, max(peak_db, 0.0)
        self._named_s = sure_s
        return Began(self.kind, began_s, max(sure_s, began_s), confidence, evidence)

    def hear(self, t_s: float) -> None:
        """It was still heard at `t_s`."""
        self._heard_s = max(self._heard_s, t_s)

    def name(self, t_s: float) -> None:
        """It was still heard at `t_s`, and the model said anew what it is."""
        self.hear(t_s)
        self._named_s = max(self._named_s, t_s)

    def swallows(self, t_s: float) -> bool:
        """Whether a bang at `t_s` that has no name of its own belongs to it."""
        return self.is_open and t_s - self._named_s <= SWALLOWS_S

    def step(self, t_s: float, over_db: float) -> Ended | None:
        """The end of the open incident, if it is over.

        Args:
            t_s: now.
            over_db: the greatest A-weighted Fast level of the last hop over the background.
        """
        if not self.is_open:
            return None
        if t_s - self._heard_s > self._hold_s:
            return self._end(self._heard_s, t_s, stopped=False)
        self._peak_db = max(self._peak_db, over_db)
        return None

    def stop(self, heard_s: float, t_s: float) -> Ended | None:
        """The end of the open incident because listening stopped; it was listened to until `heard_s`."""
        return self._end(heard_s, t_s, stopped=True) if self.is_open else None

    def _end(self, ended_s: float, t_s: float, *, stopped: bool) -> Ended:
        self.is_open = False
        ended_s = self._ended_s = max(ended_s, self._began_s + SHORTEST_S)
        # A second shot may have been heard before the first incident was told to be over.
        self._free_s = t_s + self._refractory_s if self._refractory_s else ended_s
        return Ended(self.kind, ended_s, ended_s - self._began_s, self._peak_db, stopped)
