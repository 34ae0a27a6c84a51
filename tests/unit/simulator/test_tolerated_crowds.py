"""A crowd that is heard and stands out too little to be asked for may be told, and need not."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.trials.score import Told, score
from simulator.world.act import Act
from simulator.world.expected import Expected
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits
from simulator.world.truth import SPIKE, expected, tolerated

QUIET = Traits(roars=False, walkers=0.0, cars=0.0, city_db=50.0)
CHEER = Act(SoundName.CHEER, 0, 20.0, 6.0, x_m=10.0, y_m=11.0, level_db=100.0)
DRILL = Act(SoundName.DRILL, 1, 5.0, 50.0, x_m=10.0, y_m=11.0, level_db=96.0)
"""4 dB under the cheer, at its place: the cheer is heard, and does not rise by 8 dB."""


def spikes(events: list[Expected]) -> list[Expected]:
    return [one for one in events if one.kind == SPIKE]


def street(*acts: Act, traits: Traits = QUIET) -> Street:
    return Street(3, 60.0, traits, acts)


def test_a_cheer_in_a_quiet_street_is_asked_for_and_not_merely_tolerated() -> None:
    alone = street(CHEER)

    assert len(spikes(expected(alone, 0.0, 60.0))) == 1
    assert spikes(tolerated(alone, 0.0, 60.0)) == []


def test_a_cheer_beside_what_is_nearly_as_loud_is_tolerated_and_not_asked_for() -> None:
    beside = street(CHEER, DRILL)

    (found,) = spikes(tolerated(beside, 0.0, 60.0))

    assert spikes(expected(beside, 0.0, 60.0)) == []
    assert (found.began_s, found.ended_s) == pytest.approx((20.05, 26.05), abs=0.1)


def test_a_cheer_that_the_far_city_drowns_is_not_tolerated() -> None:
    drowned = street(Act(SoundName.CHEER, 0, 20.0, 6.0, x_m=10.0, y_m=11.0, level_db=60.0))

    assert spikes(tolerated(drowned, 0.0, 60.0)) == []


def test_the_roar_of_a_gathering_beside_a_louder_sound_is_tolerated() -> None:
    gathering = Street(4, 60.0, Traits(roars=True, walkers=0.0, cars=0.0, city_db=50.0))
    moment = gathering.moments(0.0, 60.0)[0]
    loud = Act(SoundName.DRILL, 0, 0.0, 59.0, x_m=-7.0, y_m=11.0, level_db=112.0)
    beside = Street(4, 60.0, Traits(roars=True, walkers=0.0, cars=0.0, city_db=50.0), (loud,))

    found = spikes(tolerated(beside, 0.0, 60.0))

    assert len(spikes(expected(gathering, 0.0, 60.0, sight=False))) == 1
    assert spikes(expected(beside, 0.0, 60.0, sight=False)) == []
    assert np.min([abs(one.began_s - moment.began_s) for one in found]) < 1.0


def test_a_spike_told_of_a_tolerated_crowd_is_not_counted() -> None:
    faint = Expected(SPIKE, 20.0, 26.0)

    assert score([], [Told(SPIKE, 20.5, 26.0, 21.5)], [faint]) == {}


def test_a_crowd_that_is_asked_for_and_told_twice_is_a_hit_and_a_false_alarm() -> None:
    alone = street(CHEER)
    told = [Told(SPIKE, 20.1, 22.0, 21.0), Told(SPIKE, 23.5, 26.0, 24.5)]

    found = score(expected(alone, 0.0, 60.0), told, tolerated(alone, 0.0, 60.0))[SPIKE]

    assert (found.hits, found.false) == (1, 1)
