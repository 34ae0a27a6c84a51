from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.capture.sample_clock import LATE_S, SampleClock

BLOCK = 2400


def stamps(read_at_s: list[float]) -> list[tuple[float, int]]:
    clock = SampleClock(48_000)
    return [clock.stamp(BLOCK, now_s) for now_s in read_at_s]


def test_blocks_read_in_time_follow_each_other():
    found = stamps([10 + 0.05 * n for n in range(1, 50)])

    assert [begun_s for begun_s, _ in found] == pytest.approx([10 + 0.05 * n for n in range(49)])


def test_a_reader_that_was_held_up_loses_nothing():
    on_time = [0.05 * n for n in range(1, 20)]
    held_up = [2.0 + 0.001 * n for n in range(20)] + [2.0 + 0.05 * n for n in range(1, 20)]

    found = stamps(on_time + held_up)

    assert sum(lost for _, lost in found) == 0


@given(missing_s=st.floats(0.2, 20.0))
def test_samples_that_stay_away_are_counted_as_lost(missing_s):
    before = [0.05 * n for n in range(1, 20)]
    after = [0.95 + missing_s + 0.05 * n for n in range(1, 40)]

    found = stamps(before + after)

    assert sum(lost for _, lost in found) == pytest.approx(48_000 * missing_s, abs=48_000 * LATE_S)


def test_a_source_without_a_pace_is_dated_by_its_samples():
    found = stamps([5.0] * 1000)

    assert found[-1][0] == pytest.approx(5.0 + 0.05 * 998)
    assert found[-1][1] == 0


def test_a_slow_converter_is_followed_without_a_loss():
    found = stamps([0.05 * n * 1.0001 for n in range(1, 20_000)])

    assert sum(lost for _, lost in found) == 0
    assert found[-1][0] == pytest.approx(0.05 * 19_998 * 1.0001, abs=LATE_S)


@pytest.mark.parametrize("too_fast", [0.005, 0.01, 0.088])
def test_a_converter_that_is_far_too_fast_does_not_run_away_into_the_future(too_fast):
    read_at_s = [0.05 * n / (1 + too_fast) for n in range(1, 20_000)]

    found = stamps(read_at_s)

    assert max(begun_s + 0.05 - now_s for (begun_s, _), now_s in zip(found, read_at_s, strict=True)) < 2 * LATE_S
    assert sum(lost for _, lost in found) == 0


def test_a_converter_that_is_too_slow_by_a_hundredth_is_a_hundredth_of_lost_samples():
    found = stamps([0.05 * n / 0.99 for n in range(1, 20_000)])

    assert sum(lost for _, lost in found) == pytest.approx(0.01 / 0.99 * 20_000 * BLOCK, rel=0.3)


def test_a_known_loss_is_not_counted_again_by_the_clock():
    clock = SampleClock(48_000)
    for n in range(1, 20):
        clock.stamp(BLOCK, 0.05 * n)
    clock.lose(48_000)

    lost = sum(clock.stamp(BLOCK, 1.95 + 0.05 * n)[1] for n in range(1, 30))

    assert lost == 0
