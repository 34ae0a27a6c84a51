"""What a broken microphone makes of sound, sample by sample.

What chance there is comes from the seed and the samples' numbers: how sound is cut into blocks changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.pole.catalogue import FaultName
from simulator.sound.noise import FRAME, ShapedNoise
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats

Samples = NDArray[np.float32]

LSB, STUCK_AT, OFFSET = 1 / 32768, 0.3, 0.4
GAINS: dict[str, float] = {
    FaultName.MICROPHONE_CLIPPED: 100.0,
    FaultName.MICROPHONE_GAIN_UP: 10.0,
    FaultName.MICROPHONE_GAIN_DOWN: 0.1,
}
WIND_HZ = (4.0, 45.0)
WIND_A_RMS = 0.001  # of full scale, A-weighted: some 63 dB(A), and 0.2 of full scale (110 dB) unweighted
CRACKLE, CRACKLES_PER_S, CRACKLE_SAMPLES = 0.5, 10.0, 48  # their height, how many, and how long at most
HUM_HZ, HUM = 50.0, (0.003, 0.0015, 0.002, 0.001, 0.001)  # the amplitudes of its multiples, of full scale
LOST_SHARE = 0.1

# Numbers in the stream of a microphone's own noise; 0 is a sound microphone's.
_WIND, _DITHER, _DROPOUTS, _CRACKLES = 1, 2, 3, 4


class SpoiltSound:
    """The faults of one microphone.

    Args:
        seed: of all chance in it, 0 or more.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._wind = ShapedNoise(_wind_shape(), seed, Stream.SELF_NOISE, _WIND)

    def spoil(self, name: str, samples: Samples, first: int) -> Samples:
        """Samples as a fault has them, `first` being the number of the first; zeros of one that takes all."""
        match name:
            case FaultName.MICROPHONE_DITHER:
                samples = _frames(self._dither, first, samples.size)
            case FaultName.MICROPHONE_STUCK:
                samples = np.full_like(samples, STUCK_AT)
            case FaultName.MICROPHONE_CLIPPED | FaultName.MICROPHONE_GAIN_UP | FaultName.MICROPHONE_GAIN_DOWN:
                samples = samples * np.float32(GAINS[name])
            case FaultName.MICROPHONE_OFFSET:
                samples = samples + np.float32(OFFSET)
            case FaultName.MICROPHONE_CRACKLES:
                jumps = _frames(self._crackle, first, samples.size)
                samples = np.where(jumps == 0, samples, jumps)
            case FaultName.MICROPHONE_HUM:
                samples = samples + _hum(first, samples.size)
            case FaultName.MICROPHONE_WIND:
                samples = samples + np.float32(WIND_A_RMS) * _frames(self._wind.frame, first, samples.size)
            case _:
                samples = np.zeros_like(samples)
        return np.clip(samples, -1.0, 1.0)

    def is_dropped(self, first: int, count: int) -> NDArray[np.bool_]:
        """Which of the samples `first` to `first + count` are lost to dropouts."""
        return np.asarray(_frames(self._drop, first, count) > 0)

    def _dither(self, index: int) -> Floats:
        return np.asarray(LSB * chance(self._seed, Stream.SELF_NOISE, _DITHER, index).integers(-1, 2, FRAME))

    def _crackle(self, index: int) -> Floats:
        rng = chance(self._seed, Stream.SELF_NOISE, _CRACKLES, index)
        jumps = np.zeros(FRAME)
        for begin in rng.integers(0, FRAME - CRACKLE_SAMPLES, rng.poisson(CRACKLES_PER_S * FRAME / SAMPLE_RATE_HZ)):
            jumps[begin : begin + rng.integers(1, CRACKLE_SAMPLES)] = CRACKLE * rng.choice((-1.0, 1.0))
        return jumps

    def _drop(self, index: int) -> Floats:
        rng = chance(self._seed, Stream.SELF_NOISE, _DROPOUTS, index)
        return np.full(FRAME, float(rng.random() < LOST_SHARE))


def _wind_shape() -> Floats:
    """Pressure of turbulent air at a microphone: power falls with f^(-5/3) (Kolmogorov), within `WIND_HZ`."""
    f_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, FRAME + 1)
    blows = (f_hz >= WIND_HZ[0]) & (f_hz <= WIND_HZ[1])
    return np.where(blows, np.maximum(f_hz, 1.0) ** (-5 / 6), 0.0)


def _hum(first: int, count: int) -> Samples:
    """Samples `first` to `first + count` of a ground loop's hum."""
    turns = 2 * np.pi * HUM_HZ / SAMPLE_RATE_HZ * np.arange(first, first + count)
    multiples = np.arange(1, len(HUM) + 1)[:, None]
    return np.asarray(np.array(HUM) @ np.cos(multiples * turns), dtype=np.float32)


def _frames(frame: Callable[[int], Floats], first: int, count: int) -> Samples:
    """Samples `first` to `first + count` of what comes in frames."""
    indices = range(first // FRAME, (first + count - 1) // FRAME + 1)
    whole = np.concatenate([frame(index) for index in indices])
    return whole[first % FRAME :][:count].astype(np.float32)
