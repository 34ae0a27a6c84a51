"""Finds the digital A and C weighting and the voice band that `node/sense/audio/weighting.py` holds as constants.

A bilinear transform alone falls 3 dB short at 12.5 kHz and 6 dB at 16 kHz. So its zeros at half the sample
rate are taken out, and one biquad with real zeros and poles is fitted in their place against the analytic
curve of IEC 61672-1:2013, Annex E. It is seeded: the same numbers come out every time.

    python -m models.training.fit_weighting            prints the constants
    python -m models.training.fit_weighting --check    compares them with the committed ones
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, signal

from node.sense.audio import weighting

RATE_HZ = 48_000
SEED = 20261121
STARTS = 24
FIT_HZ = np.geomspace(10.0, 21_500.0, 500)
TOLERANCE_DB = 0.01
VOICE_BAND_HZ = (250.0, 4000.0)

Curve = NDArray[np.float64]


def analog_poles_hz(letter: str) -> list[float]:
    """The poles of a weighting in Hz, double ones twice (IEC 61672-1, Annex E)."""
    f1, f2, f3, f4 = weighting.POLES_HZ
    return [f1, f1, f2, f3, f4, f4] if letter == "A" else [f1, f1, f4, f4]


def bilinear(letter: str) -> tuple[Curve, Curve]:
    """Zeros and poles of the bilinear transform, without its two zeros at half the sample rate."""
    poles = -2 * np.pi * np.array(analog_poles_hz(letter))
    zeros = np.zeros(len(poles) - 2)
    z, p, _ = signal.bilinear_zpk(zeros, poles, 1.0, RATE_HZ)
    return np.asarray(z[np.real(z) > -0.999]), np.asarray(p)


def response_db(sos: Curve, f_hz: Curve) -> Curve:
    """The gain of second-order sections in dB at each frequency."""
    return np.asarray(20 * np.log10(np.abs(signal.sosfreqz(sos, f_hz, fs=RATE_HZ)[1])))


def unity_at_1k(sos: Curve) -> Curve:
    """The same sections with a gain of exactly 1 at 1 kHz, the gain in the first of them."""
    scaled = sos.copy()
    scaled[0, :3] /= np.abs(signal.sosfreqz(sos, [1000.0], fs=RATE_HZ)[1][0])
    return scaled


def fit(letter: str) -> Curve:
    """The sections of a weighting at 48 kHz, shape (n, 6): bilinear ones and the fitted biquad last."""
    zeros, poles = bilinear(letter)
    target = weighting.a_weighting_db(FIT_HZ) if letter == "A" else weighting.c_weighting_db(FIT_HZ)
    weight = np.where(FIT_HZ < 20_200, 1.0, 0.2)
    base = signal.zpk2sos(zeros, poles, 1.0)

    def sections(x: Curve) -> Curve:
        biquad = [1.0, x[0] + x[1], x[0] * x[1], 1.0, x[2] + x[3], x[2] * x[3]]
        return unity_at_1k(np.vstack([base, biquad]))

    def misfit(x: Curve) -> Curve:
        return weight * (response_db(sections(x), FIT_HZ) - target)

    chance = np.random.default_rng(SEED)
    tries = [optimize.least_squares(misfit, chance.uniform(-0.8, 0.8, 4), bounds=(-0.95, 0.95)) for _ in range(STARTS)]
    return sections(min(tries, key=lambda result: float(result.cost)).x)


def voice_band() -> Curve:
    """A Butterworth band-pass of the voice band: two orders a side, unity at 1 kHz."""
    return unity_at_1k(signal.butter(2, VOICE_BAND_HZ, "bandpass", fs=RATE_HZ, output="sos"))


def report(name: str, fitted: Curve, committed: Curve) -> bool:
    """Prints how far the committed sections are from the fitted ones; True when they agree."""
    f_hz = np.geomspace(20.0, 20_000.0, 400)
    apart = float(np.max(np.abs(response_db(fitted, f_hz) - response_db(committed, f_hz))))
    print(f"{name}: committed and fitted are {apart:.5f} dB apart (allowed {TOLERANCE_DB})")
    return apart <= TOLERANCE_DB


def main(arguments: list[str]) -> int:
    """Prints the constants, or with `--check` compares them. Returns the exit code."""
    found = {"A_WEIGHTING_SOS": fit("A"), "C_WEIGHTING_SOS": fit("C"), "VOICE_BAND_SOS": voice_band()}
    if arguments == ["--check"]:
        agree = [report(name, sos, getattr(weighting, name)) for name, sos in found.items()]
        return 0 if all(agree) else 1
    for name, sos in found.items():
        print(f"{name} = _sections(")
        for row in sos:
            print("    (" + ", ".join(repr(float(value)) for value in row) + "),")
        print(")")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
