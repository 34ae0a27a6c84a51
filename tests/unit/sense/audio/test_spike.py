from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from node.config.sound import MicrophoneSettings, SpikeSettings
from node.sense.audio.background import Background
from node.sense.audio.heard import Began, Confidence, Ended
from node.sense.audio.level import SoundLevel
from node.sense.audio.lifecycle import STEPS, Sign, State
from node.sense.audio.ordinary import Usual
from node.sense.audio.spike import SpikeDetector
from node.sense.audio.timbre import Timbre
from node.sense.capture.hops import HOP_S

STREET_DB = 50.0

# Octaves from 125 Hz to 8 kHz under the voice band, the share of lines, and how much the envelope fluctuates.
CROWD = ((-30.0, -17.0, -5.0, -4.0, -8.0, -15.0, -25.0), 0.25, 0.2)
VEHICLE = ((3.0, -2.0, -9.0, -8.0, -11.0, -21.0, -26.0), 0.17, 0.1)
HORN = ((-40.0, -38.0, -9.0, -8.0, -2.0, -16.0, -40.0), 1.0, 0.3)
DOG = ((-40.0, -22.0, -4.0, -4.0, -10.0, -37.0, -40.0), 0.6, 1.0)
WIND = ((9.0, 0.0, -14.0, -27.0, -37.0, -38.0, -35.0), 0.8, 0.5)
Sort = tuple[tuple[float, ...], float, float]


class World:
    """A street that is told in levels: each call lets some seconds pass; `found` is what was detected."""

    def __init__(self, usual: Usual | None = None, **settings_: float) -> None:
        self.t_s = 0.0
        self.found: list[Began | Ended] = []
        self.detector = SpikeDetector(SpikeSettings(**settings_))
        self.background = Background()
        self.background.remember(usual)
        self._chance = np.random.default_rng(1)

    def hear(
        self,
        seconds: float,
        level_db: float = STREET_DB,
        *,
        c_minus_a_db: float = 0.5,
        trusted: bool = True,
        sort: Sort = CROWD,
        crowd: float | None = None,
    ):
        for _ in range(round(seconds / HOP_S)):
            self.hop(level_db + self._chance.uniform(-0.5, 0.5), c_minus_a_db, trusted=trusted, sort=sort, crowd=crowd)

    def pass_by(self, peak_db: float, seconds: float, c_minus_a_db: float) -> None:
        for at in np.linspace(-1, 1, round(seconds / HOP_S)):
            self.hop(max(STREET_DB, peak_db - 20 * np.log10(1 + (6 * at) ** 2) / 1.5), c_minus_a_db, sort=VEHICLE)

    def hop(
        self,
        level_db: float,
        c_minus_a_db: float = 0.5,
        *,
        trusted: bool = True,
        sort: Sort = CROWD,
        crowd: float | None = None,
    ) -> None:
        self.t_s += HOP_S
        level = SoundLevel(self.t_s, level_db, level_db, level_db, 0.0, level_db, c_minus_a_db, level_db + 12)
        timbre = self.timbre(level_db, sort)
        event = self.detector.step(level, timbre, self.background, trusted=trusted, crowd=crowd)
        if event:
            self.found.append(event)
        if trusted:
            self.background.update(level_db, absorb=not self.detector.active)

    def timbre(self, level_db: float, sort: Sort) -> Timbre:
        octaves_db, lines, swing = sort
        energy = 10 ** (level_db / 10 - 12)
        steps = energy * np.clip(1 + swing * self._chance.uniform(-1.7, 1.7, 4), 0.001, None)
        octaves = energy * 10 ** ((np.array(octaves_db) + self._chance.normal(0.0, 1.3, 7)) / 10)
        return Timbre(tuple(octaves.tolist()), lines * energy, tuple(steps.tolist()))

    @property
    def began(self) -> list[Began]:
        return [event for event in self.found if isinstance(event, Began)]

    @property
    def ended(self) -> list[Ended]:
        return [event for event in self.found if isinstance(event, Ended)]

    def finish(self) -> None:
        last = self.detector.finish(self.t_s)
        self.found += [last] if last else []

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self.found]


def street(**settings_: float) -> World:
    world = World(None, **settings_)
    world.hear(20)
    return world


def test_a_roar_of_three_seconds_is_one_spike_with_a_beginning_and_an_end():
    world = street()
    world.hear(3, 65)
    world.hear(10)

    assert world.kinds == [Began, Ended]


def test_the_beginning_is_the_first_loud_hop_and_is_told_within_one_and_a_half():
    world = street()
    world.hear(3, 65)

    (began,) = world.began
    assert began.began_s == pytest.approx(20.0)
    assert began.sure_s - began.began_s <= 1.5


