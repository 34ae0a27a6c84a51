"""Writes `docs/wire/`: one JSON Schema per message and the AsyncAPI 3.0 document, from the types themselves.

`python -m node.contract.generate` writes them, `--check` compares them byte for byte (`make check` does).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from node import __version__
from node.contract.base import NODE_ID_PATTERN
from node.contract.envelope import CONTENT_TYPE
from node.contract.schemas import schema
from node.contract.topics import CHANNELS, HEARD, QOS, ROOT, ROUTES, SESSION_EXPIRY_S, WILL_DELAY_S, Inbound, Route
from node.contract.words import Kind

MQTT_BINDING = "0.2.0"


def _channel(route: Route | Inbound) -> dict[str, Any]:
    """One channel: its address, its parameters, its message."""
    name = route.message.name
    parameters: dict[str, Any] = {"node": {"description": f"the node's id, {NODE_ID_PATTERN}"}}
    if "{kind}" in route.address:
        parameters["kind"] = {"description": "what happened", "enum": [kind.value for kind in Kind]}
    return {
        "address": f"{ROOT}/{{node}}/{route.address}",
        "parameters": parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _operation(route: Route) -> dict[str, Any]:
    """One operation: the node sends this message, with these MQTT properties."""
    name = route.message.name
    mqtt: dict[str, Any] = {"qos": QOS, "retain": route.retained, "bindingVersion": MQTT_BINDING}
    if route.expiry_s is not None:
        mqtt["messageExpiryInterval"] = route.expiry_s
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "bindings": {"mqtt": mqtt},
    }


def _request(inbound: Inbound) -> dict[str, Any]:
    """One operation: the node hears this message, and answers with its Correlation Data."""
    name = inbound.message.name
    answer = {"channel": {"$ref": f"#/channels/{inbound.answer.name}"}}
    mqtt = {"qos": QOS, "retain": False, "messageExpiryInterval": inbound.expiry_s, "bindingVersion": MQTT_BINDING}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "reply": answer,
        "bindings": {"mqtt": mqtt},
    }


def _message(route: Route | Inbound) -> dict[str, Any]:
    """One message: its schema, and how it is marked on the wire."""
    return {
        "summary": (route.message.__doc__ or "").splitlines()[0],
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"./{route.message.name}.schema.json"},
        "bindings": {
            "mqtt": {"payloadFormatIndicator": 1, "contentType": CONTENT_TYPE, "bindingVersion": MQTT_BINDING}
        },
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of everything that a node sends and hears."""
    state = next(route for route in ROUTES if route.message.name == "state")
    last_will = {"topic": f"{ROOT}/{{node}}/{state.address}", "qos": QOS, "message": "online: false", "retain": True}
    mqtt = {"cleanStart": False, "sessionExpiryInterval": SESSION_EXPIRY_S, "lastWill": last_will}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Polewatch node",
            "version": __version__,
            "description": (
                f"All that a node can say and hear. MQTT 5, QoS {QOS}; the last will is delayed by {WILL_DELAY_S} s. "
                "Generated from node/contract; do not edit."
            ),
        },
        "servers": {
            "city": {
                "host": "broker.example:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5",
                "bindings": {"mqtt": {**mqtt, "bindingVersion": MQTT_BINDING}},
            }
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {one.message.name: _channel(one) for one in CHANNELS},
        "operations": {
            **{f"send-{route.message.name}": _operation(route) for route in ROUTES},
            **{f"hear-{inbound.message.name}": _request(inbound) for inbound in HEARD},
        },
        "components": {"messages": {one.message.name: _message(one) for one in CHANNELS}},
    }


def files() -> dict[str, str]:
    """Name and text of every generated file."""
    import yaml  # noqa: PLC0415 - a development tool: nothing on a pole needs it

    documents = {
        f"{one.message.name}.schema.json": json.dumps(schema(one.message), indent=2) + "\n" for one in CHANNELS
    }
    documents["asyncapi.yaml"] = yaml.safe_dump(asyncapi(), sort_keys=False, width=110)
    return documents


def main(arguments: list[str]) -> int:
    """Writes the files, or with `--check` says which differ."""
    parser = argparse.ArgumentParser(prog="python -m node.contract.generate")
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--out", type=Path, default=Path("docs/wire"))
    chosen = parser.parse_args(arguments)
    stale = []
    for name, text in files().items():
        path = chosen.out / name
        if chosen.check:
            if not path.is_file() or path.read_text() != text:
                stale.append(str(path))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in stale:
        sys.stderr.write(f"{path} is not what node/contract says: run 'python -m node.contract.generate'\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
