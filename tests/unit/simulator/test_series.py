"""What a node knew from half second to half second."""

from __future__ import annotations

import math

from node.sense.audio.level import SoundLevel
from node.sense.pipeline import Observation
from node.sense.vision.eyes import Scene
from simulator.trials.series import Series


def seen(t_s: float, laf_max_db: float | None, share: float | None = None, *, ready: bool = True) -> Observation:
    level = None if laf_max_db is None else SoundLevel(t_s, 0.0, laf_max_db, 0.0, 0.0, 0.0, 0.0, 0.0)
    scene = None if share is None else Scene(t_s, present=True, foreground_share=share, flow_energy=0.04, ready=ready)
    return Observation(t_s, level, None if level is None else 40.0, spike=False, scene=scene)


def test_a_cell_keeps_its_loudest_hop_and_an_instant_at_its_end_belongs_to_it() -> None:
    series = Series()
    for t_s, level_db in ((0.125, 50.0), (0.25, 61.0), (0.5, 55.0), (0.625, 48.0)):
        series.take(seen(t_s, level_db))

    assert series.level_db == [61.0, 48.0]
    assert series.background_db == [40.0, 40.0]


def test_what_was_not_known_is_nan_and_all_lists_are_of_one_length() -> None:
    series = Series()
    series.take(seen(1.6, None, 0.25))

    assert series.foreground_share[3] == 0.25
    assert series.motion[3] == 0.2
    assert [math.isnan(value) for value in series.level_db] == [True] * 4
    assert len(series.present) == len(series.level_db) == len(series.motion) == 4


def test_a_scene_whose_background_is_not_known_yet_says_nothing() -> None:
    series = Series()
    series.take(seen(0.1, 50.0, 0.9, ready=False))

    assert math.isnan(series.present[0])
