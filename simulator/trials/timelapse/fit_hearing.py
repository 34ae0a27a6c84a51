"""Measures what is always there or passes: city, weather, vehicles, words. Each alone in an else silent street."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from node.sense.capture.hops import HOP_S
from simulator.trials.seeds import SCORING_FROM, training_seed
from simulator.trials.timelapse import arrivals
from simulator.trials.timelapse.arrivals import Arrival, Cut
from simulator.trials.timelapse.hearing import SELF_NOISE_DB
from simulator.trials.timelapse.pool import LONGEST_TAKE_HOPS, Pool
from simulator.trials.timelapse.spectra import hop_energies
from simulator.world.act import Act, PlayName, usual_lasts_s
from simulator.world.layout import Floats
from simulator.world.levels import city_db
from simulator.world.street import Street, Traits
from simulator.world.traffic import Body

FIRST_SEED = 1000
SILENT = Traits(roars=False, walkers=0.0, cars=0.0, city_db=25.0)
RENDERS = 8
_SPAN_S = 60.0
Seeds = list[int]


def training_seeds(count: int) -> Seeds:
    """The seeds that signatures, and the takes of training weeks, are measured with."""
    return [training_seed(FIRST_SEED + number) for number in range(count)]


def scoring_seeds(count: int) -> Seeds:
    """The seeds that the takes of scoring weeks are measured with."""
    return [SCORING_FROM + FIRST_SEED + number for number in range(count)]


def steady(traits: Traits, nominal: Callable[[Street, Floats], Floats], seeds: Seeds) -> Pool:
    """What does not come and go: the city, the microphone's own noise, rain and wind over silence."""
    pool, stillness = Pool(), 0.0 if traits == SILENT else _stillness()
    for seed in seeds:
        street, cut = Street(seed, None, traits), Cut(5.0, LONGEST_TAKE_HOPS)
        heard = np.maximum(hop_energies(street, cut.from_s, cut.hops) - stillness, 1e-3)
        pool.add(nominal(street, cut.middles_s()), np.zeros(cut.hops), heard, slice(None))
    return pool


def _stillness() -> Floats:
    """The mean of a street without anything: what is to be taken off."""
    return np.asarray(hop_energies(Street(training_seed(FIRST_SEED), None, SILENT), 5.0, 160).mean(axis=0))


def of_city(seeds: Seeds) -> Pool:
    """The far city."""
    loud = Traits(roars=False, walkers=0.0, cars=0.0, city_db=65.0)
    return steady(loud, lambda street, t_s: 10 ** (city_db(street.seed, 65.0, t_s) / 10), seeds)


def of_self_noise(seeds: Seeds) -> Pool:
    """The microphone's own noise and what is left of the city at its quietest."""
    return steady(SILENT, lambda _, t_s: np.full(t_s.size, 10 ** (SELF_NOISE_DB / 10)), seeds)


def of_rain(mm_per_h: float, seeds: Seeds) -> Pool:
    """Rain of a strength; its nominal level is 0 dB."""
    return steady(replace(SILENT, rain_mm_per_h=mm_per_h), _zero_db, seeds)


def of_wind(mps: float, seeds: Seeds) -> Pool:
    """Wind of a strength; its nominal level is 0 dB."""
    return steady(replace(SILENT, wind_mps=mps), _zero_db, seeds)


def _zero_db(_: Street, t_s: Floats) -> Floats:
    return np.ones(t_s.size)


def of_traffic(seeds: Seeds) -> Pool:
    """Cars that pass: only hops in which one car has nine tenths of the energy."""
    pool = Pool()
    for seed in seeds:
        street = Street(seed, None, Traits(roars=False, walkers=0.0, cars=0.6, city_db=25.0))
        cut = Cut(10.0, 320)
        heard = hop_energies(street, cut.from_s, cut.hops)
        found = [one for car in street.cars(cut.from_s, cut.to_s) if (one := arrivals.of_car(cut, car)) is not None]
        _pool_apart(pool, cut, heard, found)
    return pool


def _pool_apart(pool: Pool, cut: Cut, heard: Floats, found: list[Arrival]) -> None:
    """Adds the hops in which one of several arrivals is nearly all there is."""
    energy, distance_m = np.zeros((len(found), cut.hops)), np.ones((len(found), cut.hops))
    for row, one in enumerate(found):
        energy[row, one.first : one.first + one.energy.size] = one.energy
        distance_m[row, one.first : one.first + one.energy.size] = one.distance_m
    total, which = energy.sum(axis=0), energy.argmax(axis=0)
    everywhere = np.arange(cut.hops)
    clear = (energy[which, everywhere] > 0.9 * total) & (total > 10 ** (48.0 / 10))
    pool.add(total[clear], distance_m[which, everywhere][clear], heard, clear)


def of_vehicle(play: PlayName, body: Body, seeds: Seeds) -> Pool:
    """The vehicles that a play brings, where it brings them without a siren."""
    pool = Pool()
    for seed in seeds:
        street = Street(seed, None, SILENT, [Act(play, 0, 10.0, usual_lasts_s(play))])
        cut = Cut(5.0, 320)
        cars = [car for car in street.cars(cut.from_s, cut.to_s) if car.body is body]
        found = [one for car in cars if (one := arrivals.of_car(cut, car)) is not None]
        if found and not street.all_soundings():
            _pool_apart(pool, cut, hop_energies(street, cut.from_s, cut.hops), found)
    return pool


def of_words(seeds: Seeds, *, loud: bool) -> Pool:
    """The words of crowd moments: the talk before, or the roar."""
    pool = Pool()
    for seed in seeds:
        street = Street(seed, None, Traits(roars=True, walkers=0.0, cars=0.0, city_db=25.0))
        moment = street.moments(0.0, _SPAN_S)[0]
        first_s, last_s = (moment.began_s + 0.5, moment.ended_s) if loud else (moment.began_s - 10.0, moment.began_s)
        cut = Cut(round(first_s / HOP_S) * HOP_S, int((last_s - first_s) / HOP_S))
        heard = hop_energies(street, cut.from_s, cut.hops)
        for is_loud, one in arrivals.of_words(cut, moment):
            if is_loud is loud:
                spoken = one.energy > one.energy.max() / 1e4
                hops = one.first + np.flatnonzero(spoken)
                pool.add(one.energy[spoken], one.distance_m[spoken], heard, hops)
    return pool
