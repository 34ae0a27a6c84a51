"""A reader at the broker: a real MQTT 5 subscriber that shows what left the node, and nothing else.

It reads as any reader of the city would: JSON from the wire, without the node's own types.
"""

from __future__ import annotations

import json
import queue
import time
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from node.errors import BrokerError

FILTER = "polewatch/v1/+/#"
_MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came.

    Args:
        topic: the last parts of it, without `polewatch/v1/{node}/`.
        node: which node sent it.
        at_s: when it came, in seconds since 1970.
        size: of the payload, in bytes.
        retained: it waited at the broker for a reader to come.
        message: the CloudEvent, or an empty dict where the payload was none.
    """

    topic: str
    node: str
    at_s: float
    size: int
    retained: bool
    message: dict[str, Any]

    @property
    def kind(self) -> str:
        """The kind of an event (`noise.spike`), or nothing for other messages."""
        return self.topic.removeprefix("event/") if self.topic.startswith("event/") else ""

    @property
    def data(self) -> dict[str, Any]:
        """What the message says inside its envelope."""
        data = self.message.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def phase(self) -> str:
        """`start` or `end` of an incident; nothing for other messages."""
        return str(self.data.get("phase", ""))

    @property
    def happened_s(self) -> float | None:
        """The time that the message itself names, in seconds since 1970."""
        try:
            return datetime.fromisoformat(str(self.message.get("time"))).timestamp()
        except ValueError:
            return None


def parse(topic: str, payload: bytes | bytearray, at_s: float, *, retained: bool = False) -> Received:
    """What a message says, as far as it says anything: never raises."""
    parts = topic.split("/", 3)
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError):
        message = None
    return Received(
        topic=parts[3] if len(parts) > 3 else topic,
        node=parts[2] if len(parts) > 3 else "",
        at_s=at_s,
        size=len(payload),
        retained=retained,
        message=message if isinstance(message, dict) else {},
    )


class Listener:
    """Subscribes to everything of every node. Use it as a context manager.

    Args:
        host: of the broker.
        port: of the broker.

    Raises:
        BrokerError: on entering, when the broker does not answer.
    """

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._waiting: queue.Queue[Received] = queue.Queue(_MOST_WAITING)
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="polewatch-demo-reader", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._keep

    def __enter__(self) -> Self:
        try:
            self._client.connect(*self._place, keepalive=30)
        except OSError as error:
            raise BrokerError(f"no broker answers at {self._place[0]}:{self._place[1]}") from error
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def next(self, timeout_s: float) -> Received | None:
        """The next message, in the order they came, or None when none came within `timeout_s`."""
        try:
            return self._waiting.get(timeout=timeout_s) if timeout_s > 0 else self._waiting.get_nowait()
        except queue.Empty:
            return None

    def _subscribe(
        self, client: Client, userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del userdata, flags, reason, properties
        client.subscribe(FILTER, qos=1)

    def _keep(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        received = parse(message.topic, message.payload, time.time(), retained=message.retain)
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(received)
