"""The whole line of `sense`, from blocks and frames to records' bodies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.airlock.record import Body, IncidentBegan, IncidentEnded, WindowSensed
from node.config.settings import Settings
from node.contract.words import KIND_OF_CODE, Kind
from node.ops.clock import FixedClock
from node.sense.capture.ports import AudioBlock, Frame
from node.sense.pipeline import Observation, Pipeline

RATE_HZ = 48_000
NIGHT = Settings.model_validate({"node": {"id": "pole-1"}, "summary": {"window_s": 60, "demonstration": True}})
CHANCE = np.random.default_rng(1)
HUM = (0.002 * CHANCE.standard_normal(90 * RATE_HZ)).astype(np.float32)


def with_roar(first_s: float, last_s: float) -> np.ndarray:
    samples = HUM.copy()
    first, last = int(first_s * RATE_HZ), int(last_s * RATE_HZ)
    t_s = np.arange(last - first) / RATE_HZ
    # The phases must not agree: in step these are 37 clicks a second, and each click is a bang.
    voices = sum(np.sin(2 * np.pi * f_hz * t_s + f_hz * f_hz) for f_hz in range(300, 3000, 37))
    samples[first:last] += (0.004 * voices * (1 + 0.5 * np.sin(8 * np.pi * t_s))).astype(np.float32)
    return samples


class Line:
    """A pipeline whose records are kept in a list."""

    def __init__(self) -> None:
        self.records: list[tuple[Body, float]] = []
        self.seen: list[Observation] = []
        self.pipeline = Pipeline(
            NIGHT, FixedClock(0.0), lambda body, at_s: self.records.append((body, at_s)), self.seen.append
        )

    def hear(self, samples: np.ndarray, sizes: list[int] | None = None) -> None:
        first = 0
        while first < samples.size:
            size = sizes[first % len(sizes)] if sizes else 6000
            block = samples[first : first + size].astype(np.float32)
            self.pipeline.hear(AudioBlock(block, first / RATE_HZ))
            first += size
        self.pipeline.finish(samples.size / RATE_HZ)

    def told(self) -> list[Kind]:
        """The kinds of what began, in order."""
        return [KIND_OF_CODE[found.kind_code] for found, _ in self.records if isinstance(found, IncidentBegan)]

    def of(self, body: type[Body]) -> list[tuple[Body, float]]:
        return [(found, at_s) for found, at_s in self.records if isinstance(found, body)]


def test_a_roar_is_one_incident_with_its_begin_and_end() -> None:
    line = Line()
    line.hear(with_roar(30, 36))

    [(began, began_s)] = line.of(IncidentBegan)
    [(ended, ended_s)] = line.of(IncidentEnded)
    assert isinstance(began, IncidentBegan)
    assert isinstance(ended, IncidentEnded)
    assert began.incident == ended.incident
    assert began_s == pytest.approx(30, abs=0.5)
    assert ended_s == pytest.approx(36, abs=1.0)
    assert ended.reason == 0


def test_a_roar_that_is_cut_off_by_the_end_of_sensing_ends_as_stopped() -> None:
    line = Line()
    line.hear(with_roar(30, 90)[: 36 * RATE_HZ])

    [(ended, _)] = line.of(IncidentEnded)
    assert isinstance(ended, IncidentEnded)
    assert ended.reason == 1


def test_two_roars_are_two_incidents_with_different_numbers() -> None:
    line = Line()
    line.hear(np.concatenate([with_roar(30, 36), with_roar(30, 36)]))

    assert [body.incident for body, _ in line.of(IncidentBegan) if isinstance(body, IncidentBegan)] == [1, 2]


@settings(max_examples=5)
@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=6))
def test_the_size_of_blocks_changes_nothing(sizes: list[int]) -> None:
    samples = with_roar(15, 20)[: 30 * RATE_HZ]
    by_hop, by_sizes = Line(), Line()
    by_hop.hear(samples)
    by_sizes.hear(samples, sizes)

    assert by_sizes.records == by_hop.records


def test_a_window_is_closed_at_its_bound_and_tells_levels_and_exposure() -> None:
    line = Line()
    line.hear(HUM)

    windows = [body for body, _ in line.of(WindowSensed) if isinstance(body, WindowSensed)]
    assert [window.sound_exposure_s for window in windows] == [60, 30]
    first = windows[0]
    assert first.l90_ddb <= first.l50_ddb <= first.l10_ddb <= first.lafmax_ddb
    # White noise of 0.002 of full scale (123 dB) is 69 dB; A-weighting takes some 2 dB of white noise to 24 kHz.
    assert 640 < first.laeq_ddb < 700


@pytest.mark.parametrize("dead", [np.zeros(40 * RATE_HZ), np.full(40 * RATE_HZ, 0.3)], ids=["zeros", "constant"])
def test_a_dead_microphone_is_a_fault_and_no_exposure(dead: np.ndarray) -> None:
    line = Line()
    line.hear(dead)

    assert line.told() == [Kind.SENSOR_FAULT]
    [(window, _)] = line.of(WindowSensed)
    assert isinstance(window, WindowSensed)
    assert window.sound_exposure_s == 0


def test_a_microphone_that_comes_back_from_the_dead_is_one_fault_as_long_as_it_was_dead() -> None:
    line = Line()
    line.hear(np.concatenate([HUM[: 30 * RATE_HZ], np.zeros(20 * RATE_HZ), HUM[: 30 * RATE_HZ]]))

    assert line.told() == [Kind.SENSOR_FAULT]
    [(_, began_s)], [(_, ended_s)] = line.of(IncidentBegan), line.of(IncidentEnded)
    assert began_s == pytest.approx(30.0, abs=0.2)
    assert 50.0 <= ended_s <= 53.5


def test_frames_count_as_sight_and_are_observed_where_nothing_is_heard() -> None:
    line = Line()
    for index in range(50):
        pixels = CHANCE.integers(0, 255, (90, 160, 3), dtype=np.uint8)
        line.pipeline.look(Frame(pixels, index / 10))
    line.pipeline.finish(5.0)

    [(window, _)] = line.records
    assert isinstance(window, WindowSensed)
    assert (window.sight_exposure_s, window.sound_exposure_s) == (5, 0)
    assert len(line.seen) == 50


def test_a_frozen_picture_stops_counting_as_sight() -> None:
    line = Line()
    pixels = CHANCE.integers(0, 255, (90, 160, 3), dtype=np.uint8)
    for index in range(300):
        line.pipeline.look(Frame(pixels, index / 10))
    line.pipeline.finish(30.0)

    assert line.told() == [Kind.SENSOR_FAULT]
    [(window, _)] = line.of(WindowSensed)
    assert isinstance(window, WindowSensed)
    assert window.sight_exposure_s <= 6


def test_an_empty_block_changes_nothing() -> None:
    line = Line()
    line.pipeline.hear(AudioBlock(np.zeros(0, np.float32), 0.0))
    line.pipeline.finish(1.0)

    assert line.records == []


def test_broken_samples_are_no_incident() -> None:
    samples = HUM[: 40 * RATE_HZ].copy()
    samples[30 * RATE_HZ : 31 * RATE_HZ] = np.nan
    samples[33 * RATE_HZ : 33 * RATE_HZ + 100] = np.inf
    line = Line()
    line.hear(samples)

    assert line.of(IncidentBegan) == []


def test_a_window_is_closed_when_its_time_is_over_though_nothing_is_sensed() -> None:
    line = Line()
    line.pipeline.hear(AudioBlock(HUM[: 10 * RATE_HZ], 0.0))
    line.pipeline.keep_time(59.9)
    assert line.of(WindowSensed) == []
    line.pipeline.keep_time(75.0)
    line.pipeline.keep_time(200.0)

    [(window, at_s)] = line.of(WindowSensed)
    assert isinstance(window, WindowSensed)
    assert (window.span_s, window.sound_exposure_s) == (60, 10)
    assert at_s == pytest.approx(60.0)


def test_keeping_time_opens_no_window() -> None:
    line = Line()
    line.pipeline.keep_time(10.0)
    line.pipeline.keep_time(1000.0)
    line.pipeline.finish(2000.0)

    assert line.records == []


def test_a_window_ends_at_its_bound_though_the_next_sound_comes_much_later() -> None:
    line = Line()
    line.pipeline.hear(AudioBlock(HUM[:RATE_HZ], 50.0))
    line.pipeline.hear(AudioBlock(HUM[:RATE_HZ], 300.0))

    assert [at_s for _, at_s in line.of(WindowSensed)] == [pytest.approx(60.0)]


def test_sound_that_comes_later_than_a_picture_of_the_next_window_closes_nothing() -> None:
    line = Line()
    picture = CHANCE.integers(0, 255, (90, 160, 3), dtype=np.uint8)
    line.pipeline.hear(AudioBlock(HUM[: 59 * RATE_HZ], 0.0))
    line.pipeline.look(Frame(picture, 60.02))
    line.pipeline.hear(AudioBlock(HUM[:RATE_HZ], 59.0))
    line.pipeline.look(Frame(picture, 60.12))

    assert len(line.of(WindowSensed)) == 1


def test_what_is_open_ends_with_the_last_sound_once_nothing_was_heard_for_five_seconds() -> None:
    line = Line()
    line.pipeline.hear(AudioBlock(with_roar(30, 90)[: 36 * RATE_HZ].astype(np.float32), 0.0))

    line.pipeline.keep_time(41.0)
    before = line.of(IncidentEnded)
    line.pipeline.keep_time(41.5)
    line.pipeline.keep_time(200.0)

    [(ended, ended_s)] = line.of(IncidentEnded)
    assert before == []
    assert isinstance(ended, IncidentEnded)
    assert ended_s == pytest.approx(36.0)
    assert ended.reason == 1
    assert ended.duration_s in {5, 6}


def test_a_microphone_that_comes_back_after_an_hour_ends_what_was_open_when_it_went() -> None:
    line, roar = Line(), with_roar(30, 90)
    line.pipeline.hear(AudioBlock(roar[: 36 * RATE_HZ], 0.0))
    line.pipeline.hear(AudioBlock(HUM[: 8 * RATE_HZ], 3636.0, lost_samples=3600 * RATE_HZ))

    [(ended, ended_s), (_, back_s)] = line.of(IncidentEnded)
    assert back_s == pytest.approx(3636.0, abs=0.5)
    assert isinstance(ended, IncidentEnded)
    assert ended_s == pytest.approx(36.0)
    assert ended.reason == 1
