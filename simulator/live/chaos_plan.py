"""What befalls a node in a run of chaos, and what it has to tell meanwhile: drawn from a seed. Pure."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from node.contract.words import KIND_OF_CODE
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault

_CLOCKS = (FaultName.CLOCK_FORWARD, FaultName.CLOCK_BACK, FaultName.CLOCK_1970)
_CLOCK_EVERY_S = 20.0
_CLOCK_LASTS_S = 6.0
_FULL_S = (1.5, 3.0)
_OUTAGES_A_FULL_CARD = 4
_SHORTEST_S = 1.0
LONG_ONE_IN = 10
LONG_TIMES = 3.0
"""One outage in ten lasts longer, up to three times as long as the others: a node then waits longer before it tries."""


class Blow(Enum):
    """What can happen."""

    KILL_UPLINK = auto()
    KILL_BROKER = auto()
    CUT = auto()
    HALF_OPEN = auto()
    BROKER_GONE = auto()
    FULL_CARD = auto()


OUTAGES = (Blow.CUT, Blow.HALF_OPEN, Blow.BROKER_GONE)
KILLS = (Blow.KILL_UPLINK, Blow.KILL_BROKER)
BROKER_DEATHS = (Blow.KILL_BROKER, Blow.BROKER_GONE)
"""With the broker dies what it had taken and not handed on: only then may a reader have to ask for something again."""
_UPLINK_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Step:
    """One blow.

    Args:
        blow: what.
        lasts_s: for how long.
        rest_s: how long it is calm afterwards; at most a blink where the next blow should hit a node that comes up.
    """

    blow: Blow
    lasts_s: float
    rest_s: float


def steps(kills: int, outages: int, seed: int, longest_s: float) -> list[Step]:
    """What happens, in order: first what the broker outlives, then what it does not.

    Args:
        kills: how many SIGKILLs, of `uplink` and of the broker; about one in four comes while the node still starts.
        outages: how many times there is no way to the broker. The first three are of three sorts.
        seed: the same seed is the same plan.
        longest_s: an outage is at most so long; of ten, one lasts once to three times so long.
    """
    chance = random.Random(f"chaos {seed}")
    made = [Step(_kill(chance), 0.0, chance.choice((0.05, 0.4, 1.0, 1.5))) for _ in range(kills)]
    for number in range(outages):
        blow = OUTAGES[number % len(OUTAGES)]
        is_long = number % LONG_ONE_IN == LONG_ONE_IN - 1
        bounds = (longest_s, LONG_TIMES * longest_s) if is_long else (min(_SHORTEST_S, longest_s), longest_s)
        made.append(Step(blow, chance.uniform(*bounds), chance.uniform(0.0, 1.5)))
    full = math.ceil(outages / _OUTAGES_A_FULL_CARD)
    made += [Step(Blow.FULL_CARD, chance.uniform(*_FULL_S), 1.0) for _ in range(full)]
    chance.shuffle(made)
    return sorted(made, key=lambda step: step.blow in BROKER_DEATHS)


def clock_faults(seed: int, for_s: float) -> list[Fault]:
    """When the time of day is an hour ahead, an hour behind, or in 1970, by the run's own seconds."""
    chance = random.Random(f"clocks {seed}")
    made = []
    for number in range(int(for_s / _CLOCK_EVERY_S)):
        from_s = (number + chance.uniform(0.2, 0.8)) * _CLOCK_EVERY_S
        made.append(Fault(chance.choice(_CLOCKS).value, from_s, from_s + _CLOCK_LASTS_S))
    return made


def kind_code(seed: int, number: int) -> int:
    """The kind of an incident: both ends of the run know it, so that one told twice cannot hide one that is lost."""
    return random.Random(f"kind {seed} {number}").choice(sorted(KIND_OF_CODE))


def percentile_99(values: Sequence[float]) -> float:
    """The 99th percentile by nearest rank; 0 where there is none."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1] if values else 0.0


def _kill(chance: random.Random) -> Blow:
    return Blow.KILL_UPLINK if chance.random() < _UPLINK_SHARE else Blow.KILL_BROKER
