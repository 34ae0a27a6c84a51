"""How soon the node tells: from a sound's onset to the message that would leave, over streets with a truth.

The street's time counts to the block in which the message left; what the node computes meanwhile is added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from simulator.trials import scenario
from simulator.trials.score import Tally
from simulator.trials.trial import Trial

STREETS = ("crowd-surge", "stadium-egress", "burst-of-shots", "shots-near", "explosion", "broken-glass")
IMPULSE = "sound.impulse"
BANGS = ("sound.gunshot", "sound.explosion", "sound.fireworks", IMPULSE)
"""Kinds of the truth that are an impulse before they have a name."""

SEEDS = (3001, 3002, 3003)
"""Streets of their own: neither the scenarios' own seeds nor those that score."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Latency:
    """From onset to message, of one kind, in ms. Percentiles by nearest rank.

    Args:
        p50: the middle.
        p95: what 95 % do not exceed.
        count: how many there were.
    """

    p50: int
    p95: int
    count: int

    def as_json(self) -> dict[str, int]:
        """The same as JSON has it."""
        return asdict(self)


def measure(processing_ms: float, progress: Progress, seeds: tuple[int, ...] = SEEDS) -> dict[str, Latency]:
    """The latency of every kind that is heard and told on these streets, by name in order.

    Args:
        processing_ms: what a block costs the node, added to each.
        progress: told how many streets are done.
        seeds: of the streets.
    """
    tally, impulses = Tally(), Tally()
    for done, (street, seed) in enumerate((street, seed) for street in STREETS for seed in seeds):
        name, chosen = scenario.load(street)
        outcome = Trial(name, chosen, seed, sight=False).run()
        tally.add(outcome.truth, outcome.told)
        bangs = [replace(one, kind=IMPULSE) for one in outcome.truth if one.kind in BANGS]
        impulses.add(bangs, [one for one in outcome.told if one.kind == IMPULSE])
        progress(done + 1)
    found_s = {kind: tally.latencies_s(kind) for kind in tally.scores()} | {IMPULSE: impulses.latencies_s(IMPULSE)}
    told_s = {kind: rising_s for kind, rising_s in sorted(found_s.items()) if rising_s}
    return {kind: _summed_up([1000 * s + processing_ms for s in rising_s]) for kind, rising_s in told_s.items()}


def _summed_up(rising_ms: list[float]) -> Latency:
    """By nearest rank: each percentile is a latency that really was."""
    at = [rising_ms[-(-percent * len(rising_ms) // 100) - 1] for percent in (50, 95)]
    return Latency(round(at[0]), round(at[1]), len(rising_ms))
