"""Measures the named sounds on the renderer: near and far, each alone in a silent street."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from node.sense.capture.hops import HOP_S
from simulator.trials.timelapse.fit_hearing import SILENT, Seeds
from simulator.trials.timelapse.pool import LONGEST_TAKE_HOPS, Pool
from simulator.trials.timelapse.signature import A_BANDS
from simulator.trials.timelapse.spectra import hop_energies
from simulator.world.act import Act, usual_lasts_s
from simulator.world.layout import MICROPHONE_HEIGHT_M, POLE_XY_M, SPEED_OF_SOUND_MPS
from simulator.world.sounding import STRENGTHS, SoundName
from simulator.world.street import Street

_SOUNDS_OF_ITSELF = {SoundName.GLASS: 16, SoundName.DOOR: 12, SoundName.FIREWORK: 40, SoundName.EXPLOSION: 40,
                     SoundName.THUNDER: 96}  # fmt: skip
"""How many hops are kept of what takes its own time; of other blasts 24."""
_LOUD_DB = 85.0
_LOUDEST_PEAK_DB = 114.0
_LONG_S, _LONGER_S = 10.0, 30.0
"""What usually lasts ten seconds or more may as well last a minute: its level is that of half a minute."""
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
_TINY = 1e-12


def of_sound(name: SoundName, seeds: Seeds) -> Pool:
    """One of the named sounds, by turns near and far."""
    pool = Pool(rings=STRENGTHS[name].is_peak or name in _SOUNDS_OF_ITSELF)
    usual_s = usual_lasts_s(name)
    lasts_s = usual_s if usual_s < _LONG_S else _LONGER_S
    hops = _SOUNDS_OF_ITSELF.get(name, 24) if pool.rings else min(int(lasts_s / HOP_S), LONGEST_TAKE_HOPS)
    for street, distance_m, audible_db in _alone(name, lasts_s, seeds):
        heard = hop_energies(street, _ARRIVES_S, hops)
        nominal = np.full(hops, 10 ** (audible_db / 10) / distance_m**2)
        pool.add(nominal, np.full(hops, distance_m), heard, slice(None))
        if not pool.rings:
            a = heard[:, A_BANDS].sum(axis=1)
            after = hop_energies(street, _ARRIVES_S + int(lasts_s / HOP_S) * HOP_S, _TAIL_HOPS)
            pool.tails.append(after[:, A_BANDS].sum(axis=1) / max(float(a.mean()), _TINY))
    return pool


def _alone(name: SoundName, lasts_s: float, seeds: Seeds) -> Iterator[tuple[Street, float, float]]:
    """Streets with one sound each: how far away it is, and its level as `Sounding.audible_db` has it."""
    strength = STRENGTHS[name]
    for number, seed in enumerate(seeds):
        distance_m = _PLACES_M.get(name, _PLACE_M)[number % 2]
        up_m, across_m = strength.height_m - MICROPHONE_HEIGHT_M, 11.2 - POLE_XY_M[1]
        along_m = np.sqrt(max(0.0, distance_m**2 - up_m**2 - across_m**2))
        if along_m == 0.0:
            across_m = np.sqrt(max(0.0, distance_m**2 - up_m**2))
        spread_db = 20 * np.log10(distance_m)
        level_db = float((_LOUDEST_PEAK_DB if strength.is_peak else _LOUD_DB) + spread_db)
        at_s = _ARRIVES_S - distance_m / SPEED_OF_SOUND_MPS
        place = (float(POLE_XY_M[0] + along_m), float(POLE_XY_M[1] + across_m))
        act = Act(name, 0, at_s, lasts_s, *place, count=1, level_db=level_db)
        yield Street(seed, None, SILENT, [act]), distance_m, strength.fast_db(level_db)
