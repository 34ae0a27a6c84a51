from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.capture.hops import HOP, HOP_S, Hopper
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock


def ramp(size: int) -> np.ndarray:
    return np.arange(size, dtype=np.float32) / np.float32(size)


def hops_of(samples: np.ndarray, cuts: list[int], begun_s: float = 0.0) -> list[AudioBlock]:
    hopper, hops, at = Hopper(), [], 0
    for part in np.split(samples, sorted(cuts)):
        hops += hopper.push(AudioBlock(part, begun_s + at / SAMPLE_RATE_HZ))
        at += part.size
    return hops


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, 4 * HOP), max_size=30), begun_s=st.floats(0, 1e6))
def test_block_sizes_never_matter(cuts, begun_s):
    samples = ramp(4 * HOP + 17)

    hops = hops_of(samples, cuts, begun_s)

    assert [hop.captured_s for hop in hops] == pytest.approx([begun_s + n * HOP_S for n in range(4)], abs=1e-6)
    np.testing.assert_array_equal(np.concatenate([hop.samples for hop in hops]), samples[: 4 * HOP])


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 2 * HOP), min_size=1, max_size=12), lost=st.lists(st.integers(0, 9000), min_size=12)
)
def test_every_sample_is_in_a_hop_or_counted_as_lost_or_still_waits(sizes, lost):
    hopper, hops, at_s = Hopper(), [], 0.0
    for size, lost_samples in zip(sizes, lost, strict=False):
        at_s += lost_samples / SAMPLE_RATE_HZ
        hops += hopper.push(AudioBlock(ramp(max(size, 1)), at_s, lost_samples=lost_samples))
        at_s += max(size, 1) / SAMPLE_RATE_HZ
    hops += hopper.push(AudioBlock(ramp(2 * HOP), at_s + 1.0, lost_samples=1))

    came_in = sum(max(size, 1) for size in sizes) + sum(lost[: len(sizes)]) + 2 * HOP + 1
    assert sum(hop.samples.size + hop.lost_samples for hop in hops) == came_in


def test_a_gap_drops_the_rest_and_the_next_hop_counts_it_as_lost():
    hopper = Hopper()
    hopper.push(AudioBlock(ramp(1000), 0.0))

    (hop,) = hopper.push(AudioBlock(ramp(HOP), 1.0, lost_samples=500))

    assert (hop.lost_samples, hop.captured_s) == (1500, 1.0)


def test_a_jump_of_the_clock_is_a_gap():
    hopper = Hopper()
    hopper.push(AudioBlock(ramp(1000), 0.0))

    (hop,) = hopper.push(AudioBlock(ramp(HOP), 7.0))

    assert (hop.lost_samples, hop.captured_s) == (1000, 7.0)


def test_jitter_of_the_clock_is_no_gap():
    hopper = Hopper()
    hopper.push(AudioBlock(ramp(1000), 0.0))

    (hop,) = hopper.push(AudioBlock(ramp(HOP - 1000), 1000 / SAMPLE_RATE_HZ + 0.005))

    assert hop.lost_samples == 0


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_broken_samples_become_silence_and_count_as_lost(broken):
    samples = ramp(HOP)
    samples[100:103] = broken

    (hop,) = Hopper().push(AudioBlock(samples, 0.0))

    assert hop.lost_samples == 3
    assert not hop.samples[100:103].any()


def test_clipped_samples_reach_the_hops_once():
    hopper = Hopper()

    hops = hopper.push(AudioBlock(ramp(2 * HOP), 0.0, clipped_samples=HOP + 5))

    assert [hop.clipped_samples for hop in hops] == [HOP, 5]


def test_an_empty_block_gives_nothing():
    assert Hopper().push(AudioBlock(np.empty(0, dtype=np.float32), 0.0)) == []
