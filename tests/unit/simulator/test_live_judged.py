"""What a trial in real time makes of what its reader got: the same rules as the quick trial's."""

from __future__ import annotations

from simulator.live.board import StreetClock
from simulator.pole.devices import Pace
from simulator.trials import live_trial
from simulator.trials.reading import Dating, Reading
from simulator.trials.scenario import load
from simulator.world.truth import tolerated


def test_a_trial_in_real_time_forgives_what_may_be_told_of_a_bang() -> None:
    name, scenario = load("a-scream-at-night")
    street = scenario.make_street(7)
    reading = Reading(Dating(StreetClock(street, Pace(0.0, clock=lambda: 0.0))))

    outcome = live_trial.judged(name, scenario, 7, reading, sight=False)

    assert outcome.tolerated == tolerated(street, 0.0, scenario.length_s) != []
