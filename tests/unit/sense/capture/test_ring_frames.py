"""The ring of frames: newest wins, and a torn frame is never given."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.capture.board import REASON_BYTES, Board, Condition
from node.sense.capture.ports import Frame
from node.sense.capture.ring import FrameRing


def grey(level: int, width: int = 8, height: int = 6) -> Frame:
    return Frame(np.full((height, width, 3), level, np.uint8), float(level))


def test_an_empty_ring_has_no_frame():
    assert FrameRing(8, 6).take(0) is None


def test_the_newest_frame_is_given():
    ring = FrameRing(8, 6)
    for level in (1, 2, 3, 4, 5):
        ring.publish(grey(level))
    taken = ring.take(0)

    assert taken is not None
    assert (taken[0], taken[1].captured_s, int(taken[1].pixels[0, 0, 0])) == (5, 5.0, 5)


def test_a_frame_is_given_once():
    ring = FrameRing(8, 6)
    ring.publish(grey(1))

    assert ring.take(1) is None


def test_a_frame_that_is_too_large_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        FrameRing(8, 6).publish(grey(1, width=9))


def test_a_frame_whose_pixels_changed_after_its_checksum_is_not_given():
    ring = FrameRing(8, 6)
    ring.publish(grey(1))
    ring._pixels(ring._start(1), 6, 8)[3, 3, 0] = 99

    assert ring.take(0) is None


def test_a_given_frame_stays_as_it_is_when_the_ring_goes_on():
    ring = FrameRing(8, 6)
    ring.publish(grey(1))
    taken = ring.take(0)
    for level in (2, 3, 4, 5):
        ring.publish(grey(level))

    assert taken is not None
    assert (taken[1].pixels == 1).all()


def test_a_wiped_ring_holds_no_pixel():
    ring = FrameRing(8, 6)
    ring.publish(grey(77))
    ring.wipe()

    assert not ring._bytes.any()


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 1e9))
def test_a_frame_of_any_size_that_fits_comes_out_as_it_went_in(width, height, captured_s):
    ring = FrameRing(12, 12)
    pixels = np.random.default_rng(width * height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    ring.publish(Frame(pixels, captured_s))
    taken = ring.take(0)

    assert taken is not None
    assert (taken[1].pixels == pixels).all()
    assert taken[1].captured_s == captured_s


def test_no_torn_frame_is_given_while_another_process_writes_as_fast_as_it_can():
    ring = FrameRing(160, 120)
    writer = os.fork()
    if writer == 0:
        try:
            while True:
                ring.publish(grey((ring.newest + 1) % 251, 160, 120))
        finally:
            os._exit(1)
    taken, torn, last = 0, 0, 0
    until_s = time.monotonic() + 10.0
    while taken < 30 and time.monotonic() < until_s:
        got = ring.take(last)
        if got is not None:
            last, frame = got
            taken += 1
            torn += not (frame.pixels == last % 251).all()
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)

    assert torn == 0
    assert taken == 30


@given(st.text(max_size=400))
def test_a_reason_is_one_short_line_of_ascii(text):
    board = Board()
    board.explain(text)

    assert board.reason.isascii()
    assert board.reason.isprintable()
    assert len(board.reason) == min(len(text), REASON_BYTES)


def test_numbers_on_the_board_that_mean_nothing_raise_nothing():
    board = Board()
    board._words[:] = 2**64 - 1

    assert board.condition is Condition.ENDED
    assert len(board.reason) == REASON_BYTES
