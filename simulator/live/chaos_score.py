"""What came of a run of chaos: what an independent reader has, against what the node was given to tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from node.contract.words import KIND_OF_CODE
from simulator.forecaster.reader import accounts
from simulator.forecaster.shelf import Shelf
from simulator.live.chaos_plan import kind_code, percentile_99


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Args:
        events: how many messages of incidents the node was given to tell.
        delivered: how many different ones came.
        lost: how many did not.
        duplicate_ids: how many came more than once, each under its one id.
        reordered: how many incidents ended before they began.
        recover_s: after each kill and outage, how long until the node was heard again.
        is_complete: whether the reader has every number, or knows by name that it is gone.
        why_no_card: why no card could be full on this machine; empty where one could.
    """

    events: int
    delivered: int
    lost: int
    duplicate_ids: int
    reordered: int
    recover_s: tuple[float, ...]
    is_complete: bool
    why_no_card: str

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or reordered."""
        return not self.lost and not self.reordered and self.is_complete

    def as_json(self) -> dict[str, object]:
        """The same for `--json`."""
        return {
            "events": self.events,
            "delivered": self.delivered,
            "lost": self.lost,
            "duplicate_ids": self.duplicate_ids,
            "reordered": self.reordered,
            "recover_p99_s": round(percentile_99(self.recover_s), 2),
        }


def is_complete(shelf: Shelf) -> bool:
    """Whether the reader has every number, or knows by name that it is gone."""
    return all(account.is_complete for account in accounts(shelf))


def judge(shelf: Shelf, told: int, seed: int, recover_s: list[float], why_no_card: str) -> Result:
    """What the reader has, against what the node was given to tell.

    Args:
        shelf: what it has.
        told: how many incidents the node was told of, each with a begin and an end.
        seed: of the run: it says of which kind each was.
        recover_s: how long the node was not heard after each blow.
        why_no_card: why no card could be full.
    """
    first_seen: dict[tuple[str, str], int] = {}
    kinds: Counter[tuple[str, str]] = Counter()
    for number, (_, body, _) in enumerate(shelf.events()):
        data = body["data"]
        assert isinstance(data, dict)
        first_seen[str(data["incident"]), str(data["phase"])] = number
        kinds[str(data["kind"]), str(data["phase"])] += 1
    expected = Counter(
        (KIND_OF_CODE[kind_code(seed, number)].value, phase)
        for number in range(1, told + 1)
        for phase in ("start", "end")
    )
    ended = [incident for incident, phase in first_seen if phase == "end"]
    never = len(first_seen)
    return Result(
        events=2 * told,
        delivered=len(first_seen),
        lost=max(2 * told - len(first_seen), (expected - kinds).total()),
        duplicate_ids=sum(shelf.repeated(node) for node in {node for node, _, _ in shelf.lines()}),
        reordered=sum(first_seen[one, "end"] < first_seen.get((one, "start"), never) for one in ended),
        recover_s=tuple(recover_s),
        is_complete=is_complete(shelf),
        why_no_card=why_no_card,
    )
