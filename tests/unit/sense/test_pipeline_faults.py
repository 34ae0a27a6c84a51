"""What a microphone that is not to be trusted leaves in the levels of a window: nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from node.airlock.record import Body, WindowSensed
from node.config.settings import Settings
from node.ops.clock import FixedClock
from node.sense.capture.ports import AudioBlock
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
