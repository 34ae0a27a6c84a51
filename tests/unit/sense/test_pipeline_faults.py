"""What a sensor that is not to be trusted leaves in a window and in the incidents of a run: its fault, nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from node.airlock.record import Body, IncidentBegan, IncidentEnded, Record, WindowSensed, encode
from node.config.settings import Settings
from node.contract.words import EVIDENCE_BIT, Evidence
from node.ops.clock import FixedClock
from node.sense.capture.ports import AudioBlock, Frame
from node.sense.pipeline import Pipeline

RATE_HZ = 48_000
HOP = 6000
GAP = 20 * RATE_HZ
NIGHT = Settings.model_validate({"node": {"id": "pole-1"}})
CHANCE = np.random.default_rng(1)
HUM = (0.002 * CHANCE.standard_normal(40 * RATE_HZ)).astype(np.float32)


def window(samples: NDArray[np.float32], *, lost: int = 0) -> WindowSensed:
    """The window of 40 s of sound; so many samples are lost before its 21st second."""
    records: list[Body] = []
    line = Pipeline(NIGHT, FixedClock(0.0), lambda body, _at_s: records.append(body))
    for first in range(0, samples.size, HOP):
        gap = lost if first == GAP else 0
        line.hear(AudioBlock(samples[first : first + HOP], first / RATE_HZ, lost_samples=gap))
    line.finish(samples.size / RATE_HZ)
    [found] = [body for body in records if isinstance(body, WindowSensed)]
    return found


def test_garbage_after_lost_samples_adds_nothing() -> None:
    broken = HUM.copy()
    broken[GAP : GAP + HOP] = 0.5 * CHANCE.uniform(-1, 1, HOP)

    whole, gapped = window(HUM), window(broken, lost=100)

    assert gapped.lafmax_ddb == pytest.approx(whole.lafmax_ddb, abs=3)
    assert gapped.laeq_ddb == pytest.approx(whole.laeq_ddb, abs=1)


def test_what_is_heard_between_two_hops_of_wind_is_not_louder_than_the_wind() -> None:
    rumble = sosfilt(butter(2, 45, fs=RATE_HZ, output="sos"), CHANCE.standard_normal(10 * RATE_HZ))
    rumble *= 0.3 / rumble.std()
    # The formula of A in IEC 61672-1, over the spectrum of the rumble.
    f_hz = np.fft.rfftfreq(rumble.size, 1 / RATE_HZ)
    weight = 1.2589 * 12194.217**2 * f_hz**4 / (f_hz**2 + 20.598997**2) / (f_hz**2 + 12194.217**2)
    weight /= np.sqrt((f_hz**2 + 107.65265**2) * (f_hz**2 + 737.86223**2))
    energy = np.square(np.fft.irfft(np.fft.rfft(rumble) * weight)).reshape(-1, HOP).mean(axis=1)
    windy = HUM.copy()
    windy[15 * RATE_HZ : 25 * RATE_HZ] += rumble.astype(np.float32)

    found = window(np.clip(windy, -1, 1))

    loudest_db = 10 * np.log10(energy.max()) + NIGHT.microphone.full_scale_db
    assert found.lafmax_ddb <= 10 * (loudest_db + 1.0)


class Line:
    """A line and what it told: each fault's sensor and when it began, and when each ended."""

    def __init__(self) -> None:
        self.records: list[tuple[Body, float]] = []
        self.pipeline = Pipeline(NIGHT, FixedClock(0.0), lambda body, at_s: self.records.append((body, at_s)))

    @property
    def began(self) -> list[tuple[Evidence, float]]:
        words = {1 << bit: word for word, bit in EVIDENCE_BIT.items()}
        return [(words[body.evidence_bits], at_s) for body, at_s in self.records if isinstance(body, IncidentBegan)]

    @property
    def ended_s(self) -> list[float]:
        return [at_s for body, at_s in self.records if isinstance(body, IncidentEnded)]

    def hear(self, from_s: float, to_s: float) -> None:
        for first in range(round(from_s * RATE_HZ), round(to_s * RATE_HZ), HOP):
            self.pipeline.hear(AudioBlock(HUM[first % HUM.size :][:HOP], first / RATE_HZ))

    def look(self, from_s: float, to_s: float) -> None:
        for n in range(round(from_s * 5), round(to_s * 5)):
            self.pipeline.look(Frame(CHANCE.integers(0, 255, (90, 160, 3), dtype=np.uint8), n / 5))


def test_sound_that_stays_away_while_there_are_pictures_is_a_fault_of_the_microphone() -> None:
    line = Line()
    line.hear(0, 10)
    line.look(0, 20)

    assert line.began == [(Evidence.MICROPHONE, 10.0)]


def test_pictures_that_stay_away_while_there_is_sound_are_a_fault_of_the_camera() -> None:
    line = Line()
    line.look(0, 10)
    line.pipeline.keep_time(14.0)
    before = line.began
    line.pipeline.keep_time(16.0)

    assert before == []
    assert line.began == [(Evidence.CAMERA, 9.8)]


def test_a_microphone_that_never_gave_anything_is_a_fault_when_its_reader_misses_it() -> None:
    line = Line()
    line.pipeline.miss(Evidence.MICROPHONE, 10.0)
    line.pipeline.miss(Evidence.MICROPHONE, 15.0)
    line.hear(20, 30)

    assert line.began == [(Evidence.MICROPHONE, 10.0)]
    assert line.ended_s == pytest.approx([20.0], abs=0.2)


def test_a_file_that_is_over_is_no_fault() -> None:
    line = Line()
    line.hear(0, 10)
    line.pipeline.end(Evidence.MICROPHONE, 10.0)
    line.look(0, 30)
    line.pipeline.miss(Evidence.MICROPHONE, 31.0)

    assert line.began == []


def test_a_fault_that_lasts_when_its_file_is_over_ends_with_it() -> None:
    line = Line()
    line.pipeline.miss(Evidence.CAMERA, 10.0)
    line.pipeline.end(Evidence.CAMERA, 12.0)

    assert line.ended_s == [12.0]


FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True)
BLOCKS = st.tuples(
    st.lists(FLOATS, max_size=8),
    st.integers(0, 3000),
    st.floats(-1e6, 1e6),
    st.integers(0, 10**7),
    st.floats(0, 1),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(BLOCKS, max_size=12))
def test_whatever_a_driver_gives_the_line_takes_it_and_what_it_tells_fits_a_record(
    given_blocks: list[tuple[list[float], int, float, int, float]],
) -> None:
    line = Line()
    for values, repeats, at_s, lost, rails in given_blocks:
        samples = np.array(values * repeats, dtype=np.float32)
        block = AudioBlock(samples, at_s, lost_samples=lost, clipped_samples=int(rails * samples.size))
        line.pipeline.hear(block)
    line.pipeline.finish(2e6)

    records = [Record(1, n + 1, max(0, round(at_s * 1000)), body) for n, (body, at_s) in enumerate(line.records)]
    assert all(len(encode(record)) == 64 for record in records)
