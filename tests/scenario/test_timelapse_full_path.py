"""The same minutes of a week through both paths: features at once, and rendered sound through the node's own meter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from node.config.sight import PresenceSettings
from node.config.sound import MicrophoneSettings, SpikeSettings
from node.sense.audio.level import Meter, SoundLevel
from node.sense.audio.timbre import Timbre, TimbreMeter
from node.sense.capture.hops import HOP, Hopper
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Frame
from node.sense.vision.eyes import Eyes
from simulator.sight.scene import Scene
from simulator.sound.soundscape import Capsule
from simulator.trials.score import Told
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.features import Heard
from simulator.trials.timelapse.fit_sight import bodies
from simulator.trials.timelapse.hearing import hear
from simulator.trials.timelapse.table import table
from simulator.trials.timelapse.watch import Watch
from simulator.trials.timelapse.week import Week
from simulator.world.street import Light, Street, Traits

WEEK = Week(2026)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """Of an hour of the week: from when, in whole hops, and for how many."""

    hour: int
    from_s: float
    hops: int


RUSH_WITH_A_LORRY = Stretch(17, 590.0, 480)
NOON_WITH_TALK = Stretch(60, 1240.0, 480)
NIGHT_WITH_SOME_WIND = Stretch(75, 600.0, 480)
EVENING_WITH_A_ROAR = Stretch(118, 2690.0, 720)
STRETCHES = [RUSH_WITH_A_LORRY, NOON_WITH_TALK, NIGHT_WITH_SOME_WIND, EVENING_WITH_A_ROAR]


Hop = tuple[SoundLevel, Timbre]


@lru_cache(maxsize=8)
def rendered(stretch: Stretch) -> tuple[Hop, ...]:
    """The node's own levels and timbres of the rendered sound; its meters have listened for a second before."""
    capsule, hopper = Capsule(WEEK.street(stretch.hour)), Hopper()
    meter, timbre = Meter(MicrophoneSettings().full_scale_db), TimbreMeter()
    first = round(stretch.from_s * SAMPLE_RATE_HZ) - 8 * HOP
    found = []
    for start in range(first, first + (stretch.hops + 8) * HOP, 8 * HOP):
        samples = capsule.samples(start, 8 * HOP)
        blocks = hopper.push(AudioBlock(samples, start / SAMPLE_RATE_HZ))
        found += [(meter.measure(hop), timbre.measure(hop)) for hop in blocks]
    return tuple(found[8 : 8 + stretch.hops])


def lapsed(stretch: Stretch) -> Heard:
    return hear(WEEK.street(stretch.hour), Cut(stretch.from_s, stretch.hops), table())


@pytest.fixture(scope="module", params=STRETCHES, ids=lambda one: f"hour-{one.hour}")
def both(request: pytest.FixtureRequest) -> tuple[tuple[Hop, ...], Heard]:
    return rendered(request.param), lapsed(request.param)


def column(hops: tuple[Hop, ...], name: str) -> Floats:
    return np.array([getattr(level, name) for level, _ in hops])


def energy_db(hops: Iterable[Hop], name: str) -> Floats:
    """The mean of a part of the timbre, in dB."""
    return np.asarray(10 * np.log10(np.mean([getattr(timbre, name) for _, timbre in hops], axis=0)))


def mean_db(a_energy: Floats) -> float:
    return float(10 * np.log10(np.mean(a_energy)))


@pytest.mark.slow
def test_laeq_agrees_within_1_db(both: tuple[tuple[Hop, ...], Heard]) -> None:
    levels, heard = both

    assert mean_db(heard.a_energy) == pytest.approx(mean_db(column(levels, "a_energy")), abs=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_exceeded_levels_agree_within_1_5_db(both: tuple[tuple[Hop, ...], Heard], share: float) -> None:
    levels, heard = both

    found = np.quantile(heard.laf_db, 1 - share)

    assert found == pytest.approx(np.quantile(column(levels, "laf_db"), 1 - share), abs=1.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["c_minus_a_db", "voice_db"])
def test_medians_agree_within_1_5_db(both: tuple[tuple[Hop, ...], Heard], name: str) -> None:
    levels, heard = both

    assert np.median(getattr(heard, name)) == pytest.approx(np.median(column(levels, name)), abs=1.5)


@pytest.mark.slow
def test_octaves_agree_within_2_5_db(both: tuple[tuple[Hop, ...], Heard]) -> None:
    hops, heard = both

    assert energy_db(heard.hops(), "octaves") == pytest.approx(energy_db(hops, "octaves"), abs=2.5)


@pytest.mark.slow
def test_the_share_of_lines_agrees_within_15_per_cent(both: tuple[tuple[Hop, ...], Heard]) -> None:
    hops, heard = both

    def share(found: Iterable[Hop]) -> float:
        rows = [(timbre.lines, np.mean(timbre.steps)) for _, timbre in found]
        return float(np.median([lines / energy for lines, energy in rows]))

    # A line of one car drowns among others: lines do not add up, and the sum of them is too much.
    assert share(heard.hops()) == pytest.approx(share(hops), abs=0.15)


@pytest.mark.slow
def test_both_paths_tell_the_same_roar() -> None:
    full, quick = spikes(rendered(EVENING_WITH_A_ROAR)), spikes(lapsed(EVENING_WITH_A_ROAR).hops())

    assert len(full) == len(quick) == 1
    assert quick[0].began_s == pytest.approx(full[0].began_s, abs=0.5)


def spikes(hops: Iterable[Hop]) -> list[Told]:
    watch = Watch(SpikeSettings())
    return [*watch.hear(hops), *watch.finish()]


@pytest.mark.slow
@pytest.mark.parametrize(("light", "factor"), [(Light.DAY, 1.5), (Light.NIGHT, 2.5)])
def test_what_the_table_makes_of_bodies_agrees_roughly_with_the_nodes_own_eyes(light: Light, factor: float) -> None:
    sight, seen, told = table().sight[light], np.zeros(2), np.zeros(2)
    for seed in (33, 34):
        street = Street(seed, None, Traits(roars=False, light=light))
        scene, eyes = Scene(street, 640, 360), Eyes(PresenceSettings())
        for t_s in np.arange(0.0, 28.0, 0.2).tolist():
            look = eyes.look(Frame(scene.picture(t_s), t_s))
            if t_s >= 6.0:
                people, cars = bodies(street, t_s)
                seen += (look.foreground_share, look.flow_energy)
                told += (
                    sight.still_share + sight.person_share * people[0] + sight.car_share * cars[0],
                    sight.still_flow + sight.person_flow * people[1] + sight.car_flow * cars[1],
                )

    assert abs(np.log(seen[0] / told[0])) <= np.log(factor)
    assert abs(np.log(seen[1] / told[1])) <= np.log(2.5)
