from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.config.sound import MicrophoneSettings
from node.sense.audio.level import Meter
from node.sense.audio.timbre import TimbreMeter
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from simulator.sound.soundscape import Capsule
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse.fit import courses, lines
from simulator.trials.timelapse.fit_hearing import scoring_seeds, training_seeds
from simulator.trials.timelapse.pool import Pool
from simulator.trials.timelapse.signature import A_BANDS, COLUMNS, ENVELOPE, OCTAVES, VOICE, decoded
from simulator.trials.timelapse.spectra import hop_energies
from simulator.trials.timelapse.table import Table, table
from simulator.world.street import Street, Traits


@given(st.floats(-20.0, 10.0), st.floats(0.0, 20.0))
@settings(max_examples=20)
def test_strength_and_loss_in_air_are_measured_as_they_are(strength_db: float, loss_db_per_100m: float) -> None:
    pool = Pool()
    for distance_m in (20.0, 200.0):
        nominal = np.full(50, 1e6 / distance_m**2)
        lost = nominal * 10 ** ((strength_db - loss_db_per_100m * distance_m / 100) / 10)
        pool.add(nominal, np.full(50, distance_m), np.tile(lost[:, None], (1, COLUMNS)), slice(None))

    found = pool.signature(pool)

    assert found.gain_db == pytest.approx(strength_db, abs=0.01)
    assert found.loss_db_per_100m == pytest.approx(loss_db_per_100m, abs=0.01)
    assert found.takes.distance_m == (20.0, 200.0)


def test_a_source_that_was_heard_at_one_distance_has_no_loss() -> None:
    pool = Pool()
    pool.add(np.ones(40), np.full(40, 17.0), np.ones((40, COLUMNS)), slice(None))

    assert pool.signature(pool).loss_db_per_100m.tolist() == [0.0] * COLUMNS


def test_a_take_is_what_was_heard_over_the_mean() -> None:
    heard = 10 ** (np.random.default_rng(0).uniform(-1, 1, (30, COLUMNS)))
    pool = Pool()
    pool.add(np.ones(30), np.full(30, 17.0), heard, slice(None))

    (course,) = pool.signature(pool).takes.courses

    assert 10 * np.log10(decoded(course)) == pytest.approx(10 * np.log10(heard / heard.mean(axis=0)), abs=0.13)


def test_what_rings_has_its_mean_course_as_a_shape_and_takes_beside_it() -> None:
    course = np.array([0.5, 0.3, 0.2, 1e-7])[:, None] * np.ones(COLUMNS)
    pool = Pool(rings=True)
    for strength in (1.0, 100.0):
        pool.add(np.full(4, strength), np.full(4, 30.0), strength * course, slice(None))

    found = pool.signature(pool)

    assert 10 ** (found.shape_db / 10) == pytest.approx([0.5, 0.3, 0.2])
    assert [len(one) for one in found.takes.courses] == [3, 3]
    assert decoded(found.takes.courses[0]) == pytest.approx(1.0, rel=0.03)


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

    assert 10 * np.log10(energies[:, A_BANDS].sum(axis=1)) == pytest.approx(a_db, abs=0.3)
    assert 10 * np.log10(energies[:, VOICE]) == pytest.approx([one.voice_db for one in levels], abs=0.3)


def test_the_timbre_of_a_rendered_hop_is_the_nodes_own() -> None:
    street, timbre = Street(5, None, Traits()), TimbreMeter()
    capsule, scale = Capsule(street), 10 ** (MicrophoneSettings().full_scale_db / 10)
    blocks = [AudioBlock(capsule.samples((72 + n) * HOP, HOP), 0.0) for n in range(16)]
    own = [timbre.measure(block) for block in blocks][8:]

    energies = hop_energies(street, 10.0, 8)

    assert energies[:, OCTAVES] / scale == pytest.approx(np.array([one.octaves for one in own]), rel=1e-3)
    assert energies[:, ENVELOPE] / scale == pytest.approx(np.array([one.steps for one in own]), rel=1e-3)


def test_a_signature_is_read_as_it_was_written() -> None:
    signature = table().source["gunshot.pistol"]
    names = ["a.b", "rain.1.0", "rain.4.0", "wind.1.0", "wind.4.0"]
    text = "\n".join(line for name in names for line in lines(name, signature)) + "\n[sight]\n"

    read = Table.read(text, dict(pair for name in names for pair in courses(name, signature)))

    assert read.source["a.b"].shape_db.tolist() == signature.shape_db.tolist()
    assert read.source["a.b"].gain_db.tolist() == signature.gain_db.tolist()
    assert [one.tobytes() for one in read.rain[1][1].sealed.courses] == [
        one.tobytes() for one in signature.sealed.courses
    ]
    assert [strength for strength, _ in read.rain] == [strength for strength, _ in read.wind] == [1.0, 4.0]


def test_signatures_are_never_measured_on_a_scoring_seed() -> None:
    assert max(training_seeds(8)) < SCORING_FROM <= min(scoring_seeds(8))
