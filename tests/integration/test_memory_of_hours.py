"""What `sense` learnt goes through a real airlock into a file of a real `uplink`, and to nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.airlock.record import HourLearnt, Status
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.config.load import load
from node.config.memory import read_memory
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

LEARNT = HourLearnt(hour=99, l50_ddb=777, l90_ddb=-1313, weeks=17)


def test_a_learnt_hour_is_there_for_the_next_run_and_in_no_message(tmp_path: Path, broker: PrivateBroker) -> None:
    config = write_config(tmp_path, broker.port)
    settings = load(config).settings
    uplink, reader, sender = UplinkProcess(config), Reader(broker.port), Sender(tmp_path / "airlock.sock", Ring(9), 9)
    uplink.start()
    sender.start()
    try:
        sender.offer(LEARNT, 1000)
        sender.offer(Status(1, 1, 0, 0, 0), 1000)
        until(lambda: read_memory(settings), what="the file")
        until(lambda: reader.of("health"), what="a message")
        acknowledged = sender.drain(5.0)
    finally:
        sender.stop()
        uplink.stop()
        reader.close()

    told = json.dumps([reader.of(name) for name in ("event", "summary", "health", "info", "state")])
    assert read_memory(settings) == {99: (77.7, -131.3, 17)}
    assert acknowledged
    assert "777" not in told
    assert "1313" not in told
