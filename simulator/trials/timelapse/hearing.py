"""What a pole hears of a street, hop by hop: every source's energy by its signature, summed, and put through a meter.

The meter is the node's own in the arithmetic of hops: Fast weighting is a recursion on power (IEC 61672-1), LAeq and
C - A are means over a second. The sums are of powers: sources do not know each other's phase.
"""

from __future__ import annotations

import zlib
from collections import defaultdict

import numpy as np

from node.config.sound import MicrophoneSettings
from node.sense.audio.level import ENERGY_FLOOR, FAST_S, SECOND_HOPS
from node.sense.capture.hops import HOP_S
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse import arrivals
from simulator.trials.timelapse.arrivals import Arrival, Cut
from simulator.trials.timelapse.features import Heard
from simulator.trials.timelapse.signature import (
    A_BANDS,
    C_PEAK,
    C_WEIGHTED,
    COLUMNS,
    ENVELOPE,
    LINES,
    OCTAVES,
    VOICE,
    Signature,
)
from simulator.trials.timelapse.table import Table, at_strength
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats
from simulator.world.levels import city_db
from simulator.world.sounding import SoundName
from simulator.world.street import Street
from simulator.world.traffic import Car

SELF_NOISE_DB = 30.0
RUN_IN_HOPS = 24
"""Hops before a cut with which its Fast weighting begins: what came before them has 104 dB less weight."""
_OF_NOISE = 11
_ON_CUE = frozenset(SoundName)
"""What begins at an instant; of what is always there, passes or is words, a take is played from anywhere on."""
_EARLIER_S = 20.0
"""Sound that left its source longer ago is not heard any more (6.9 km)."""


class Sum:
    """Energies over that of 0 dB re 20 µPa, (hops, COLUMNS) as `signature` orders them.

    Args:
        hops: how many.
        sealed: the takes of scoring weeks are played.
    """

    def __init__(self, hops: int, *, sealed: bool) -> None:
        self.energies = np.zeros((hops, COLUMNS))
        self._sealed = sealed

    def add(self, signature: Signature, found: list[Arrival], rng: np.random.Generator, *, on_cue: bool) -> None:
        """Adds what of the sources of one signature reaches the meter; on cue, each begins where its take does."""
        takes = signature.sealed if self._sealed else signature.takes
        for one in found:
            away_m = float(one.distance_m[0])
            course = takes.play(rng, one.energy.size, away_m, from_the_begin=on_cue)
            hops = slice(one.first, one.first + one.energy.size)
            self.energies[hops] += course * signature.fitted(one.energy, one.distance_m)


def hear(street: Street, cut: Cut, table: Table, began_s: float = 0.0, cars: list[Car] | None = None) -> Heard:
    """What a pole hears of a street.

    Args:
        street: what sounds.
        cut: when.
        table: the measured signatures.
        began_s: the week's second at the street's second 0.
        cars: those that pass, if they are known already.
    """
    longer = Cut(cut.from_s - RUN_IN_HOPS * HOP_S, cut.hops + RUN_IN_HOPS)
    return levels(energies(street, longer, table, cars), began_s + longer.from_s).cut(RUN_IN_HOPS, longer.hops)


def energies(street: Street, cut: Cut, table: Table, cars: list[Car] | None = None) -> Floats:
    """The energies over 0 dB re 20 µPa that arrive of a street, (hops, COLUMNS) as `signature` orders them."""
    whole = Sum(cut.hops, sealed=street.seed >= SCORING_FROM)
    for name, found in _sources(street, cut, table, cars).items():
        rng = chance(street.seed, Stream.TIME_LAPSE, _OF_NOISE, zlib.crc32(name.encode()))
        whole.add(_signature(street, table, name), found, rng, on_cue=name in _ON_CUE)
    return whole.energies