def test_the_end_is_when_it_was_last_heard():
    world = street()
    world.hear(3, 65)
    world.hear(10)

    (ended,) = world.ended
    assert ended.ended_s == pytest.approx(23.0, abs=0.25)
    assert ended.duration_s == pytest.approx(3.0, abs=0.25)
    assert not ended.stopped
    assert ended.peak_over_background_db == pytest.approx(15.0, abs=1.1)


def test_a_pause_belongs_to_the_spike():
    world = street()
    for _ in range(4):
        world.hear(2, 65)
        world.hear(2.5)
    world.hear(10)

    assert world.kinds == [Began, Ended]


def test_a_bang_is_no_spike():
    world = street()
    for _ in range(10):
        world.hear(0.375, 90)
        world.hear(3)

    assert world.found == []


def test_a_vehicle_that_passes_is_no_spike():
    world = street()
    world.pass_by(70, 12, c_minus_a_db=5.0)
    world.hear(10)

    assert world.found == []


@pytest.mark.parametrize(
    ("sort", "c_minus_a_db"),
    [(WIND, 18.0), (VEHICLE, 9.0), (HORN, 0.0), (DOG, 0.5)],
    ids=["wind", "lorry", "horn", "dog"],
)
def test_what_does_not_sound_like_a_crowd_is_no_spike_however_loud_it_is(sort, c_minus_a_db):
    world = street()
    world.hear(6, 75, c_minus_a_db=c_minus_a_db, sort=sort)
    world.hear(10)

    assert world.found == []


def test_what_was_refused_stays_refused_until_it_is_over():
    world = street()
    world.hear(6, 65, sort=HORN)
    world.hear(6, 66)

    assert world.found == []


def test_a_crowd_that_breaks_out_far_above_what_was_refused_is_a_spike():
    world = street()
    world.hear(6, 65, sort=HORN)
    world.hear(4, 74)

    assert world.kinds == [Began]


def test_a_crowd_beside_what_was_refused_began_when_it_broke_out():
    world = street()
    world.hear(280)
    world.hear(6, 65, sort=HORN)
    world.hear(4, 74)

    assert world.began[0].began_s == pytest.approx(306.0, abs=0.25)


def test_a_crowd_while_a_car_passes_began_when_it_came():
    world = street()
    world.hear(1.5, 60, c_minus_a_db=9.0, sort=VEHICLE)
    world.hear(3, 76)

    assert world.began[0].began_s == pytest.approx(21.5, abs=0.25)


def test_a_crowd_after_what_was_refused_is_over_is_a_spike():
    world = street()
    world.hear(280)
    world.hear(6, 65, sort=HORN)
    world.hear(3)
    world.hear(4, 65)

    assert world.kinds == [Began]


def test_a_classifier_that_hears_a_crowd_is_named_as_evidence():
    world = street()
    world.hear(3, 65, crowd=0.9)

    assert world.began[0].evidence[0] == "classifier"


def test_a_spike_inside_the_refractory_time_is_ignored():
    world = street()
    world.hear(3, 65)
    world.hear(8)
    world.hear(3, 65)
    world.hear(15)

    assert world.kinds == [Began, Ended]


def test_a_spike_after_the_refractory_time_is_another_one():
    world = street()
    world.hear(3, 65)
    world.hear(20)
    world.hear(3, 65)
    world.hear(10)

    assert world.kinds == [Began, Ended] * 2


def test_a_street_that_is_often_loud_by_itself_needs_more():
    world = World()
    for _ in range(20):
        world.hear(2)
        world.hear(1, 62, c_minus_a_db=9.0, sort=VEHICLE)
    world.hear(4, 62.5)

    assert world.found == []


def test_one_roar_that_was_refused_does_not_deafen_a_young_street_to_the_next():
    world = street()
    world.hear(4, 72, sort=HORN)
    world.hear(3)
    world.hear(3, 70)

    assert world.kinds == [Began]


def test_nothing_opens_before_the_background_is_known():
    world = World()
    world.hear(4)
    world.hear(4, 70)

    assert world.found == []


def test_sound_that_comes_back_after_a_dead_stretch_is_no_spike():
    world = street()
    world.hear(20, -140, trusted=False)
    world.hear(30, 70)

    assert world.found == []


def test_a_microphone_that_was_dead_from_the_beginning_is_no_spike_when_it_wakes():
    world = World()
    world.hear(30, -140, trusted=False)
    world.hear(30, 70)

    assert world.found == []


def test_a_lost_block_does_not_end_a_spike():
    world = street()
    world.hear(3, 65)
    world.hear(0.5, 0, trusted=False)
    world.hear(3, 65)

    assert world.kinds == [Began]


