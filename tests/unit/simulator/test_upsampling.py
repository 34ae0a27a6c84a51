from __future__ import annotations

import numpy as np
import pytest

from simulator.sound.upsampling import LOW_RATE_HZ, MARGIN, upsampled


@pytest.mark.parametrize("f_hz", [100.0, 1000.0, 3000.0, 6000.0])
def test_a_sine_is_the_same_sine_at_48_khz(f_hz: float) -> None:
    low = np.sin(2 * np.pi * f_hz * np.arange(-MARGIN, 1600 + MARGIN) / LOW_RATE_HZ)

    sound = upsampled(low)

    assert np.max(np.abs(sound - np.sin(2 * np.pi * f_hz * np.arange(4800) / 48_000))) < 2e-3
