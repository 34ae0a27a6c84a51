"""Presence: two thresholds, two times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from node.config.sight import CameraSettings, PresenceSettings
from node.sense.vision.presence import Presence


def presence() -> Presence:
    return Presence(open_share=0.1, close_share=0.05, open_s=0.2, hold_s=1.0)


def present() -> Presence:
    """Something is there since 0 s, last seen at 0.2 s."""
    switch = presence()
    switch.step(0.2, 0.0)
    switch.step(0.2, 0.2)
    return switch


def test_nothing_is_there_in_the_beginning():
    assert presence().step(0.0, 0.0) is False


def test_something_counts_after_open_s():
    switch = presence()

    assert [switch.step(0.2, t_s) for t_s in (0.0, 0.1, 0.2)] == [False, False, True]


def test_a_flash_does_not_count():
    switch = presence()

    assert [switch.step(share, t_s) for share, t_s in ((0.2, 0.0), (0.0, 0.1), (0.2, 0.2))] == [False] * 3


def test_between_the_thresholds_it_stays_as_it_is():
    assert presence().step(0.07, 5.0) is False
    assert present().step(0.07, 5.0) is True


def test_something_is_gone_after_hold_s():
    switch = present()

    assert [switch.step(0.0, t_s) for t_s in (0.3, 1.2, 1.3)] == [True, True, False]


def test_a_short_gap_does_not_end_it():
    switch = present()

    assert [switch.step(share, t_s) for share, t_s in ((0.0, 0.3), (0.2, 1.0), (0.0, 1.3))] == [True] * 3


def test_a_share_that_is_no_number_changes_nothing():
    assert presence().step(math.nan, 5.0) is False
    assert present().step(math.nan, 5.0) is True


def test_a_pair_in_the_wrong_order_is_refused():
    with pytest.raises(ValueError, match="close_share"):
        Presence(open_share=0.1, close_share=0.2)


def test_a_configured_pair_in_the_wrong_order_is_refused():
    with pytest.raises(ValidationError, match="close_share"):
        PresenceSettings(open_share=0.1, close_share=0.2)


def test_a_camera_source_with_a_line_break_is_refused():
    with pytest.raises(ValidationError):
        CameraSettings(source="/dev/video0\n")


@given(st.lists(st.floats(0.0, 0.0999), max_size=50))
def test_what_never_reaches_open_share_is_never_there(shares):
    switch = presence()

    assert not any(switch.step(share, n * 0.1) for n, share in enumerate(shares))


@given(st.lists(st.floats(0.05, 1.0), max_size=50))
def test_what_never_falls_under_close_share_is_never_gone(shares):
    switch = present()

    assert all(switch.step(share, 1.0 + n) for n, share in enumerate(shares))
