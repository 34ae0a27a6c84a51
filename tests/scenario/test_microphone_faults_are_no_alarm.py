"""Whatever is wrong with a microphone, the whole node tells of no spike and of no bang because of it.

`test_trials` says the same of a deaf one and of a loose cable.
"""

from __future__ import annotations

from functools import cache

import pytest

from simulator.trials import scenario
from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.trial import Trial

pytestmark = pytest.mark.slow

HEARD = ("noise.", "sound.")
NAMES = ["microphone-clipped", "microphone-in-the-wind"]


@cache
def run(name: str) -> tuple[Scenario, Outcome]:
    _, chosen = scenario.load(name)
    return chosen, Trial(name, chosen, chosen.seed, sight=False).run()


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_neither_begins_nor_ends_with_an_alarm(name):
    chosen, outcome = run(name)
    borders_s = [at_s for fault in chosen.faults() for at_s in (fault.from_s, fault.to_s)]

    told_s = [one.began_s for one in outcome.told if one.kind.startswith(HEARD)]

    # Instants are told to the second.
    assert not [at_s for at_s in told_s if any(-1 <= at_s - border_s <= 2 for border_s in borders_s)]


@pytest.mark.parametrize("name", NAMES)
def test_the_time_of_a_fault_is_no_exposure(name):
    chosen, outcome = run(name)
    broken_s = sum(fault.to_s - fault.from_s for fault in chosen.faults())

    assert chosen.length_s - broken_s - 3 <= outcome.sound_exposure_s <= chosen.length_s - broken_s + 2
