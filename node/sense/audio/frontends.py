"""What each kind of sound model is fed with: one second of sound, written as the model was taught to read it.

    logmel16k      our own (see `logmel`)                                               (98 frames, 64 bands)
    yamnet         16 kHz, 25/10 ms, magnitude, 64 HTK bands 125-7500 Hz, ln(x + 0.001)   (96 frames, 64 bands)
    panns32k       32 kHz, 32/10 ms, power, 64 Slaney bands 50-14000 Hz, dB               (101 frames, 64 bands)
    efficientat    32 kHz, pre-emphasis .97, 25/10 ms, power, 128 HTK bands 0-15000 Hz    (128 bands, 100 frames)
    waveform       the samples themselves                                               (rate,)

All of them are free of gain: a second is brought to a peak of 1 first (`logmel16k` has its own way). Microphones
differ, and AudioSet's models learnt from sound that somebody had turned up.

Sources: YAMNet's features.py and params.py (tensorflow/models), torchlibrosa's stft.py as PANNs uses it, and
EfficientAT's preprocess.py; written anew from their formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from node.config.model_entry import AudioInput, FrontEndName
from node.sense.audio import logmel
from node.sense.audio.mel import Floats32, frames, hann, htk_bank, power, slaney_bank

_SILENCE = 1e-9


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """How a second of sound becomes a model's input.

    Args:
        rate_hz: what it wants its sound at.
        shape: of what it gives.
        apply: takes float32 (rate_hz,), full scale 1, and gives float32 of that shape.
    """

    rate_hz: int
    shape: tuple[int, ...]
    apply: Callable[[Floats32], Floats32]


def front_end(audio: AudioInput) -> FrontEnd:
    """The front end that a manifest's entry names."""
    match audio.frontend:
        case FrontEndName.LOGMEL16K:
            return FrontEnd(logmel.RATE_HZ, (logmel.FRAMES, logmel.BANDS), _logmel16k)
        case FrontEndName.YAMNET:
            return FrontEnd(16_000, (96, 64), yamnet)
        case FrontEndName.PANNS32K:
            return FrontEnd(32_000, (101, 64), panns32k)
        case FrontEndName.EFFICIENTAT:
            return FrontEnd(32_000, (128, 100), efficientat)
        case FrontEndName.WAVEFORM:
            rate_hz = audio.rate_hz or 0  # an entry without one does not come this far
            return FrontEnd(rate_hz, (rate_hz,), _at_full_scale)


def yamnet(samples: Floats32) -> Floats32:
    """YAMNet's patch of the last 0.975 s of a second at 16 kHz: float32, shape (96, 64)."""
    window, bank = _yamnet_tables()
    spectrum = np.fft.rfft(frames(_at_full_scale(samples[-15_600:]), 400, 160) * window, 512)
    return np.asarray(np.log(np.sqrt(power(spectrum)) @ bank + np.float32(0.001)), dtype=np.float32)


def panns32k(samples: Floats32) -> Floats32:
    """The log-mel of PANNs of a second at 32 kHz, frames centred, ends mirrored: float32, shape (101, 64)."""
    window, bank = _panns_tables()
    spectrum = np.fft.rfft(frames(np.pad(_at_full_scale(samples), 512, mode="reflect"), 1024, 320) * window)
    return np.asarray(10 * np.log10(np.maximum(power(spectrum) @ bank, np.float32(1e-10))), dtype=np.float32)


def efficientat(samples: Floats32) -> Floats32:
    """The log-mel of EfficientAT of a second at 32 kHz, frames centred, ends mirrored: float32, shape (128, 100)."""
    window, bank = _efficientat_tables()
    loud = _at_full_scale(samples)
    risen = loud[1:] - np.float32(0.97) * loud[:-1]
    spectrum = np.fft.rfft(frames(np.pad(risen, 512, mode="reflect"), 1024, 320) * window)
    log_mel = np.log(power(spectrum) @ bank + np.float32(1e-5))
    return np.asarray(((log_mel + np.float32(4.5)) / np.float32(5.0)).T, dtype=np.float32, order="C")


def _logmel16k(samples: Floats32) -> Floats32:
    return np.asarray(logmel.windows(samples[None])[0])


def _at_full_scale(samples: Floats32) -> Floats32:
    """With a peak of 1; digital silence stays silent."""
    return samples / np.float32(max(_SILENCE, float(np.abs(samples).max())))


def _lines_hz(rate_hz: int, fft: int) -> NDArray[np.float64]:
    return np.asarray(np.arange(fft // 2 + 1) * (rate_hz / fft))


@lru_cache(maxsize=1)
def _yamnet_tables() -> tuple[Floats32, Floats32]:
    bank = htk_bank(64, _lines_hz(16_000, 512), 125.0, 7500.0)
    return hann(400, periodic=True), bank


@lru_cache(maxsize=1)
def _panns_tables() -> tuple[Floats32, Floats32]:
    return hann(1024, periodic=True), slaney_bank(64, _lines_hz(32_000, 1024), 50.0, 14_000.0)


@lru_cache(maxsize=1)
def _efficientat_tables() -> tuple[Floats32, Floats32]:
    # A window of 800 in the middle of 1024, and Kaldi's bands, which know no line at half the sample rate.
    window = np.zeros(1024, dtype=np.float32)
    window[112:912] = hann(800, periodic=False)
    bank = htk_bank(128, _lines_hz(32_000, 1024), 0.0, 15_000.0)
    bank[-1] = 0.0
    return window, bank
