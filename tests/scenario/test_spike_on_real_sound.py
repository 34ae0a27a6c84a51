"""Real street sound with a real crowd mixed in: one spike, at the right second, and none without the crowd."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from node.config.sound import SpikeSettings
from node.sense.audio.background import Background
from node.sense.audio.heard import Began, Ended
from node.sense.audio.level import Meter
from node.sense.audio.spike import SpikeDetector
from node.sense.audio.timbre import TimbreMeter
from node.sense.capture.files import AudioFile
from node.sense.capture.hops import Hopper
from node.sense.capture.ports import EndOfMedia
from node.sense.truth.microphone import MicrophoneTruth

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

STREETS = ("cc/traffic", "cc/engine_idling", "cc/rain", "cc/birds", "cc/wind", "esc10/rain", "esc10/helicopter")
HELD_OUT_STREETS = ("us8k_nc/children_playing", "us8k_nc/street_music", "us8k_nc/engine_idling", "us8k_nc/drilling")
# A gasp is over in a second: no spike.
CROWDS = ("cc/applause", "cc/crowd_[abcls]*")
SHORTEST_STREET_S = 2.5
LOUDER_DB = 12.0


class Ears:
    """The stages from samples to the spike, one after the other, as the pipeline runs them."""

    def __init__(self) -> None:
        self.found: list[Began | Ended] = []
        self._truth, self._meter, self._background = MicrophoneTruth(), Meter(0.0), Background()
        self._timbre = TimbreMeter()
        self._spike = SpikeDetector(SpikeSettings())

    def listen(self, path: Path) -> list[Began | Ended]:
        file, hopper, t_s = AudioFile(path), Hopper(), 0.0
        while True:
            try:
                block = file.read(0.0)
            except EndOfMedia:
                return self.found + [event for event in [self._spike.finish(t_s)] if event]
            for hop in hopper.push(block):
                trusted, level = self._truth.judge(hop).is_trusted, self._meter.measure(hop)
                timbre, t_s = self._timbre.measure(hop), level.t_s
                event = self._spike.step(level, timbre, self._background, trusted=trusted)
                self.found += [] if event is None else [event]
                if trusted:
                    self._background.update(level.laf_db, absorb=not self._spike.active)


def loaded(path: Path, rate_hz: int) -> np.ndarray:
    samples, own_hz = soundfile.read(path, always_2d=True)
    ratio = Fraction(rate_hz, own_hz)
    return np.asarray(resample_poly(samples.mean(axis=1), ratio.numerator, ratio.denominator))


def looped(samples: np.ndarray, size: int) -> np.ndarray:
    return np.tile(samples, -(-size // samples.size))[:size]


def mixed(street: np.ndarray, crowd: np.ndarray, at: int, size: int) -> np.ndarray:
    """The looped street with the crowd at sample `at`, 12 dB louder by root mean square, within full scale."""
    gain = 10 ** (LOUDER_DB / 20) * np.sqrt(np.mean(street**2) / np.mean(crowd**2))
    mix = looped(street, size)
    mix[at : at + crowd.size] += gain * crowd[: size - at]
    return np.asarray(mix / max(1.0, np.abs(mix).max() / 0.99))


def clips(shared_data: Path, *folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (shared_data / "audio").glob(f"{folder}/*"))


def streets(shared_data: Path, *folders: str) -> list[Path]:
    """Clips long enough to loop, without those that were padded: a street is never digitally silent."""
    found = [path for path in clips(shared_data, *folders) if soundfile.info(path).duration >= SHORTEST_STREET_S]
    return [path for path in found if not is_padded(soundfile.read(path, always_2d=True)[0][:, 0])]


def is_padded(samples: np.ndarray) -> bool:
    return bool(np.any(np.ptp(samples[: samples.size // 2000 * 2000].reshape(-1, 2000), axis=1) == 0))


def written(path: Path, samples: np.ndarray, rate_hz: int, *, stereo: bool) -> Path:
    soundfile.write(path, np.stack([samples] * 2, axis=1) if stereo else samples, rate_hz)
    return path


def is_one_spike_at(found: list[Began | Ended], onset_s: float) -> bool:
    match found:
        case [Began(began_s=began_s), Ended()]:
            return abs(began_s - onset_s) <= 1.0
    return False


@pytest.mark.parametrize(
    ("places", "every"), [(STREETS, 1), (HELD_OUT_STREETS, 3)], ids=["streets", "held-out streets"]
)
def test_nine_crowds_of_ten_in_a_street_are_one_spike_at_the_right_second(shared_data, tmp_path, places, every):
    chance = np.random.default_rng(2)
    pool, crowds, missed = streets(shared_data, *places), clips(shared_data, *CROWDS)[::every], []
    for n, crowd_path in enumerate(crowds):
        street_path, rate_hz = pool[chance.integers(len(pool))], (48_000, 44_100)[n % 2]
        onset_s = chance.uniform(15, 19)
        crowd = loaded(crowd_path, rate_hz)
        size = round((onset_s + 8) * rate_hz) + crowd.size
        mix = mixed(loaded(street_path, rate_hz), crowd, round(onset_s * rate_hz), size)

        found = Ears().listen(written(tmp_path / f"{n}.{('wav', 'flac')[n // 2 % 2]}", mix, rate_hz, stereo=n % 3 == 0))
        if not is_one_spike_at(found, onset_s):
            missed.append((street_path.name, crowd_path.name, found))

    assert len(missed) <= len(crowds) // 10, missed


@pytest.mark.parametrize("places", [STREETS, HELD_OUT_STREETS], ids=["streets", "held-out streets"])
def test_a_street_by_itself_is_no_spike(shared_data, tmp_path, places):
    pool = streets(shared_data, *places)
    fired = []
    for n in np.random.default_rng(3).choice(len(pool), 6, replace=False):
        street = looped(loaded(pool[n], 48_000), 48_000 * 40)

        if Ears().listen(written(tmp_path / f"{n}.wav", street, 48_000, stereo=False)):
            fired.append(pool[n].name)

    assert fired == []


DEAD = {
    "digital silence": np.zeros,
    "a constant": lambda size: np.full(size, 0.2),
    "dither": lambda size: np.random.default_rng(0).integers(-1, 2, size) / 32768,
}


@pytest.mark.parametrize("dead", DEAD.values(), ids=list(DEAD))
def test_a_dead_microphone_is_no_spike(tmp_path, dead):
    path = written(tmp_path / "dead.wav", dead(48_000 * 40), 48_000, stereo=False)

    assert Ears().listen(path) == []


@pytest.mark.parametrize("louder_db", [0, 15])
@pytest.mark.parametrize("dead_s", [1, 5, 20])
@pytest.mark.parametrize("dead", DEAD.values(), ids=list(DEAD))
def test_sound_that_resumes_after_a_dead_stretch_is_no_spike(shared_data, tmp_path, dead, dead_s, louder_db):
    street = looped(loaded(clips(shared_data, "cc/traffic")[0], 48_000), 48_000 * 20)
    # After a second the street is still the same one; after more it may be another.
    after = street * 10 ** ((louder_db if dead_s > 3 else 0) / 20)

    found = Ears().listen(
        written(tmp_path / "a.wav", np.concatenate((street, dead(48_000 * dead_s), after)), 48_000, stereo=False)
    )

    assert found == []


def test_a_crowd_after_a_dead_stretch_is_one_spike(shared_data, tmp_path):
    street = loaded(clips(shared_data, "cc/traffic")[0], 48_000)
    crowd = loaded(clips(shared_data, "cc/applause")[0], 48_000)
    mix = mixed(street, crowd, 48_000 * 15, 48_000 * 40)
    before = np.concatenate((looped(street, 48_000 * 15), np.zeros(48_000 * 20)))

    found = Ears().listen(written(tmp_path / "a.wav", np.concatenate((before, mix)), 48_000, stereo=False))

    assert is_one_spike_at(found, 50.0)
