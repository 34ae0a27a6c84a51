"""From observations to incidents: gives each a number, and says in integers when it began and ended."""

from __future__ import annotations

from node.airlock.record import MAX_INCIDENT, IncidentBegan, IncidentEnded
from node.contract.words import EVIDENCE_BIT, KINDS, MAX_EVIDENCE, Evidence, Kind
from node.sense.audio.heard import Began, Ended

_MAX_DURATION_S = 2**31 - 1
_MAX_PEAK_DB = 200


class Incidents:
    """The incidents of one run. Of each kind there is never more than one open, of a sensor's fault one a sensor."""

    def __init__(self) -> None:
        self._last = 0
        self._open: dict[tuple[Kind, Evidence | None], int] = {}

    def observe(
        self, observed: Began | Ended, sensor: Evidence | None = None
    ) -> tuple[IncidentBegan | IncidentEnded, float]:
        """The record of an observation, and its instant in seconds; `sensor` is the one whose fault it tells of."""
        if isinstance(observed, Began):
            self._last = self._last % MAX_INCIDENT + 1
            self._open[observed.kind, sensor] = self._last
            bits = sum(1 << EVIDENCE_BIT[word] for word in set(observed.evidence[:MAX_EVIDENCE]))
            code = KINDS[observed.kind].code
            return IncidentBegan(code, self._last, int(observed.confidence), bits), observed.began_s
        ended = IncidentEnded(
            incident=self._open.pop((observed.kind, sensor)),
            reason=int(observed.stopped),
            duration_s=min(int(observed.duration_s), _MAX_DURATION_S),
            peak_over_background_db=min(max(int(observed.peak_over_background_db), 0), _MAX_PEAK_DB),
        )
        return ended, observed.ended_s
