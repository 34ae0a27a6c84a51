"""A card that does not take a write: told once, left alone for a second, and told when it takes again."""

from __future__ import annotations

import logging

import pytest

from node.errors import StorageError
from node.uplink.card import Card
from tests.unit.uplink.conftest import Side


class Clock:
    """A clock that the test sets."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def fails() -> None:
    """A write on a card without room."""
    raise StorageError("no room")


def test_after_a_write_failed_the_card_is_left_alone_for_a_second(side: Side) -> None:
    clock = Clock()
    card = Card(side.books, clock)
    card.guarded(fails)
    may_take = []
    for clock.now_s in (100.0, 100.9, 101.0):
        may_take.append(card.may_take)

    assert card.is_full
    assert may_take == [False, False, True]


def test_a_card_that_stays_full_is_told_once(side: Side, caplog: pytest.LogCaptureFixture) -> None:
    card = Card(side.books, Clock())
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            card.guarded(fails)
        card.took()

    assert [one.getMessage() for one in caplog.records] == [
        "no room; records wait in memory",
        "the outbox can be written again",
    ]


def test_a_fault_that_is_not_the_cards_is_not_hidden(side: Side) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Card(side.books, Clock()).guarded(broken)
