"""Incidents by sound, hop by hop: what begins, what belongs to what, and what a faulty microphone does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.config.settings import Settings
from node.config.sound_classes import SoundClass
from node.contract.words import Evidence, Kind
from node.sense.audio.background import Background
from node.sense.audio.heard import BLIND_HOPS, Began, Ended
from node.sense.audio.impulse import Impulse
from node.sense.audio.level import SoundLevel
from node.sense.audio.sounds import AWAKE_S, SoundEvents
from node.sense.audio.tagger import Scores

SETTINGS = Settings.model_validate({"node": {"id": "pole-1"}})
MODEL = dict.fromkeys(SoundClass, 0.5)
SHOT = Impulse(10.0, 2, 25, 9.0, 60.0, 40.0, 12.0, overload=False)
STREET_DB = 50.0
HOP_S = 0.125


class Listener:
    """Incidents of a street at 50 dB, fed with levels, impulses and scores by hand."""

    def __init__(self, model: dict[SoundClass, float] | None = None) -> None:
        self.sounds = SoundEvents(SETTINGS, MODEL if model is None else model)
        self.background = Background()
        self.now_s = 0.0
        self.told: list[Began | Ended] = []
        self.step(10.0)

    def level(self, level_db: float) -> SoundLevel:
        return SoundLevel(self.now_s, level_db, level_db, level_db, 1e-6, level_db, 0.0, level_db + 10)

    def step(
        self,
        to_s: float,
        level_db: float = STREET_DB,
        scores: dict[SoundClass, float] | None = None,
        *,
        trusted: bool = True,
    ) -> None:
        """Goes on hop by hop to an instant; with scores, a window ends every half second."""
        while self.now_s < to_s:
            self.now_s += HOP_S
            due = scores is not None and self.now_s % 0.5 == 0
            window = Scores(self.now_s, scores) if due and scores is not None else None
            self.told += self.sounds.step(self.level(level_db), self.background, window, trusted=trusted)
            self.background.update(STREET_DB, absorb=True)

    def bang(self) -> None:
        self.sounds.hear([replace(SHOT, onset_s=self.now_s)])

    def began(self) -> list[Kind]:
        return [one.kind for one in self.told if isinstance(one, Began)]

    def ended(self) -> list[Ended]:
        return [one for one in self.told if isinstance(one, Ended)]


def siren(listener: Listener, to_s: float) -> None:
    listener.step(to_s, 70.0, {SoundClass.SIREN: 0.95})


def test_a_siren_begins_once_and_ends_when_it_is_heard_no_more() -> None:
    listener = Listener()
    siren(listener, 20.0)
    listener.step(30.0, scores={SoundClass.SIREN: 0.01})

    [ended] = listener.ended()
    assert listener.began() == [Kind.SOUND_SIREN]
    assert ended.ended_s == pytest.approx(20.0, abs=1.5)
    assert ended.peak_over_background_db == pytest.approx(20.0)
    assert not ended.stopped


def test_a_siren_tells_what_it_rests_on() -> None:
    listener = Listener()
    siren(listener, 15.0)

    [began] = [one for one in listener.told if isinstance(one, Began)]
    assert began.evidence == (Evidence.CLASSIFIER, Evidence.LEVEL_RISE, Evidence.SUSTAINED)


def test_within_the_refractory_time_no_second_siren_is_told() -> None:
    listener = Listener()
    siren(listener, 15.0)
    listener.step(21.0, scores={SoundClass.SIREN: 0.01})
    siren(listener, 26.0)

    assert listener.began() == [Kind.SOUND_SIREN]


def test_a_loud_machine_that_the_model_does_not_know_is_nothing() -> None:
    listener = Listener()
    listener.step(60.0, 75.0, dict.fromkeys(SoundClass, 0.1))

    assert listener.told == []


def test_near_silence_that_the_model_takes_for_anything_is_nothing() -> None:
    listener = Listener()
    listener.step(60.0, STREET_DB + 1, dict.fromkeys(SoundClass, 0.99))

    assert listener.told == []


def test_several_bangs_in_a_row_without_a_name_are_one_incident() -> None:
    listener = Listener({})
    for _ in range(4):
        listener.bang()
        listener.step(listener.now_s + 1.0)
    listener.step(30.0)

    assert listener.began() == [Kind.SOUND_IMPULSE]
    assert len(listener.ended()) == 1


def test_an_impulse_is_told_within_750_ms_with_its_own_instant() -> None:
    listener = Listener()
    listener.bang()
    listener.step(12.0, scores=dict.fromkeys(SoundClass, 0.01))

    [began] = [one for one in listener.told if isinstance(one, Began)]
    assert began.began_s == 10.0
    assert began.sure_s - began.began_s <= 0.75


def test_the_peak_of_a_bang_is_that_of_its_impulse() -> None:
    listener = Listener({})
    listener.bang()
    listener.step(20.0)

    assert listener.ended()[0].peak_over_background_db == pytest.approx(40.0)


def test_while_fireworks_go_on_every_bang_belongs_to_them() -> None:
    listener = Listener()
    listener.bang()
    listener.step(11.0, 70.0, {SoundClass.FIREWORKS: 0.95})
    for _ in range(5):
        listener.bang()
        listener.step(listener.now_s + 2.0, 70.0, {SoundClass.FIREWORKS: 0.1, SoundClass.GUNSHOT: 0.99})

    assert listener.began() == [Kind.SOUND_FIREWORKS]
    assert listener.ended() == []


def test_further_shots_belong_to_the_open_incident() -> None:
    listener = Listener()
    shots = {SoundClass.GUNSHOT: 0.99, SoundClass.FIREWORKS: 0.01}
    for _ in range(4):
        listener.bang()
        listener.step(listener.now_s + 1.5, 70.0, shots)
    listener.step(30.0)

    assert listener.began() == [Kind.SOUND_GUNSHOT]
    assert listener.ended()[0].duration_s >= 4.5


def test_shots_at_two_times_are_two_incidents() -> None:
    listener = Listener()
    shots = {SoundClass.GUNSHOT: 0.99, SoundClass.FIREWORKS: 0.01}
    for _ in range(2):
        listener.bang()
        listener.step(listener.now_s + 1.5, 70.0, shots)
        listener.step(listener.now_s + 6.0)

    assert listener.began() == [Kind.SOUND_GUNSHOT, Kind.SOUND_GUNSHOT]


def test_beside_a_named_bang_none_is_an_impulse() -> None:
    listener = Listener()
    listener.bang()
    listener.step(10.5, 70.0, {SoundClass.EXPLOSION: 0.99})
    listener.bang()
    listener.step(12.0, 70.0, {SoundClass.EXPLOSION: 0.01})

    assert listener.began() == [Kind.SOUND_EXPLOSION]


def test_a_faulty_microphone_tells_of_nothing() -> None:
    listener = Listener()
    listener.step(30.0, 90.0, dict.fromkeys(SoundClass, 0.99), trusted=False)

    assert listener.told == []


def test_a_bang_that_waits_for_its_name_is_told_where_the_microphone_is_lost() -> None:
    listener = Listener()
    listener.bang()
    listener.step(10.25, 70.0)
    listener.step(10.375, 70.0, trusted=False)

    [began] = [one for one in listener.told if isinstance(one, Began)]
    assert (began.kind, began.began_s, began.sure_s) == (Kind.SOUND_IMPULSE, 10.0, 10.375)


def test_a_bang_that_a_fault_made_is_not_told_where_the_fault_is_found() -> None:
    listener = Listener()
    listener.bang()
    listener.step(10.25, 70.0)
    listener.sounds.doubt()
    listener.step(12.0, 70.0, trusted=False)

    assert listener.told == []


def test_a_bang_that_waits_for_its_name_is_told_where_listening_stops() -> None:
    listener = Listener()
    listener.bang()
    listener.step(10.25, 70.0)

    began, ended = listener.sounds.finish(10.25)

    assert isinstance(began, Began)
    assert isinstance(ended, Ended)
    assert (began.kind, began.began_s, ended.ended_s) == (Kind.SOUND_IMPULSE, 10.0, 10.25)


def shots(listener: Listener) -> None:
    listener.bang()
    listener.step(listener.now_s + 1.5, 70.0, {SoundClass.GUNSHOT: 0.99, SoundClass.FIREWORKS: 0.01})


def blows(listener: Listener, blow: Impulse, count: int) -> None:
    """A blow every two seconds that the model has no name for."""
    for _ in range(count):
        listener.sounds.hear([replace(blow, onset_s=listener.now_s)])
        listener.step(listener.now_s + 2.0, 60.0, {SoundClass.GUNSHOT: 0.01})


def test_what_has_not_the_shape_of_a_bang_does_not_prolong_an_incident() -> None:
    listener = Listener()
    shots(listener)
    blows(listener, replace(SHOT, rise_ms=40, peak_over_l90_db=21.0), 30)

    assert [ended.ended_s for ended in listener.ended()] == [pytest.approx(10.125)]


def test_blows_without_a_name_prolong_the_incident_of_a_shot_for_half_a_minute_at_most() -> None:
    listener = Listener()
    shots(listener)
    blows(listener, SHOT, 60)

    assert listener.ended()[0].kind is Kind.SOUND_GUNSHOT
    assert 20.0 <= listener.ended()[0].duration_s <= 31.5


def test_a_shot_two_minutes_after_blows_began_is_told() -> None:
    listener = Listener()
    shots(listener)
    blows(listener, SHOT, 60)
    shots(listener)

    assert listener.began().count(Kind.SOUND_GUNSHOT) == 2


def test_a_bang_that_was_heard_once_ended_when_it_was_heard() -> None:
    listener = Listener()
    shots(listener)
    listener.step(20.0)

    [ended] = listener.ended()
    assert (ended.ended_s, ended.duration_s) == (10.125, 0.125)


def test_fireworks_after_a_pause_do_not_begin_before_the_last_ones_ended() -> None:
    listener = Listener()
    fireworks = {SoundClass.FIREWORKS: 0.99, SoundClass.GUNSHOT: 0.01}
    listener.step(13.0, 70.0, fireworks)
    listener.step(22.25)
    listener.step(26.0, 70.0, fireworks)

    ends = [ended.ended_s for ended in listener.ended()]
    begins = [one.began_s for one in listener.told if isinstance(one, Began)]
    assert len(begins) == 2
    assert begins[1] > ends[0]


def test_windows_of_fireworks_that_are_over_are_no_witness_of_the_next_ones() -> None:
    listener = Listener()
    fireworks = {SoundClass.FIREWORKS: 0.99, SoundClass.GUNSHOT: 0.01}
    listener.step(13.0, 70.0, fireworks)
    listener.step(22.25)
    listener.step(22.5, 70.0, fireworks)

    assert listener.began() == [Kind.SOUND_FIREWORKS]


def test_a_microphone_lost_for_five_seconds_ends_what_was_open() -> None:
    listener = Listener()
    siren(listener, 15.0)
    listener.step(15.0 + BLIND_HOPS * HOP_S, trusted=False)

    [ended] = listener.ended()
    assert (ended.stopped, ended.ended_s) == (True, 15.0)


def test_a_gap_of_a_second_does_not_end_a_siren() -> None:
    listener = Listener()
    siren(listener, 15.0)
    listener.step(16.0, trusted=False)
    siren(listener, 20.0)

    assert (len(listener.began()), listener.ended()) == (1, [])


def test_where_listening_stops_all_that_is_open_ends() -> None:
    listener = Listener()
    siren(listener, 15.0)
    listener.bang()
    listener.step(16.0, 70.0, {SoundClass.SIREN: 0.95, SoundClass.EXPLOSION: 0.95})

    ended = [one for one in listener.sounds.finish(16.0) if isinstance(one, Ended)]

    assert {one.kind for one in ended} == {Kind.SOUND_SIREN, Kind.SOUND_EXPLOSION}
    assert all(one.stopped for one in ended)


def test_a_quiet_street_does_not_wake_the_model() -> None:
    listener = Listener()

    assert not listener.sounds.wakes(listener.level(STREET_DB + 2), listener.background, onset=False)


def test_what_stands_out_wakes_the_model_for_a_while() -> None:
    listener = Listener()
    awake = [listener.sounds.wakes(listener.level(STREET_DB + 4), listener.background, onset=False)]
    for _ in range(round(2 * AWAKE_S / HOP_S)):
        listener.now_s += HOP_S
        awake.append(listener.sounds.wakes(listener.level(STREET_DB), listener.background, onset=False))

    assert sum(awake) == 1 + round(AWAKE_S / HOP_S)


def test_an_onset_wakes_the_model() -> None:
    listener = Listener()

    assert listener.sounds.wakes(listener.level(STREET_DB), listener.background, onset=True)


def test_while_nobody_knows_what_is_usual_the_model_is_awake() -> None:
    listener = Listener()

    assert listener.sounds.wakes(listener.level(20.0), Background(), onset=False)
