"""One lane of messages to the broker: events travel in one, gaps and summaries in others. It is pure.

A lane keeps its own order and its own pauses, so that a summary which nobody subscribes to holds up no event.
"""

from __future__ import annotations

FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 60.0


class Lane:
    """Where one sort of message stands.

    Args:
        name: "event", "gap" or "summary".
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.cursor = 0
        self.in_flight = 0
        self.no_subscriber = False
        """Whether it pauses because nobody subscribes, or has paused for that and not sent since."""
        self.is_denied = False
        """Whether it pauses because the broker denies it, or has paused for that and not sent since."""
        self._pause_s = FIRST_PAUSE_S
        self._resume_s: float | None = None
        self._outlives = False

    def sent(self, sequence: int) -> None:
        """A message is on its way."""
        self.cursor = sequence
        self.in_flight += 1

    def took(self) -> None:
        """The broker took a message, or will never take it."""
        self.in_flight -= 1
        if self._resume_s is None:
            self._pause_s = FIRST_PAUSE_S
            self.no_subscriber = self.is_denied = False

    def refused(self, now_s: float, *, outlives: bool) -> None:
        """The broker does not take a message now: the lane pauses, longer each time.

        Args:
            now_s: now, on a clock that never steps.
            outlives: a new connection does not end the pause. A broker that denies a message may end the connection
                with it (mosquitto 2.0.11 does): sent again at once, it would end every one.
        """
        self.in_flight -= 1
        self.no_subscriber, self.is_denied = not outlives, outlives
        if self._resume_s is None:
            self._resume_s = now_s + self._pause_s
            self._outlives = outlives
            self._pause_s = min(self._pause_s * 2, LAST_PAUSE_S)

    def is_open(self, now_s: float) -> bool:
        """Whether something may be sent. After a pause everything begins from the oldest message."""
        if self._resume_s is None:
            return True
        if now_s < self._resume_s or self.in_flight:
            return False
        self._resume_s = None
        self._outlives = False
        self.cursor = 0
        return True

    def begin_anew(self) -> None:
        """A connection began or ended: what was in flight is sent again, from the oldest on."""
        self.cursor = 0
        self.in_flight = 0
        if not self._outlives:
            self._resume_s = None
