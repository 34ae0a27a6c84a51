"""The last word of a node stands in its audit log, like every other that has left."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.contract.envelope import StateMessage, encode
from node.contract.topics import topic_of
from node.uplink.chain import What, digest_of, entries_of, files_of
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow


def test_the_farewell_is_in_the_audit_log(tmp_path: Path, broker: PrivateBroker) -> None:
    reader = Reader(broker.port)
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    until(lambda: reader.of("state"), what="the birth")
    uplink.stop()
    until(lambda: not reader.of("state")[-1]["data"]["online"], what="the farewell")
    reader.close()

    farewell = StateMessage.model_validate(reader.of("state")[-1])
    left = {
        entry.digest
        for file in files_of(tmp_path / "audit")
        for entry in entries_of(file)
        if entry.what is What.DOCUMENT
    }
    assert farewell.data.reason == "stopped"
    assert digest_of(topic_of(farewell).encode(), encode(farewell)) in left
