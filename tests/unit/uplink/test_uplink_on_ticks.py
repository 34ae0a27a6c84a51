"""Rate law at the process (P6): a record that waits in the airlock is taken in at the next tick, and not before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from node.airlock.gate import TICK_S
from node.airlock.record import IncidentBegan
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.config.settings import Settings
from node.ops.clock import FixedClock
from node.uplink import app
from node.uplink.app import Uplink


def test_a_record_is_taken_in_on_a_tick_and_not_between_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(app, "boot_s", lambda: now_s[0])
    settings = Settings.model_validate(
        {
            "node": {"id": "pole-0042"},
            "airlock": {"socket": str(tmp_path / "airlock.sock")},
            "outbox": {"path": str(tmp_path / "outbox.db")},
        }
    )
    uplink = Uplink(settings, FixedClock(1_767_268_800.0))
    sender = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    sender.start()
    waiting = []
    try:
        sender.offer(IncidentBegan(1, 1, 1, 1), 1_000_000)
        # The sender is a thread of its own: its record lies in the socket before the tick is looked at.
        while not uplink._listener.connected:
            uplink._listener._accept()
        for now_s[0] in (1000.0 + 0.5 * TICK_S, 1000.0 + 0.9 * TICK_S, 1000.0 + TICK_S, 1000.0 + 2 * TICK_S):
            uplink._turn()
            waiting.append(uplink._books.outbox.count_waiting())
    finally:
        sender.stop()
        uplink._listener.close()
        uplink._books.store.close()
        for end in uplink._waking.ends:
            os.close(end)

    assert waiting[:2] == [0, 0]
    assert waiting[-1] == 1
