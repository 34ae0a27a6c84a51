from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.config.sound import MicrophoneSettings
from node.sense.audio.level import Meter
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from simulator.sound.soundscape import Capsule
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse.fit import lines
from simulator.trials.timelapse.fit_hearing import training_seeds
from simulator.trials.timelapse.pool import Pool
from simulator.trials.timelapse.spectra import HopEnergies, hop_energies, modulation
from simulator.trials.timelapse.table import Table, table
from simulator.world.street import Street, Traits


def heard(a: np.ndarray) -> HopEnergies:
    return HopEnergies(a, 2 * a, a / 2, 10 * a.sum(axis=1), 0.3)


@given(st.floats(-20.0, 10.0), st.floats(0.0, 20.0))
@settings(max_examples=20)
def test_strength_and_loss_in_air_are_measured_as_they_are(strength_db: float, loss_db_per_100m: float) -> None:
    pool = Pool()
    for distance_m in (20.0, 200.0):
        nominal = np.full(50, 1e6 / distance_m**2)
        lost = nominal * 10 ** ((strength_db - loss_db_per_100m * distance_m / 100) / 10)
        pool.add(nominal, np.full(50, distance_m), heard(np.tile(lost[:, None], (1, 3))), slice(None))

    found = pool.signature()

    assert found.a_db == pytest.approx(strength_db, abs=0.01)
    assert found.loss_db_per_100m == pytest.approx(loss_db_per_100m, abs=0.01)
    assert found.c_over_a_db == pytest.approx(3.01, abs=0.01)
    assert found.modulation == pytest.approx(0.3)


def test_a_source_that_was_heard_at_one_distance_has_no_loss() -> None:
    pool = Pool()
    pool.add(np.ones(40), np.full(40, 17.0), heard(np.ones((40, 3))), slice(None))

    assert pool.signature().loss_db_per_100m.tolist() == [0.0, 0.0, 0.0]


@given(st.floats(0.1, 1.0), st.floats(2.5, 7.5))
@settings(max_examples=8)
def test_a_swelling_tone_has_the_modulation_of_its_swelling(depth: float, swell_hz: float) -> None:
    t_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    power = 1 + depth * np.sin(2 * np.pi * swell_hz * t_s)

    assert modulation(np.sqrt(2 * power) * np.sin(2 * np.pi * 1000 * t_s)) == pytest.approx(depth / np.sqrt(2), rel=0.1)


def test_a_tone_that_swells_once_a_second_is_not_modulated_like_speech() -> None:
    t_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ

    assert modulation((1.5 + np.sin(2 * np.pi * t_s)) * np.sin(2 * np.pi * 1000 * t_s)) < 0.25


def test_band_energies_add_up_to_what_the_nodes_meter_measures() -> None:
    street = Street(5, None, Traits())
    energies, meter, capsule = (
        hop_energies(street, 10.0, 40),
        Meter(MicrophoneSettings().full_scale_db),
        Capsule(street),
    )
    hops = [capsule.samples((72 + n) * HOP, HOP) for n in range(48)]
    levels = [meter.measure(AudioBlock(samples, (72 + n) * HOP / SAMPLE_RATE_HZ)) for n, samples in enumerate(hops)][8:]
    scale = 10 ** (MicrophoneSettings().full_scale_db / 10)

    a_db = 10 * np.log10([level.a_energy * scale for level in levels])

    assert 10 * np.log10(energies.a.sum(axis=1)) == pytest.approx(a_db, abs=0.3)
    assert 10 * np.log10(energies.voice.sum(axis=1)) == pytest.approx([one.voice_db for one in levels], abs=0.3)


def test_a_signature_is_read_as_it_was_written() -> None:
    signature = table().source["gunshot.pistol"]
    weather = "\n".join(line for strength in (1.0, 4.0) for line in lines(f"rain.{strength}", signature))
    text = (
        "\n".join(lines('source."a.b"', signature))
        + "\n"
        + weather
        + "\n"
        + weather.replace("rain", "wind")
        + "\n[sight]\n"
    )

    read = Table.read(text)

    assert read.source["a.b"].shape_db.tolist() == signature.shape_db.tolist()
    assert read.source["a.b"].spread_db.tolist() == signature.spread_db.tolist()
    assert [strength for strength, _ in read.rain] == [strength for strength, _ in read.wind] == [1.0, 4.0]


def test_signatures_are_never_measured_on_a_scoring_seed() -> None:
    assert max(training_seeds(6)) < SCORING_FROM