def test_a_microphone_that_dies_ends_the_spike_where_it_was_last_heard():
    world = street()
    world.hear(3, 65)
    world.hear(5, 0, trusted=False)

    (ended,) = world.ended
    assert ended.ended_s == pytest.approx(23.0, abs=0.2)
    assert ended.stopped


def test_the_end_of_listening_ends_an_open_spike():
    world = street()
    world.hear(3, 65)
    world.finish()

    (ended,) = world.ended
    assert ended.ended_s == pytest.approx(23.0)
    assert ended.stopped


def test_the_end_of_listening_in_a_quiet_street_ends_nothing():
    world = street()
    world.finish()

    assert world.found == []


def test_a_permanent_new_source_does_not_stay_a_spike_for_ever():
    world = street()
    world.hear(15 * 60, 65)
    world.hear(60, 65)

    assert world.kinds == [Began, Ended]


def test_a_permanent_new_source_is_the_background_within_fifteen_minutes():
    world = street()
    world.hear(15 * 60, 65)
    world.hear(15)
    assert world.background.l50_db == pytest.approx(65.0, abs=0.5)

    world.hear(4, 65)

    assert world.kinds == [Began, Ended]


def test_the_background_stands_still_while_a_roar_lasts():
    world = street()
    before = (world.background.l50_db, world.background.l90_db)
    world.hear(60, 65)

    assert (world.background.l50_db, world.background.l90_db) == pytest.approx(before, abs=0.5)


def test_after_a_roar_of_ten_minutes_the_next_one_is_a_spike_again():
    world = street()
    world.hear(600, 65)
    world.hear(30)
    world.hear(4, 65)

    assert world.kinds == [Began, Ended, Began]


def test_as_loud_as_this_hour_usually_is_has_low_confidence():
    surprising, usual = World(Usual(50.0, 47.0, 5)), World(Usual(62.0, 50.0, 5))
    for world in (surprising, usual):
        world.hear(30)
        world.hear(600)
        world.hear(3, 65)

    assert surprising.began[-1].confidence > usual.began[-1].confidence == Confidence.LOW


def test_where_the_hour_is_remembered_a_spike_may_open_in_the_first_seconds():
    knows, new = World(Usual(50.0, 47.0, 5)), World()
    for world in (knows, new):
        world.hear(2)
        world.hear(3, 66)

    assert (knows.kinds, new.kinds) == ([Began], [])


def test_a_memory_does_not_shorten_the_listening_after_a_dead_stretch():
    world = World(Usual(50.0, 47.0, 5))
    world.hear(20, -140, trusted=False)
    world.hear(30, 70)

    assert world.found == []


def test_the_evidence_is_of_the_vocabulary():
    world = street()
    world.hear(3, 65)

    assert world.began[0].evidence == ("level_rise", "voice_band", "modulation")


@settings(max_examples=30, deadline=None)
@given(
    story=st.lists(
        st.tuples(st.floats(0.125, 15), st.floats(20, 110), st.floats(-2, 20), st.booleans()), min_size=1, max_size=20
    )
)
def test_whatever_happens_beginnings_and_ends_take_turns_and_last(story):
    world = World()
    for seconds, level_db, c_minus_a_db, trusted in story:
        world.hear(seconds, level_db, c_minus_a_db=c_minus_a_db, trusted=trusted)
    world.finish()

    assert world.kinds == [Began, Ended] * len(world.ended)
    assert all(ended.duration_s > 0 for ended in world.ended)
    assert all(began.began_s < began.sure_s for began in world.began)


def test_the_table_names_every_state_and_leads_only_to_states():
    assert set(STEPS) == set(State)
    assert {sign for steps in STEPS.values() for sign in steps} == set(Sign)


def test_an_unknown_threshold_is_refused():
    with pytest.raises(ValidationError):
        SpikeSettings.model_validate({"open_above": 3})


@pytest.mark.parametrize(("opens", "closes"), [("open_db", "close_db"), ("open_peak_db", "close_peak_db")])
def test_a_closing_threshold_above_its_opening_one_is_refused(opens, closes):
    with pytest.raises(ValidationError, match=f"{closes} must not be above {opens}"):
        SpikeSettings.model_validate({opens: 5.0, closes: 5.1})


def test_a_closing_threshold_may_be_its_opening_one():
    assert SpikeSettings(open_db=5.0, close_db=5.0).close_db == 5.0


@pytest.mark.parametrize(("calibration", "full_scale_db"), [("none", 0.0), ("nominal", 123.01), ("calibrator", 123.01)])
def test_full_scale_is_what_the_sensitivity_says(calibration, full_scale_db):
    found = MicrophoneSettings(calibration=calibration, sensitivity_dbfs=-26.0)

    assert found.full_scale_db == pytest.approx(full_scale_db)
