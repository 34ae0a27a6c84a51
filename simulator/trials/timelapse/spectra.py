"""The energies of rendered sound, hop by hop: what the signatures are measured with. Bands and weightings come of one
transform of the whole piece, so that nothing leaks from hop to hop; timbre is measured by the node's own code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from node.config.sound import MicrophoneSettings
from node.sense.audio.timbre import TimbreMeter
from node.sense.audio.weighting import VOICE_BAND_SOS, a_weighting_db, c_weighting_db
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from simulator.sound.soundscape import Capsule
from simulator.trials.timelapse.signature import BANDS_HZ
from simulator.world.layout import Floats
from simulator.world.street import Street

_MARGIN_HOPS = 2


def hop_energies(street: Street, from_s: float, hops: int) -> Floats:
    """What a street's microphone hears over 0 dB re 20 µPa, (hops, COLUMNS) as `signature` orders them."""
    first = round(from_s * SAMPLE_RATE_HZ) - _MARGIN_HOPS * HOP
    samples = Capsule(street).samples(first, (hops + 2 * _MARGIN_HOPS) * HOP).astype(np.float64)
    found = energies_of(samples * 10 ** (MicrophoneSettings().full_scale_db / 20))
    return np.asarray(found[_MARGIN_HOPS:-_MARGIN_HOPS])


def energies_of(samples: Floats) -> Floats:
    """The same of any sound of whole hops, (hops, COLUMNS), over the square of what its samples count in."""
    spectrum = np.fft.rfft(samples)
    f_hz = np.asarray(np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE_HZ), dtype=np.float64)
    audible = np.maximum(f_hz, 1.0)
    a_gain, c_gain = (10 ** (curve(audible) / 20) for curve in (a_weighting_db, c_weighting_db))
    bands = [a_gain * ((f_hz >= low_hz) & (f_hz < high_hz)) for low_hz, high_hz in BANDS_HZ]
    weighted = [_by_hop(spectrum, gain, samples.size) for gain in (*bands, c_gain, _response(VOICE_BAND_SOS, f_hz))]
    peak = np.max(np.square(np.fft.irfft(spectrum * c_gain, samples.size)).reshape(-1, HOP), axis=1)
    return np.column_stack((*weighted, peak, _timbres(samples)))


def _timbres(samples: Floats) -> Floats:
    """The node's timbre of every hop of a piece, (hops, columns)."""
    meter = TimbreMeter()
    rows = [meter.measure(AudioBlock(hop, 0.0)) for hop in samples.astype(np.float32).reshape(-1, HOP)]
    return np.array([(*row.octaves, row.lines, *row.steps) for row in rows])


def _by_hop(spectrum: NDArray[np.complex128], gain: Floats, size: int) -> Floats:
    """Mean squares of the hops of a filtered piece."""
    return np.asarray(np.square(np.fft.irfft(spectrum * gain, size)).reshape(-1, HOP).mean(axis=1))


def _response(sos: Floats, f_hz: Floats) -> Floats:
    """The gain of second-order sections at frequencies, as a factor of amplitude."""
    z = np.exp(-2j * np.pi * f_hz / SAMPLE_RATE_HZ)
    powers = np.stack([np.ones_like(z), z, z * z])
    return np.asarray(np.prod([np.abs((row[:3] @ powers) / (row[3:] @ powers)) for row in sos], axis=0))
