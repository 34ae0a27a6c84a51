"""The reference reader at the city's broker as it is shipped: certificates on both sides, and rights."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.airlock.record import IncidentBegan, IncidentEnded
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.ops.clock import boot_s
from tests.integration.node_side import UplinkProcess
from tests.integration.test_production_broker import city, connect, pole, port  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


def message(client: Any, below: str, name: str, data: dict[str, object]) -> None:
    """What a node says, by hand."""
    body = json.dumps({"id": name, "data": data}).encode()
    client.paho.publish(f"polewatch/v1/pole-1/{below}", body, qos=1, retain=below == "info")
    assert client.answers.get(timeout=10.0) < 0x80


def read(city: Any, port: int, db: Path, name: str, seconds: float) -> subprocess.CompletedProcess[str]:  # noqa: F811 - same
    """One run of the reader under the certificate of a name."""
    command = [sys.executable, "-m", "simulator.cli", "forecaster", "--db", str(db), "--host", "localhost", "--json"]
    command += ["--port", str(port), "--ca", str(city.folder / "ca.crt"), "--seconds", str(seconds)]
    command += ["--cert", str(city.folder / f"{name}.crt"), "--key", str(city.folder / f"{name}.key")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_citys_forecaster_reads_and_when_it_lacks_something_says_who_may_ask(
    city: Any,  # noqa: F811 - a fixture
    port: int,  # noqa: F811 - same
    connect: Any,  # noqa: F811 - same
    tmp_path: Path,
) -> None:
    node = connect("pole-1")
    message(node, "info", "x", {"epoch": "0000002a", "last_sequence": 0})
    first = read(city, port, tmp_path / "reader.db", "forecaster", 3.0)
    message(node, "event/noise.spike", "0000002a-000000000002", {"phase": "start"})
    second = read(city, port, tmp_path / "reader.db", "forecaster", 12.0)

    assert (first.returncode, json.loads(first.stdout)["complete"]) == (0, True)
    assert second.returncode == 1
    assert json.loads(second.stdout)["nodes"]["pole-1"]["epochs"]["0000002a"]["missing"] == [[1, 1]]
    assert "city IT may" in second.stderr


def tell(socket: Path, incidents: int) -> None:
    """Some incidents, as `sense` tells them."""
    sender = Sender(socket, Ring(7), 7)
    sender.start()
    for number in range(1, incidents + 1):
        sender.offer(IncidentBegan(1, number, 1, 1), round(boot_s() * 1000))
        sender.offer(IncidentEnded(number, 0, 3, 12), round(boot_s() * 1000))
    drained = sender.drain(10.0)
    sender.stop()
    assert drained


def test_what_the_forecaster_lacks_comes_when_city_it_reads_beside_it_and_asks(
    city: Any,  # noqa: F811 - a fixture
    port: int,  # noqa: F811 - same
    pole: Callable[[str], UplinkProcess],  # noqa: F811 - same
    tmp_path: Path,
) -> None:
    db = tmp_path / "reader.db"
    pole("pole-1")
    tell(tmp_path / "airlock.sock", 2)
    first = read(city, port, db, "forecaster", 6.0)
    with closing(sqlite3.connect(db)) as file, file:
        lost = file.execute("DELETE FROM message WHERE sequence = 2").rowcount
    second = read(city, port, db, "resync", 12.0)

    assert (first.returncode, lost) == (0, 1)
    assert (second.returncode, json.loads(second.stdout)["asked"]) == (0, 1)
    assert "lets us ask nothing" not in second.stderr


def test_a_reader_with_a_certificate_of_nobody_is_refused_in_one_line(city: Any, port: int, tmp_path: Path) -> None:  # noqa: F811 - fixtures
    refused = read(city, port, tmp_path / "reader.db", "missing", 3.0)

    assert refused.returncode == 69
    assert refused.stderr.count("\n") == 1
    assert "no broker at localhost" in refused.stderr