def loudest(street: Street, cut: Cut, table: Table) -> str:
    """The name of the signature with the most nominal energy in a cut, or `nothing`; the city does not count."""
    sums = {name: sum(float(one.energy.sum()) for one in found) for name, found in _sources(street, cut, table).items()}
    for name in ("city", "self"):
        del sums[name]
    return max(sums, key=lambda name: sums[name], default="nothing")


def _signature(street: Street, table: Table, name: str) -> Signature:
    if name == "rain":
        return at_strength(table.rain, street.traits.rain_mm_per_h)
    if name == "wind":
        return at_strength(table.wind, street.traits.wind_mps)
    return table.source[name]


def _sources(street: Street, cut: Cut, table: Table, cars: list[Car] | None = None) -> dict[str, list[Arrival]]:
    """What arrives, by the name of its signature."""
    found: dict[str, list[Arrival]] = defaultdict(list)
    near = np.zeros(cut.hops)
    found["city"] = [Arrival(0, 10 ** (city_db(street.seed, street.traits.city_db, cut.middles_s()) / 10), near)]
    found["self"] = [Arrival(0, np.full(cut.hops, 10 ** (SELF_NOISE_DB / 10)), near)]
    for name, strength in (("rain", street.traits.rain_mm_per_h), ("wind", street.traits.wind_mps)):
        if strength > 0:
            found[name] = [Arrival(0, np.ones(cut.hops), near)]
    for car in street.cars(cut.from_s, cut.to_s) if cars is None else cars:
        if (one := arrivals.of_car(cut, car)) is not None:
            found[f"vehicle.{car.body}"].append(one)
    for sounding in street.soundings(cut.from_s - _EARLIER_S, cut.to_s):
        if (one := arrivals.of_sounding(cut, sounding, table.source[sounding.name])) is not None:
            found[str(sounding.name)].append(one)
    for moment in street.moments(cut.from_s, cut.to_s):
        for loud, one in arrivals.of_words(cut, moment):
            found["roar" if loud else "talk.words"].append(one)
    return found


def levels(energies: Floats, from_s: float) -> Heard:
    """The meter: energies of hops, (hops, COLUMNS), to levels; the first hop begins at `from_s`."""
    rail = 10 ** (MicrophoneSettings().full_scale_db / 10)
    clipped = np.minimum(energies, rail)
    bands = clipped[:, A_BANDS]
    a, c = np.minimum(bands.sum(axis=1), rail), clipped[:, C_WEIGHTED]
    fast = _fast(a)
    before = np.concatenate((fast[:1], fast[:-1]))
    a_1s, c_1s = _second(a), _second(c)
    return Heard(
        t_s=from_s + (np.arange(a.size) + 1.0) * HOP_S,
        laf_db=_db(fast),
        laf_max_db=_db(np.maximum(before * np.exp(-HOP_S / FAST_S / 48), fast)),
        laeq_1s_db=_db(a_1s),
        a_energy=a / rail,
        voice_db=_db(clipped[:, VOICE]),
        c_minus_a_db=_db(c_1s) - _db(a_1s),
        lcpeak_db=_db(clipped[:, C_PEAK]),
        bands_db=_db(bands),
        octaves=clipped[:, OCTAVES] / rail,
        lines=clipped[:, LINES] / rail,
        steps=clipped[:, ENVELOPE] / rail,
    )


def _fast(energy: Floats) -> Floats:
    """First-order recursion on power, y = k y + (1 - k) x, as a sum over the hops that still count."""
    keep = np.exp(-HOP_S / FAST_S)
    taps = (1 - keep) * keep ** np.arange(RUN_IN_HOPS + 6)
    return np.asarray(np.convolve(energy, taps)[: energy.size])


def _second(energy: Floats) -> Floats:
    """Mean over the last second."""
    return np.asarray(np.convolve(energy, np.full(SECOND_HOPS, 1 / SECOND_HOPS))[: energy.size])


def _db(energy: Floats) -> Floats:
    return np.asarray(10 * np.log10(np.maximum(energy, ENERGY_FLOOR)))
