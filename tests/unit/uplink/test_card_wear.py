"""What a day of a node does to its card: bytes written, and how much of the bound three days without a broker take."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.trials.bench_card import MOST, NORMAL, size_after_days_offline, wear_of_a_day
from simulator.trials.card_days import Days

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("incidents", "most_mb"), [(NORMAL, 1.5), (MOST, 3.0)])
def test_a_day_with_a_broker_hands_little_to_the_card(tmp_path: Path, incidents: int, most_mb: float) -> None:
    wear = wear_of_a_day(tmp_path, incidents, days_before=0)

    assert wear.messages >= 96 + 1.9 * incidents
    assert 0.1 < wear.handed_mb < most_mb
    assert wear.written_mb <= 5.0


def test_three_days_of_the_most_that_a_node_says_take_a_tenth_of_the_bound(tmp_path: Path) -> None:
    assert 3 * size_after_days_offline(tmp_path, MOST, days=1) < 64.0 / 10


def test_without_a_broker_everything_waits_and_with_one_everything_is_sent(tmp_path: Path) -> None:
    counts = []
    for online in (False, True):
        folder = tmp_path / str(online)
        folder.mkdir()
        node = Days(folder, NORMAL, online=online, is_synced=False)
        node.live(0)
        node.finish()
        counts.append((node.books.outbox.last_sequence, node.books.outbox.count_waiting()))
        node.close()

    (most, waiting), (same, none) = counts
    assert most == same == waiting > 100
    assert none == 0
