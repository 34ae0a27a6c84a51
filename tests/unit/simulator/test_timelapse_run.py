from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.config.sound import SpikeSettings
from node.sense.audio.level import SoundLevel
from node.sense.audio.timbre import Timbre
from simulator.trials.score import Told
from simulator.trials.timelapse import run
from simulator.trials.timelapse.features import HOPS_A_SECOND
from simulator.trials.timelapse.lapse import features, hour_heard
from simulator.trials.timelapse.outcome import FalseAlarm, HourLevels, WeekOutcome
from simulator.trials.timelapse.run import node_week
from simulator.trials.timelapse.watch import Watch
from simulator.trials.timelapse.week import Week
from simulator.world.expected import Expected

WEEK = Week(11)
HOUR_S = 3600


def hops(voice_db: float, count: int, from_s: float) -> Iterator[tuple[SoundLevel, Timbre]]:
    """A murmur or a roar of many voices: noise-like, and strongest around 1 kHz."""
    chance = np.random.default_rng(int(from_s))
    energy = 10 ** (voice_db / 10 - 12.3)
    octaves_db = np.array((-30.0, -17.0, -5.0, -4.0, -8.0, -15.0, -25.0))
    for i in range(count):
        level = SoundLevel(
            from_s + (i + 1) / HOPS_A_SECOND, voice_db, voice_db, voice_db, 1e-7, voice_db, 1.0, voice_db + 12
        )
        octaves = energy * 10 ** ((octaves_db + chance.normal(0.0, 1.3, 7)) / 10)
        yield level, Timbre(tuple(octaves.tolist()), 0.25 * energy, tuple(energy * chance.uniform(0.75, 1.25, 4)))


@given(st.integers(0, 2 * HOUR_S - 2), st.integers(1, 400))
@settings(max_examples=15)
def test_any_stretch_of_a_week_is_cut_from_the_same_features(from_s: int, lasts_s: int) -> None:
    to_s = min(from_s + lasts_s, 2 * HOUR_S)

    found = features(WEEK, from_s, to_s)

    hour = hour_heard(WEEK.seed, from_s // HOUR_S)
    within = (from_s % HOUR_S) * HOPS_A_SECOND
    assert found.heard.t_s.size == (to_s - from_s) * HOPS_A_SECOND
    assert found.seen.t_s.tolist() == list(range(from_s, to_s))
    assert found.heard.laf_db[:8].tobytes() == hour.laf_db[within : within + 8].tobytes()
    assert np.allclose(np.diff(found.heard.t_s), 1 / HOPS_A_SECOND)


def test_two_runs_of_an_hour_are_byte_identical() -> None:
    first = hour_heard(7, 20)
    hour_heard.cache_clear()
    second = hour_heard(7, 20)

    assert first.laf_db.tobytes() == second.laf_db.tobytes()
    assert first.voice_db.tobytes() == second.voice_db.tobytes()


@pytest.mark.parametrize(("from_s", "to_s"), [(5.0, 5.0), (-1.0, 5.0), (9.0, 3.0)])
def test_an_empty_stretch_is_refused(from_s: float, to_s: float) -> None:
    with pytest.raises(ValueError, match="stretch"):
        features(WEEK, from_s, to_s)


def test_the_levels_of_a_stretch_are_those_that_a_detector_takes() -> None:
    heard = features(WEEK, 100, 101).heard

    level, timbre = next(heard.hops())

    assert level == SoundLevel(*(float(getattr(heard, name)[0]) for name in SoundLevel.__slots__))
    assert 10 * np.log10(level.a_energy) < 0
    assert timbre == Timbre(tuple(heard.octaves[0]), heard.lines[0], tuple(heard.steps[0]))


def test_a_roar_of_ten_seconds_is_told_once_with_its_end() -> None:
    watch = Watch(SpikeSettings())
    street = [*hops(50.0, 480, 0.0), *hops(70.0, 80, 60.0), *hops(50.0, 160, 70.0)]

    told = [*watch.hear(street), *watch.finish()]

    assert [one.kind for one in told] == ["noise.spike"]
    assert told[0].began_s == pytest.approx(60.0, abs=0.2)
    assert told[0].ended_s == pytest.approx(70.0, abs=1.0)
    assert 60.0 < told[0].told_s < 62.0


def test_a_roar_that_is_still_open_at_the_end_is_told_without_an_end() -> None:
    watch = Watch(SpikeSettings())

    told = [*watch.hear([*hops(50.0, 480, 0.0), *hops(70.0, 40, 60.0)]), *watch.finish()]

    assert [one.ended_s for one in told] == [None]


def test_an_hour_of_a_week_does_not_depend_on_how_it_is_run() -> None:
    progress: list[float] = []

    once = node_week(3, days=2 / 24, jobs=1, progress=progress.append)
    again = node_week(3, days=2 / 24, jobs=2)

    assert once == again
    assert progress == [1.0]
    assert [hour.hour for hour in once.hours] == [0, 1]
    assert once.exposure_s == 7200.0


def test_levels_of_an_hour_are_in_order() -> None:
    hours = node_week(4, days=1 / 24, jobs=1).hours

    assert all(hour.l10_db >= hour.l50_db >= hour.l90_db for hour in hours)
    assert all(hour.l90_db <= hour.laeq_db <= hour.l10_db + 12.0 for hour in hours)
    assert all(0.0 <= hour.present_share <= 1.0 for hour in hours)


@pytest.mark.slow
def test_pieces_in_two_processes_give_the_outcome_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PIECE_HOURS", 1)  # or it would take thirteen hours to have two

    assert node_week(5, days=2 / 24, jobs=2) == node_week(5, days=2 / 24, jobs=1)


@pytest.mark.parametrize(("seed", "days", "jobs"), [(-1, 1.0, 1), (1, 0.0, 1), (1, 1.0, 0)])
def test_a_week_that_cannot_be_is_refused(seed: int, days: float, jobs: int) -> None:
    with pytest.raises(ValueError, match="a week has"):
        node_week(seed, days=days, jobs=jobs)


def test_the_outcome_counts_hits_false_alarms_and_their_causes() -> None:
    outcome = WeekOutcome(
        seed=1,
        days=3.5,
        exposure_s=302_400.0,
        hours=(HourLevels(0, 50.0, 53.0, 49.0, 45.0, 0.2),),
        truth=(Expected("noise.spike", 100.0, 110.0), Expected("sound.siren", 400.0, 420.0)),
        told=(Told("noise.spike", 101.0, 109.0, 102.0), Told("noise.spike", 500.0, 505.0, 501.5)),
        false_alarms=(FalseAlarm(500.0, "vehicle.truck"),),
    )

    found = outcome.as_json()

    assert found["false_per_node_week"] == 2.0
    assert found["false_alarms"] == {"vehicle.truck": 1}
    assert found["true_kinds"] == {"noise.spike": 1, "sound.siren": 1}
    score = outcome.spike_score()
    assert score is not None
    assert (score.hits, score.false, score.recall) == (1, 1, 1.0)


def test_a_spike_told_of_a_crowd_that_may_be_told_and_need_not_is_no_false_alarm() -> None:
    told = Told("noise.spike", 501.0, 505.0, 502.0)
    outcome = WeekOutcome(1, 1.0, 86_400.0, (), (), (told,), (), (Expected("noise.spike", 500.0, 506.0),))

    assert outcome.spike_score() is None
