"""Real bangs in a real street: found to the millisecond; what is loud and no bang is not told as one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from node.sense.audio.bangs import Bangs
from node.sense.audio.impulse import Impulse
from node.sense.audio.odds import Thresholds
from node.sense.capture.hops import HOP
from node.sense.capture.ports import AudioBlock
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth
from tests.unit.sense.audio.banging_street import RATE_HZ, SETTINGS, Post

pytestmark = pytest.mark.realdata

WARM_S = 11.0
AT_S = 11.2037
LONGEST_S = 2.0
OVER_DB = 40.0
"""How far the loudest 10 ms of a sound stand over the street."""

Sound = NDArray[np.float64]


def loaded(path: Path) -> Sound:
    samples, rate_hz = soundfile.read(path, always_2d=True)
    ratio = Fraction(RATE_HZ, rate_hz)
    return np.asarray(resample_poly(samples.mean(axis=1), ratio.numerator, ratio.denominator))


def loudest(sound: Sound) -> float:
    rows = np.square(sound[: sound.size // 480 * 480]).reshape(-1, 480)
    return float(rows.mean(axis=1).max())


@dataclass(frozen=True)
class Street:
    """Fifteen seconds of a city's traffic, from four takes of one place, and a post that has heard the first eleven."""

    sound: Sound
    post: Post


@pytest.fixture(scope="module")
def street(shared_data: Path) -> Street:
    takes = [loaded(path) for path in sorted((shared_data / "audio/cc/traffic").glob("*"))]
    sound, post = 0.01 * np.concatenate(takes)[: 15 * RATE_HZ], Post()
    assert post.hear(sound[: round(WARM_S * RATE_HZ)].astype(np.float32)) == []
    return Street(sound, post)


def clips(shared_data: Path, *folders: str) -> list[Path]:
    found = sorted(path for folder in folders for path in (shared_data / "audio/cc" / folder).glob("*"))
    return [path for path in found if soundfile.info(path).duration >= 0.05]


def heard(street: Street, sound: Sound) -> list[Impulse]:
    """The impulses of the street with a sound in it."""
    rest = mixed(street, sound)[round(WARM_S * RATE_HZ) :].astype(np.float32)
    return deepcopy(street.post).hear(rest, WARM_S)


def mixed(street: Street, sound: Sound) -> Sound:
    """The street with a sound in it, cut at full scale."""
    first, part = round(AT_S * RATE_HZ), sound[: round(LONGEST_S * RATE_HZ)]
    gain = np.sqrt(10 ** (OVER_DB / 10) * np.mean(np.square(street.sound)) / loudest(part))
    both = street.sound.copy()
    both[first : first + part.size] += gain * part
    return np.clip(both, -1, 1)


def from_its_onset(sound: Sound) -> Sound:
    """A bang without what lies before it: it begins where it first has a quarter of its greatest pressure."""
    return sound[int(np.argmax(np.abs(sound) >= 0.25 * np.abs(sound).max())) :]


def is_told(found: list[Impulse]) -> bool:
    """Whether the node tells any of these, without a model."""
    bangs = Bangs(SETTINGS.impulse, Thresholds({}))
    for one in found:
        bangs.hear(one)
    return bool(bangs.decide(AT_S + LONGEST_S))


@pytest.mark.parametrize("folder", ["gunshot", "explosion", "fireworks", "balloon_pop", "metal_bang", "door_bang"])
def test_most_real_bangs_are_dated_to_within_2_ms(shared_data: Path, street: Street, folder: str) -> None:
    bangs = [from_its_onset(loaded(path)) for path in clips(shared_data, folder)]

    found = [heard(street, bang) for bang in bangs]

    in_time = [any(abs(one.onset_s - AT_S) <= 0.002 for one in some) for some in found]
    assert sum(in_time) >= 0.75 * len(in_time)


def test_two_of_three_real_shots_are_told_without_a_model(shared_data: Path, street: Street) -> None:
    shots = [from_its_onset(loaded(path)) for path in clips(shared_data, "gunshot")]

    told = [is_told(heard(street, shot)) for shot in shots]

    assert sum(told) >= 0.66 * len(told)


@pytest.mark.parametrize("folder", ["dog_bark", "car_horn", "scream", "birds", "prayer_call", "train_whistle", "siren"])
def test_few_loud_sounds_that_are_no_bangs_are_told_as_one(shared_data: Path, street: Street, folder: str) -> None:
    fade = np.minimum(1.0, np.arange(RATE_HZ) / (0.1 * RATE_HZ))  # what begins where a clip was cut is no onset
    told = []
    for path in clips(shared_data, folder)[:8]:
        sound = loaded(path)
        sound[: fade.size] *= fade[: sound.size]
        told.append(is_told(heard(street, sound)))

    assert sum(told) <= 0.2 * len(told)


@pytest.mark.parametrize("folder", ["explosion", "door_bang"])
def test_no_real_bang_is_taken_for_gain_that_ran_away(shared_data: Path, street: Street, folder: str) -> None:
    stuck = []
    for path in clips(shared_data, folder):
        sound, truth = mixed(street, from_its_onset(loaded(path))).astype(np.float32), MicrophoneTruth()
        hops = sound[: sound.size // HOP * HOP].reshape(-1, HOP)
        rails = np.count_nonzero(np.abs(hops) >= 1, axis=1)
        blocks = [AudioBlock(hop, 0.0, clipped_samples=int(rail)) for hop, rail in zip(hops, rails, strict=True)]
        states = [truth.judge(block) for block in blocks]
        stuck += [path.name] * (MicrophoneState.GAIN_STUCK in states)

    assert stuck == []


def test_the_street_itself_has_no_impulse(street: Street) -> None:
    assert deepcopy(street.post).hear(street.sound[round(WARM_S * RATE_HZ) :].astype(np.float32), WARM_S) == []
