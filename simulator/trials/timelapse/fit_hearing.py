"""Measures the signatures of what is always there or passes: city, weather, vehicles, words. Training seeds, one source
at a time in an else silent street.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from node.sense.capture.hops import HOP_S
from simulator.trials.seeds import training_seed
from simulator.trials.timelapse import arrivals
from simulator.trials.timelapse.arrivals import Arrival, Cut
from simulator.trials.timelapse.hearing import SELF_NOISE_DB
from simulator.trials.timelapse.pool import Pool
from simulator.trials.timelapse.signature import Signature
from simulator.trials.timelapse.spectra import HopEnergies, hop_energies
from simulator.world.act import Act, PlayName, usual_lasts_s
from simulator.world.layout import Floats
from simulator.world.levels import city_db
from simulator.world.street import Street, Traits
from simulator.world.traffic import Body

FIRST_SEED = 1000
SILENT = Traits(roars=False, walkers=0.0, cars=0.0, city_db=25.0)


def training_seeds(count: int) -> list[int]:
    """The seeds that signatures are measured with."""
    return [training_seed(FIRST_SEED + number) for number in range(count)]


def steady(traits: Traits, nominal: Callable[[Street, Floats], Floats], *, seeds: int = 3) -> Signature:
    """The signature of what does not come and go: the city, the microphone's own noise, rain and wind over silence."""
    pool, still = Pool(), _stillness() if traits != SILENT else None
    for seed in training_seeds(seeds):
        street, cut = Street(seed, None, traits), Cut(5.0, 320)
        heard = hop_energies(street, cut.from_s, cut.hops)
        heard = heard if still is None else _over(heard, still)
        pool.add(nominal(street, cut.middles_s()), np.zeros(cut.hops), heard, slice(None))
    return pool.signature()


def _stillness() -> HopEnergies:
    """The mean of a street without anything: what is to be taken off."""
    return hop_energies(Street(training_seed(FIRST_SEED), None, SILENT), 5.0, 160)


def _over(heard: HopEnergies, still: HopEnergies) -> HopEnergies:
    """What is heard over the stillness."""
    a, c, voice = (
        np.maximum(now - empty.mean(axis=0), 1e-3)
        for now, empty in ((heard.a, still.a), (heard.c, still.c), (heard.voice, still.voice))
    )
    return HopEnergies(a, c, voice, heard.c_peak, heard.modulation)


def of_city() -> Signature:
    """The far city."""
    loud = Traits(roars=False, walkers=0.0, cars=0.0, city_db=65.0)
    return steady(loud, lambda street, t_s: 10 ** (city_db(street.seed, 65.0, t_s) / 10))


def of_self_noise() -> Signature:
    """The microphone's own noise and what is left of the city at its quietest."""
    return steady(SILENT, lambda _, t_s: np.full(t_s.size, 10 ** (SELF_NOISE_DB / 10)))


def of_traffic() -> Signature:
    """Cars that pass: only hops in which one car has nine tenths of the energy."""
    pool = Pool()
    for seed in training_seeds(3):
        street = Street(seed, None, Traits(roars=False, walkers=0.0, cars=0.6, city_db=25.0))
        cut = Cut(10.0, 640)
        heard = hop_energies(street, cut.from_s, cut.hops)
        found = [one for car in street.cars(cut.from_s, cut.to_s) if (one := arrivals.of_car(cut, car)) is not None]
        _pool_apart(pool, cut, heard, found)
    return pool.signature()


def _pool_apart(pool: Pool, cut: Cut, heard: HopEnergies, found: list[Arrival]) -> None:
    """Adds the hops in which one of several arrivals is nearly all there is."""
    energy, distance_m = np.zeros((len(found), cut.hops)), np.ones((len(found), cut.hops))
    for row, one in enumerate(found):
        energy[row, one.first : one.first + one.energy.size] = one.energy
        distance_m[row, one.first : one.first + one.energy.size] = one.distance_m
    total, which = energy.sum(axis=0), energy.argmax(axis=0)
    everywhere = np.arange(cut.hops)
    clear = (energy[which, everywhere] > 0.9 * total) & (total > 10 ** (48.0 / 10))
    pool.add(total[clear], distance_m[which, everywhere][clear], heard, clear)


def of_rain(mm_per_h: float) -> Signature:
    """Rain of a strength; its nominal level is 0 dB."""
    return steady(replace(SILENT, rain_mm_per_h=mm_per_h), _zero_db)


def of_wind(mps: float) -> Signature:
    """Wind of a strength; its nominal level is 0 dB."""
    return steady(replace(SILENT, wind_mps=mps), _zero_db, seeds=6)


def _zero_db(_: Street, t_s: Floats) -> Floats:
    return np.ones(t_s.size)


def of_vehicle(play: PlayName, body: Body) -> Signature | None:
    """The vehicles that a play brings, where it brings them without a siren; else None."""
    pool = Pool()
    for seed in training_seeds(4):
        street = Street(seed, None, SILENT, [Act(play, 0, 10.0, usual_lasts_s(play))])
        cut = Cut(5.0, 320)
        cars = [car for car in street.cars(cut.from_s, cut.to_s) if car.body is body]
        found = [one for car in cars if (one := arrivals.of_car(cut, car)) is not None]
        if found and not street.all_soundings():
            _pool_apart(pool, cut, hop_energies(street, cut.from_s, cut.hops), found)
    return pool.signature() if pool.nominal else None


def of_words(*, loud: bool) -> Signature:
    """The words of crowd moments: the talk before, or the roar."""
    pool = Pool()
    for seed in training_seeds(3):
        street = Street(seed, None, Traits(roars=True, walkers=0.0, cars=0.0, city_db=25.0))
        moment = street.moments(0.0, 60.0)[0]
        first_s, last_s = (moment.began_s + 0.5, moment.ended_s) if loud else (moment.began_s - 10.0, moment.began_s)
        cut = Cut(round(first_s / HOP_S) * HOP_S, int((last_s - first_s) / HOP_S))
        heard = hop_energies(street, cut.from_s, cut.hops)
        for is_loud, one in arrivals.of_words(cut, moment):
            if is_loud is loud:
                spoken = one.energy > one.energy.max() / 1e4
                hops = one.first + np.flatnonzero(spoken)
                pool.add(one.energy[spoken], one.distance_m[spoken], heard, hops)
    return pool.signature()
