"""How many people were seen in windows that are not told yet. What leaves of a window is drawn once (T2, P8).

What was counted lies in memory alone: an exact count of people is on no card, so whoever takes the card finds none. A
restart loses what the running window has counted so far. What was drawn is stored with the window's summary: a message
that is sent again, after a restart or on request, is the stored one, and there is no second draw of a window.
"""

from __future__ import annotations

from fractions import Fraction

from node.airlock.occupancy import Below, mean_people, release
from node.airlock.record import PeopleSeen
from node.contract.summary import PeopleStep


class People:
    """The counts of one node.

    Args:
        below: the source of chance, as `secrets.randbelow`.
    """

    def __init__(self, below: Below) -> None:
        self._below = below
        self._seen: dict[int, tuple[int, int]] = {}

    def see(self, window: int, seen: PeopleSeen) -> None:
        """Adds what was seen in a part of a window."""
        pictures, people = self._seen.get(window, (0, 0))
        self._seen[window] = (pictures + seen.pictures, people + seen.people)

    def windows(self) -> list[int]:
        """The windows in which people were counted and that are not told yet, in order."""
        return sorted(self._seen)

    def draw(self, window: int, epsilon: Fraction, k: int) -> PeopleStep | None:
        """What may leave of a window; None where nobody counted.

        What was counted in it is gone then, also where the card does not take the summary: better no count than a
        second draw.

        Args:
            window: its number.
            epsilon: of this one window, above 0.
            k: below so many people, by the noisy count, none are told.
        """
        if window not in self._seen:
            return None
        pictures, people = self._seen.pop(window)
        return release(mean_people(people, pictures), epsilon, k, self._below)
