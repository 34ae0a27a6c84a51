"""When a reader asks a node for what it lacks. Pure: time is passed in.

What is lacking may still be on its way: a node sends events, gaps and summaries in lines of their own, and after an
outage the oldest first. So a reader asks when nothing new has come for a while, and each time less often.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.forecaster.said import Span

PATIENCE_S = 5.0
ANSWERED_WITHIN_S = 15.0
LONGEST_PAUSE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask a node for."""

    node: str
    epoch: str
    span: Span


@dataclass(slots=True)
class _Line:
    """What is known of one outbox of one node."""

    lacking: tuple[Span, ...] = ()
    since_s: float = 0.0
    pause_s: float = PATIENCE_S
    asked_s: float | None = None
    asked_up_to: int = 0
    is_over: bool = False


class Asking:
    """Remembers what is lacking for how long, and what was asked."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], _Line] = {}
        self._denied = False
        self.asked = 0
        """How many questions there were."""

    @property
    def denied(self) -> bool:
        """Whether the broker lets us ask nothing."""
        return self._denied

    def deny(self) -> None:
        """The broker has denied a question: there are no more of them."""
        self._denied = True

    def lacks(self, node: str, epoch: str, lacking: list[Span], now_s: float) -> None:
        """Takes in what is lacking now. What changes is on its way, and asked for later."""
        line = self._lines.setdefault((node, epoch), _Line())
        if tuple(lacking) == line.lacking:
            return
        if not lacking or sum(map(len, lacking)) < sum(map(len, line.lacking)):
            line.pause_s = PATIENCE_S
        line.lacking = tuple(lacking)
        line.since_s = now_s

    def answered(self, node: str, now_s: float) -> None:
        """A node has ended a question of ours, or refused it: the next may follow."""
        for (name, _), line in self._lines.items():
            if name == node and line.asked_s is not None:
                line.asked_s = None
                line.since_s = now_s

    def is_over(self, node: str, epoch: str) -> None:
        """A node has no such outbox any more: nobody can get anything of it."""
        self._lines.setdefault((node, epoch), _Line()).is_over = True

    def next(self, now_s: float) -> Question | None:
        """What to ask now, one question a node at a time; None where there is nothing.

        A question is for one hole: what lies between two of them is there. The next one is for the next hole, for one
        that nobody can fill must not hide those behind it.
        """
        if self._denied:
            return None
        for line in self._lines.values():
            if line.asked_s is not None and now_s - line.asked_s > ANSWERED_WITHIN_S:
                line.asked_s = None
        asked = {node for (node, _), line in self._lines.items() if line.asked_s is not None}
        for (node, epoch), line in self._lines.items():
            if node in asked or line.is_over or not line.lacking or now_s - line.since_s < line.pause_s:
                continue
            hole = next((span for span in line.lacking if span.first > line.asked_up_to), line.lacking[0])
            line.asked_s = line.since_s = now_s
            line.asked_up_to = hole.last
            line.pause_s = min(line.pause_s * 2, LONGEST_PAUSE_S)
            self.asked += 1
            return Question(node, epoch, hole)
        return None
