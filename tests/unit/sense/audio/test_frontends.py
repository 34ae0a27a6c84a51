"""What brought-in models are fed with, held against their formulas written out once more, frame by frame."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.model_entry import AudioInput
from node.sense.audio.frontends import efficientat, front_end, panns32k, yamnet
from node.sense.audio.mel import htk_bank, slaney_bank

# librosa's documentation, mel_frequencies(n_mels=40): Slaney's scale from 0 to 11025 Hz.
LIBROSA_HZ = [
    0.0, 85.317, 170.635, 255.952, 341.269, 426.586, 511.904, 597.221, 682.538, 767.855, 853.173, 938.49, 1024.856,
    1119.114, 1222.042, 1334.436, 1457.167, 1591.187, 1737.532, 1897.337, 2071.84, 2262.393, 2470.47, 2697.686,
    2945.799, 3216.731, 3512.582, 3835.643, 4188.417, 4573.636, 4994.285, 5453.621, 5955.205, 6502.92, 7101.009,
    7754.107, 8467.272, 9246.028, 10096.408, 11025.0,
]  # fmt: skip


def sound(rate_hz: int) -> np.ndarray:
    """A second with a peak of 1: noise, a tone and a click."""
    chance = np.random.default_rng(3)
    samples = 0.02 * chance.standard_normal(rate_hz) + 0.2 * np.sin(2 * np.pi * 1234 / rate_hz * np.arange(rate_hz))
    samples[rate_hz // 3] = -1.0
    return np.asarray(samples / np.abs(samples).max(), dtype=np.float32)


@lru_cache
def transform(lines: int) -> np.ndarray:
    """The definition of the discrete transform."""
    return np.asarray(np.exp(-2j * np.pi * np.outer(np.arange(lines // 2 + 1), np.arange(lines)) / lines))


def power_of(frame: np.ndarray, lines: int) -> np.ndarray:
    """The power of each line of a frame."""
    return np.asarray(np.abs(transform(lines) @ frame.astype(np.float64)) ** 2)


def htk_hz(low: float, high: float, bands: int) -> np.ndarray:
    mel = np.linspace(1127 * np.log(1 + low / 700), 1127 * np.log(1 + high / 700), bands + 2)
    return np.asarray(700 * (np.exp(mel / 1127) - 1))


def in_mel(f_hz: np.ndarray) -> np.ndarray:
    return np.asarray(1127 * np.log(1 + f_hz / 700))


def test_yamnet_is_its_formula() -> None:
    samples = sound(16_000)
    edges, lines = in_mel(htk_hz(125, 7500, 64)), in_mel(np.arange(257) * 16_000 / 512)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    expected = np.empty((96, 64))
    for row in range(96):
        frame = np.zeros(512)
        frame[:400] = samples[400 + 160 * row : 800 + 160 * row] * hann
        magnitude = np.sqrt(power_of(frame, 512))
        for band in range(64):
            up = (lines - edges[band]) / (edges[band + 1] - edges[band])
            down = (edges[band + 2] - lines) / (edges[band + 2] - edges[band + 1])
            expected[row, band] = np.log(magnitude @ np.clip(np.minimum(up, down), 0, None) + 0.001)

    np.testing.assert_allclose(yamnet(samples), expected, atol=2e-4)


def test_panns_is_its_formula() -> None:
    samples = sound(32_000)
    lines = np.arange(513) * 32_000 / 1024
    bank = slaney_bank(64, lines, 50.0, 14_000.0).astype(np.float64)
    padded = np.concatenate((samples[512:0:-1], samples, samples[-2:-514:-1]))
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    rows = [power_of(padded[320 * row : 320 * row + 1024] * hann, 1024) @ bank for row in range(101)]
    expected = 10 * np.log10(np.maximum(rows, 1e-10))

    np.testing.assert_allclose(panns32k(samples), expected, atol=2e-3)


def test_efficientat_is_its_formula() -> None:
    samples = sound(32_000)
    edges, lines = in_mel(htk_hz(0, 15_000, 128)), in_mel(np.arange(513) * 32_000 / 1024)
    risen = np.convolve(samples.astype(np.float64), [1.0, -0.97])[1:32_000]
    padded = np.concatenate((risen[512:0:-1], risen, risen[-2:-514:-1]))
    hann = np.zeros(1024)
    hann[112:912] = np.hanning(800)
    expected = np.empty((128, 100))
    for row in range(100):
        power = power_of(padded[320 * row : 320 * row + 1024] * hann, 1024)
        for band in range(128):
            up = (lines - edges[band]) / (edges[band + 1] - edges[band])
            down = (edges[band + 2] - lines) / (edges[band + 2] - edges[band + 1])
            weights = np.clip(np.minimum(up, down), 0, None)[:512]
            expected[band, row] = (np.log(power[:512] @ weights + 1e-5) + 4.5) / 5

    np.testing.assert_allclose(efficientat(samples), expected, atol=2e-4)


def test_slaneys_bands_peak_where_librosa_says_with_an_area_of_1() -> None:
    edges = np.array(LIBROSA_HZ)
    at_edges = slaney_bank(38, edges, 0.0, 11_025.0)

    np.testing.assert_allclose(np.diag(at_edges[1:-1]), 2 / (edges[2:] - edges[:-2]), rtol=1e-3)
    np.testing.assert_allclose(at_edges[~np.eye(40, 38, -1, dtype=bool)], 0.0, atol=1e-6)


def test_htks_bands_add_up_to_1_between_the_first_peak_and_the_last() -> None:
    edges = htk_hz(125, 7500, 64)
    bank = htk_bank(64, np.linspace(edges[1], edges[-2], 500), 125.0, 7500.0)

    np.testing.assert_allclose(bank.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "rate_hz", "shape"),
    [
        ("logmel16k", 16_000, (98, 64)),
        ("yamnet", 16_000, (96, 64)),
        ("panns32k", 32_000, (101, 64)),
        ("efficientat", 32_000, (128, 100)),
    ],
)
@pytest.mark.parametrize("kind", ["noise", "silence", "faint", "loud"])
def test_a_front_end_gives_finite_numbers_of_its_shape_for_any_level(
    name: str, rate_hz: int, shape: tuple[int, int], kind: str
) -> None:
    level = {"noise": 0.05, "silence": 0.0, "faint": 1e-6, "loud": 1e3}[kind]
    front = front_end(AudioInput.model_validate({"frontend": name, "output": "probs"}))
    values = front.apply((level * np.random.default_rng(1).standard_normal(rate_hz)).astype(np.float32))

    assert values.dtype == np.float32
    assert (front.rate_hz, front.shape, values.shape) == (rate_hz, shape, shape)
    assert np.isfinite(values).all()


@given(st.floats(min_value=-60.0, max_value=0.0), st.sampled_from(["yamnet", "panns32k", "efficientat"]))
def test_a_microphone_of_another_gain_changes_nothing(gain_db: float, name: str) -> None:
    front = front_end(AudioInput.model_validate({"frontend": name, "output": "probs"}))
    samples = sound(front.rate_hz)
    gain = np.float32(10 ** (gain_db / 20))

    np.testing.assert_allclose(front.apply(samples * gain), front.apply(samples), atol=2e-3)


@pytest.mark.realdata
def test_yamnet_is_what_yamnets_own_file_computes_but_for_its_8_bit_bands(shared_data: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="it has no wheel for this platform")
    from models.training.import_tflite import Interpreter, TfLite  # noqa: PLC0415 - needs ai-edge-litert

    samples = sound(16_000)[-15_600:]
    samples /= np.abs(samples).max()
    patch = Interpreter(TfLite(shared_data / "models/yamnet.tflite").twin()).run(samples, [(96, 64)])[0]

    np.testing.assert_allclose(yamnet(np.concatenate((np.zeros(400, dtype=np.float32), samples))), patch, atol=0.05)
