"""Measures the signatures of the named sounds on the renderer: near and far, each alone in a silent street."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from node.sense.capture.hops import HOP_S
from simulator.trials.timelapse.fit_hearing import SILENT, training_seeds
from simulator.trials.timelapse.pool import Pool, decibels
from simulator.trials.timelapse.signature import Signature
from simulator.trials.timelapse.spectra import HopEnergies, hop_energies
from simulator.world.act import Act, usual_lasts_s
from simulator.world.layout import MICROPHONE_HEIGHT_M, POLE_XY_M, SPEED_OF_SOUND_MPS, Floats
from simulator.world.sounding import STRENGTHS, SoundName
from simulator.world.street import Street

_SOUNDS_OF_ITSELF = {SoundName.GLASS: 16, SoundName.DOOR: 12, SoundName.FIREWORK: 40, SoundName.EXPLOSION: 40,
                     SoundName.THUNDER: 96}  # fmt: skip
"""How many hops are kept of what takes its own time; of other blasts 24."""
_LOUD_DB = 85.0
_LOUDEST_PEAK_DB = 114.0
_LONG_S = 30.0
"""What usually lasts ten seconds or more may as well last a minute, and is measured for this long."""
_TAIL_HOPS = 8
_ARRIVES_S = 24.0
"""Late enough for thunder to have begun after second 0."""
_PLACES_M: dict[SoundName, tuple[float, float]] = {
    SoundName.THUNDER: (800.0, 3000.0), SoundName.HELICOPTER: (220.0, 600.0), SoundName.FIREWORK: (60.0, 400.0),
    SoundName.EXPLOSION: (60.0, 400.0), SoundName.GUNSHOT_PISTOL: (40.0, 300.0), SoundName.GUNSHOT_RIFLE: (40.0, 300.0),
    SoundName.GUNSHOT_SHOTGUN: (40.0, 300.0), SoundName.MUSIC_CONCERT: (60.0, 400.0), SoundName.BELLS: (60.0, 250.0),
    SoundName.SIREN_WAIL: (30.0, 300.0), SoundName.SIREN_YELP: (30.0, 300.0), SoundName.SIREN_HILO: (30.0, 300.0),
}  # fmt: skip
_PLACE_M = (12.0, 100.0)
_RENDERS = 6
_TINY = 1e-12
_FAINTEST = 3e-5
"""What rings is over when its course has fallen by 45 dB for good."""


def of_sound(name: SoundName) -> Signature:
    """One of the named sounds, near and far."""
    rings = STRENGTHS[name].is_peak or name in _SOUNDS_OF_ITSELF
    hops = _SOUNDS_OF_ITSELF.get(name, 24) if rings else int(_lasts_s(name) / HOP_S)
    pool, tails = Pool(), np.zeros(_TAIL_HOPS)
    renders = list(_alone(name, hops + _TAIL_HOPS))
    for distance_m, audible_db, heard in renders:
        inner = slice(None) if rings else slice(0, hops)
        nominal = np.full(heard.a[inner].shape[0], 10 ** (audible_db / 10) / distance_m**2)
        pool.add(nominal, np.full(nominal.size, distance_m), heard, inner)
        tails += heard.a[hops:].sum(axis=1) / max(float(heard.a[:hops].sum(axis=1).mean()), _TINY)
    if not rings:
        return pool.signature(tail=_decay(tails / len(renders)))
    shape = np.mean([one.sum(axis=1) / n for one, n in zip(pool.a, pool.nominal, strict=True)], axis=0)
    kept = shape > shape.max() * _FAINTEST
    shape = shape[: int(np.flatnonzero(kept)[-1]) + 1]
    return pool.shaped(shape).signature(shape_db=decibels(shape / shape.sum()))


def _lasts_s(name: SoundName) -> float:
    """For how long a sound is measured."""
    usual_s = usual_lasts_s(name)
    return usual_s if usual_s < 10.0 else _LONG_S


def _alone(name: SoundName, hops: int) -> Iterator[tuple[float, float, HopEnergies]]:
    """Renders of one sound: how far away, its level as `Sounding.audible_db` has it, and what is heard."""
    strength = STRENGTHS[name]
    for number, seed in enumerate(training_seeds(_RENDERS)):
        distance_m = _PLACES_M.get(name, _PLACE_M)[number % 2]
        up_m, across_m = strength.height_m - MICROPHONE_HEIGHT_M, 11.2 - POLE_XY_M[1]
        along_m = np.sqrt(max(0.0, distance_m**2 - up_m**2 - across_m**2))
        if along_m == 0.0:
            across_m = np.sqrt(max(0.0, distance_m**2 - up_m**2))
        spread_db = 20 * np.log10(distance_m)
        level_db = float((_LOUDEST_PEAK_DB if strength.is_peak else _LOUD_DB) + spread_db)
        at_s = _ARRIVES_S - distance_m / SPEED_OF_SOUND_MPS
        place = (float(POLE_XY_M[0] + along_m), float(POLE_XY_M[1] + across_m))
        act = Act(name, 0, at_s, _lasts_s(name), *place, count=1, level_db=level_db)
        yield distance_m, strength.fast_db(level_db), hop_energies(Street(seed, None, SILENT, [act]), _ARRIVES_S, hops)


def _decay(tail: Floats) -> tuple[float, float]:
    """Level of a tail's first hop, and how fast it falls in dB a second, by a line through what stands out."""
    levels_db = decibels(tail)
    clear = levels_db > max(-45.0, float(levels_db[-1]) + 3.0)
    count = int(np.argmin(clear)) if not clear.all() else clear.size
    if count < 2:
        return float(np.clip(levels_db[0], -60.0, 0.0)), 60.0
    slope, level_db = np.polyfit(np.arange(count) * HOP_S, levels_db[:count], 1)
    return float(np.clip(level_db, -60.0, 3.0)), float(max(0.0, -slope))
