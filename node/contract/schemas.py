"""The JSON Schema of each message, and one digest over them all."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from node.contract.command import CommandMessage
from node.contract.envelope import Outbound
from node.contract.topics import CHANNELS


def schema(message: type[Outbound | CommandMessage]) -> dict[str, Any]:
    """The JSON Schema of a message, as it is on the wire."""
    body = message.model_json_schema(mode="serialization", by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


def schemas_digest() -> str:
    """sha256 over all schemas: two nodes with equal digests speak the same wire."""
    text = json.dumps([schema(one.message) for one in CHANNELS], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
