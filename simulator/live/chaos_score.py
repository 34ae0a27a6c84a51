"""What came of a run of chaos: what an independent reader has, against what the node was given to tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from node.contract.words import KIND_OF_CODE
from simulator.forecaster.reader import accounts, are_complete
from simulator.forecaster.shelf import Shelf
from simulator.live.chaos_plan import kind_code, percentile_99

SHORT_OUTAGE_S = 60.0
BACK_AFTER_SHORT_S = 10.0
BACK_AFTER_LONG_S = 70.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long an outage was, 0 after a kill, and how long the node was not heard after it, in seconds."""

    outage_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Args:
        events: how many messages of incidents the node was given to tell.
        delivered: how many different ones came.
        lost: how many did not; and how many messages the broker never got although it lived, until a reader asked.
        duplicate_ids: how many came more than once, each under its one id.
        reordered: how many incidents ended before they began.
        recoveries: of each kill and outage.
        is_complete: whether the reader has every number, or knows by name that it is gone.
        why_no_card: why no card could be full on this machine; empty where one could.
    """

    events: int
    delivered: int
    lost: int
    duplicate_ids: int
    reordered: int
    recoveries: tuple[Recovery, ...]
    is_complete: bool
    why_no_card: str

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or reordered, and the node always came back in time."""
        return not self.faults()

    def faults(self) -> list[str]:
        """Why it does not hold, a line each."""
        short, long = self.recover_p99_s(long=False), self.recover_p99_s(long=True)
        found = {
            f"{self.lost} messages were lost": self.lost > 0,
            f"{self.reordered} incidents ended before they began": self.reordered > 0,
            "the reader lacks numbers that no gap names": not self.is_complete,
            f"the node came back after {short:.1f} s (p99), not {BACK_AFTER_SHORT_S:.0f}": short > BACK_AFTER_SHORT_S,
            f"after more than a minute away it came back after {long:.1f} s (p99), not {BACK_AFTER_LONG_S:.0f}": (
                long > BACK_AFTER_LONG_S
            ),
        }
        return [fault for fault, is_there in found.items() if is_there]

    def recover_p99_s(self, *, long: bool) -> float:
        """The 99th percentile of how long the node was not heard, after outages of more than a minute or the others."""
        return percentile_99(self._took_s(long=long))

    def _took_s(self, *, long: bool) -> list[float]:
        """How long the node was not heard after each outage of more than a minute, or after each other one and kill."""
        return [one.took_s for one in self.recoveries if (one.outage_s > SHORT_OUTAGE_S) == long]

    def as_json(self) -> dict[str, object]:
        """The same for `--json`. `long` is of outages of more than a minute; null where there was none."""
        long = self._took_s(long=True)
        return {
            "events": self.events,
            "delivered": self.delivered,
            "lost": self.lost,
            "duplicate_ids": self.duplicate_ids,
            "reordered": self.reordered,
            "recover_p99_s": round(self.recover_p99_s(long=False), 2),
            "recover_long_p99_s": round(percentile_99(long), 2) if long else None,
            "recoveries": len(self.recoveries),
        }


def is_complete(shelf: Shelf) -> bool:
    """Whether the reader has every number, or knows by name that it is gone."""
    return are_complete(accounts(shelf))


def count_missing(shelf: Shelf) -> int:
    """How many numbers the reader lacks that no gap names."""
    return sum(len(span) for account in accounts(shelf) for span in account.lacking)


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run besides what the reader has.

    Args:
        told: how many incidents the node was told of, each with a begin and an end.
        seed: it says of which kind each was.
        leaked: how many numbers were missing while nobody asked and the broker lived.
        recoveries: of each kill and outage.
        why_no_card: why no card could be full.
    """

    told: int
    seed: int
    leaked: int
    recoveries: tuple[Recovery, ...]
    why_no_card: str = ""


def judge(shelf: Shelf, run: Run) -> Result:
    """What the reader has, against what the node was given to tell.

    Args:
        shelf: what it has.
        run: what is known besides.
    """
    first_seen: dict[tuple[str, str], int] = {}
    kinds: Counter[tuple[str, str]] = Counter()
    for number, (_, body, _) in enumerate(shelf.events()):
        data = body["data"]
        assert isinstance(data, dict)
        first_seen[str(data["incident"]), str(data["phase"])] = number
        kinds[str(data["kind"]), str(data["phase"])] += 1
    expected = Counter(
        (KIND_OF_CODE[kind_code(run.seed, number)].value, phase)
        for number in range(1, run.told + 1)
        for phase in ("start", "end")
    )
    ended = [incident for incident, phase in first_seen if phase == "end"]
    never = len(first_seen)
    return Result(
        events=2 * run.told,
        delivered=len(first_seen),
        lost=max(2 * run.told - len(first_seen), (expected - kinds).total(), run.leaked),
        duplicate_ids=sum(shelf.repeated(node) for node in {node for node, _, _ in shelf.lines()}),
        reordered=sum(first_seen[one, "end"] < first_seen.get((one, "start"), never) for one in ended),
        recoveries=run.recoveries,
        is_complete=is_complete(shelf),
        why_no_card=run.why_no_card,
    )
