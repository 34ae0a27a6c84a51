"""With a real mosquitto: each test starts its own, which takes a tenth of a second."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from paho.mqtt import publish

from node.errors import BrokerError
from simulator.live import broker as private
from simulator.live.broker import ADDRESS, PrivateBroker
from simulator.live.listener import Listener


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0


def test_a_started_broker_answers_and_a_stopped_one_is_gone() -> None:
    with PrivateBroker() as broker:
        pid, port = broker.pid, broker.port
        assert pid is not None
        assert accepts(port)

    assert not is_alive(pid)
    assert not accepts(port)


def test_a_restarted_broker_is_another_process_on_the_same_port() -> None:
    with PrivateBroker() as broker:
        before = broker.pid, broker.port

        broker.restart()

        assert broker.port == before[1]
        assert broker.pid != before[0]
        assert accepts(broker.port)


def test_a_killed_broker_comes_back_on_its_port() -> None:
    with PrivateBroker() as broker:
        port = broker.port
        broker.kill()
        assert not accepts(port)

        broker.start()

        assert broker.port == port
        assert accepts(port)


def test_a_broker_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with PrivateBroker():
        assert len(list(tmp_path.iterdir())) == 1

    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_that_was_asked_for_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        broker = PrivateBroker(taken.getsockname()[1])

        with pytest.raises(BrokerError, match=r"^mosquitto does not start on port \d+ of 127.0.0.1: .*in use"):
            broker.start()

    assert not broker.running
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_in_between_is_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateBroker() as first:
        free = private._free_port
        ports = iter([first.port, first.port, free()])
        monkeypatch.setattr(private, "_free_port", lambda: next(ports))

        with PrivateBroker() as second:
            assert second.port != first.port
            assert accepts(second.port)


def test_a_missing_mosquitto_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "")

    with pytest.raises(BrokerError, match="apt-get install mosquitto"):
        PrivateBroker().start()


def test_a_broker_that_was_never_started_has_no_port() -> None:
    with pytest.raises(BrokerError, match="before it is started"):
        _ = PrivateBroker().port


def test_a_listener_receives_what_a_node_publishes_in_order() -> None:
    with PrivateBroker() as broker, Listener(ADDRESS, broker.port) as listener:
        publish.single(
            "polewatch/v1/a/state", b'{"data": {"online": true}}', retain=True, hostname=ADDRESS, port=broker.port
        )
        first = listener.next(5.0)
        for number in range(20):
            publish.single(f"polewatch/v1/a/event/{number}", b"{}", qos=1, hostname=ADDRESS, port=broker.port)

        kinds = [received.kind for _ in range(20) if (received := listener.next(5.0)) is not None]

    assert first is not None
    assert (first.node, first.topic, first.data) == ("a", "state", {"online": True})
    assert kinds == [str(number) for number in range(20)]


def test_a_listener_survives_a_restart_of_the_broker() -> None:
    with PrivateBroker() as broker, Listener(ADDRESS, broker.port) as listener:
        broker.restart()
        # Retained: it does not matter whether the listener is back before it or after it.
        publish.single("polewatch/v1/a/info", b"{}", retain=True, hostname=ADDRESS, port=broker.port)

        received = listener.next(10.0)

    assert received is not None
    assert received.topic == "info"


def test_a_listener_without_a_broker_is_one_clear_line() -> None:
    port = private._free_port()

    with pytest.raises(BrokerError, match=f"no broker answers at 127.0.0.1:{port}"), Listener(ADDRESS, port):
        pass
