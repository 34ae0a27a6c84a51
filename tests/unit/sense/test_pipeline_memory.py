"""What the line keeps and what it does not: the hour that it learnt leaves it, the sound that it held does not."""

from __future__ import annotations

import numpy as np
import pytest

from node.airlock.record import Body, HourLearnt
from node.contract.words import ClockQuality
from node.ops.clock import FixedClock
from node.sense.audio import ordinary
from node.sense.capture.hops import HOP, Hopper
from node.sense.capture.ports import AudioBlock
from node.sense.pipeline import Pipeline
from tests.unit.sense.audio.banging_street import RATE_HZ, SETTINGS, hum

STREET_S = 20.0
TUESDAY_3_AM_S = (24 + 3 + 96) * 3600.0  # 1 January 1970 was a Thursday
"""Seconds since 1970."""


class LostClock(FixedClock):
    """A clock that was never set."""

    @staticmethod
    def quality() -> ClockQuality:
        """Unsynced."""
        return ClockQuality.UNSYNCED


def learnt(clock: FixedClock, known: dict[int, tuple[float, float, int]] | None) -> list[HourLearnt]:
    """The hours that leave the line after a quiet street."""
    bodies: list[Body] = []
    line = Pipeline(SETTINGS, clock, lambda body, _at_s: bodies.append(body), known=known)
    line.hear(AudioBlock(hum(STREET_S), 0.0))
    line.finish(STREET_S)
    return [body for body in bodies if isinstance(body, HourLearnt)]


@pytest.fixture(autouse=True)
def _short_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a minute makes an hour known, or a test would take half of one."""
    monkeypatch.setattr(ordinary, "LEAST_HOPS", 120)


def test_the_hour_that_was_heard_leaves_with_its_levels() -> None:
    [hour] = learnt(FixedClock(TUESDAY_3_AM_S), {})

    assert (hour.hour, hour.weeks) == (27, 1)
    assert hour.l50_ddb >= hour.l90_ddb


def test_where_nothing_is_to_be_learnt_no_hour_leaves() -> None:
    assert learnt(FixedClock(TUESDAY_3_AM_S), None) == []


def test_an_hour_that_the_clock_does_not_know_is_not_kept() -> None:
    assert learnt(LostClock(TUESDAY_3_AM_S), {}) == []


def test_a_forgotten_hop_is_wiped_and_counts_as_lost() -> None:
    hopper = Hopper()
    hopper.push(AudioBlock(np.ones(1000, dtype=np.float32), 0.0))

    hopper.forget()

    [hop] = hopper.push(AudioBlock(np.zeros(HOP, dtype=np.float32), 1000 / RATE_HZ))
    assert hop.lost_samples == 1000
    assert not hop.samples.any()
