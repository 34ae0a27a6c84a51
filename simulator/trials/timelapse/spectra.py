"""Band energies of rendered sound, hop by hop: what the signatures are measured with. One transform of the whole piece,
so that nothing leaks from hop to hop or from band to band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from node.config.sound import MicrophoneSettings
from node.sense.audio.weighting import VOICE_BAND_SOS, a_weighting_db, c_weighting_db
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.sound.soundscape import Capsule
from simulator.trials.timelapse.signature import BANDS_HZ
from simulator.world.layout import Floats
from simulator.world.street import Street

_MARGIN_HOPS = 2
_ENVELOPE_HZ = 64
_SYLLABLES_HZ = (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class HopEnergies:
    """Energies over that of 0 dB re 20 µPa.

    Args:
        a: A-weighted, by band, (hops, 3).
        c: C-weighted, by band, (hops, 3).
        voice: of the node's voice band, by band, (hops, 3).
        c_peak: square of the C-weighted peak, (hops,).
        modulation: depth of the voice band's envelope between 2 and 8 Hz, of the whole piece.
    """

    a: Floats
    c: Floats
    voice: Floats
    c_peak: Floats
    modulation: float


def hop_energies(street: Street, from_s: float, hops: int) -> HopEnergies:
    """The band energies of what a street's microphone hears."""
    first = round(from_s * SAMPLE_RATE_HZ) - _MARGIN_HOPS * HOP
    samples = Capsule(street).samples(first, (hops + 2 * _MARGIN_HOPS) * HOP).astype(np.float64)
    scale = 10 ** (MicrophoneSettings().full_scale_db / 20)
    spectrum = np.fft.rfft(samples * scale)
    f_hz = np.asarray(np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE_HZ), dtype=np.float64)
    audible = np.maximum(f_hz, 1.0)
    a_gain, c_gain = (10 ** (curve(audible) / 20) for curve in (a_weighting_db, c_weighting_db))
    voice_gain = _response(VOICE_BAND_SOS, f_hz)
    voice = np.fft.irfft(spectrum * voice_gain, samples.size)
    c_whole = np.fft.irfft(spectrum * c_gain, samples.size)
    rows = [[_by_hop(spectrum, gain * ((f_hz >= lo) & (f_hz < hi)), samples.size) for lo, hi in BANDS_HZ]
            for gain in (a_gain, c_gain, voice_gain)]  # fmt: skip
    a, c, v = (np.stack(row, axis=1) for row in rows)
    peak = np.max(np.square(c_whole).reshape(-1, HOP), axis=1)[_MARGIN_HOPS:-_MARGIN_HOPS]
    inner = slice(_MARGIN_HOPS * HOP, -_MARGIN_HOPS * HOP)
    return HopEnergies(a, c, v, peak, modulation(voice[inner]))


def modulation(voice: Floats) -> float:
    """The depth of a sound's envelope between 2 and 8 Hz: effective value of that part of its power over the mean."""
    step = SAMPLE_RATE_HZ // _ENVELOPE_HZ
    power = np.square(voice[: voice.size // step * step]).reshape(-1, step).mean(axis=1)
    if power.size < _ENVELOPE_HZ // 2 or power.mean() <= 0:
        return 0.0
    spectrum = np.fft.rfft(power - power.mean())
    f_hz = np.fft.rfftfreq(power.size, 1 / _ENVELOPE_HZ)
    spectrum[(f_hz < _SYLLABLES_HZ[0]) | (f_hz > _SYLLABLES_HZ[1])] = 0
    return float(min(1.0, np.std(np.fft.irfft(spectrum, power.size)) / power.mean()))


def _by_hop(spectrum: NDArray[np.complex128], gain: Floats, size: int) -> Floats:
    """Mean squares of the hops of a filtered piece, margins left out."""
    sound = np.fft.irfft(spectrum * gain, size)
    return np.asarray(np.square(sound).reshape(-1, HOP).mean(axis=1)[_MARGIN_HOPS:-_MARGIN_HOPS])


def _response(sos: Floats, f_hz: Floats) -> Floats:
    """The gain of second-order sections at frequencies, as a factor of amplitude."""
    z = np.exp(-2j * np.pi * f_hz / SAMPLE_RATE_HZ)
    powers = np.stack([np.ones_like(z), z, z * z])
    return np.asarray(np.prod([np.abs((row[:3] @ powers) / (row[3:] @ powers)) for row in sos], axis=0))
