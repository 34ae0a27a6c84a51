"""Notices that another device has our name: brokers keep one connection a name, so the two end each other's for ever.

mosquitto 2.0 gives no reason when it ends a connection for another one. What gives a rival away: the broker ends one
connection after the other soon after it took us in, is there again at once, and still knows our session.
"""

from __future__ import annotations

SOON_S = 60.0
SURE_AFTER = 3
FIRST_WAIT_S = 8.0
LAST_WAIT_S = 600.0
_MOST_DOUBLINGS = 10
"""More of them change nothing, and 1024 are more than a float has."""


class Rival:
    """Counts connections in a row that somebody else may have taken over. Pure: time is passed in."""

    def __init__(self) -> None:
        self._taken = 0
        self._opened_s: float | None = None
        self._resumed = False
        self._denied = False

    def is_there(self, now_s: float) -> bool:
        """Whether another device has our name, as far as can be seen. A connection that stands says no."""
        stands = self._opened_s is not None and now_s - self._opened_s >= SOON_S
        return self._taken >= SURE_AFTER and not stands

    @property
    def wait_s(self) -> float:
        """The least that we wait before we come back, so that at least the other one can work; 0 without a rival."""
        if self._taken < SURE_AFTER:
            return 0.0
        return min(FIRST_WAIT_S * 2.0 ** min(self._taken - SURE_AFTER, _MOST_DOUBLINGS), LAST_WAIT_S)

    def opened(self, now_s: float, *, resumed: bool) -> None:
        """The broker took us in, and knew our session or did not."""
        self._opened_s = now_s
        self._resumed = resumed
        self._denied = False

    def denied(self) -> None:
        """The broker refused a message: some end the connection with that, which is nobody's fault but our own."""
        self._denied = True

    def failed(self) -> None:
        """The broker was not there: that is an outage, and so was what came before it."""
        self._taken = 0
        self._opened_s = None

    def closed(self, now_s: float, *, said_so: bool = False) -> None:
        """The connection ended, and not by us.

        Args:
            now_s: now.
            said_so: the broker gave the reason "session taken over".
        """
        if self._opened_s is None:
            return
        was_soon = now_s - self._opened_s < SOON_S
        self._opened_s = None
        if said_so or (was_soon and self._resumed and not self._denied):
            self._taken += 1
        else:
            self._taken = 0
