"""Parser law: whatever bytes come through the airlock, nothing leaves but what the published schemas allow.

`POLEWATCH_RECORDS=1000000` makes it the long run.
"""

from __future__ import annotations

import json
import os
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.airlock import record
from node.airlock.record import BODIES, SIZE, Record, decode, encode, ranges
from node.config.policy import Policy
from node.config.settings import Settings
from node.contract.envelope import Numbered
from node.contract.envelope import encode as encode_message
from node.errors import RecordError
from node.ops.clock import FixedClock
from node.uplink.books import open_books
from node.uplink.intake import Intake
from node.uplink.store import IN_MEMORY
from node.uplink.summaries import Summaries

WIRE = Path(__file__).parents[2] / "docs/wire"
VALIDATORS = {
    name: jsonschema.Draft202012Validator(json.loads((WIRE / f"{name}.schema.json").read_text()))
    for name in ("event", "summary")
}
RECORDS = int(os.environ.get("POLEWATCH_RECORDS", "10000"))
PACK = 50
NODE = Settings.model_validate({"node": {"id": "pole-0042"}})


def sealed(content: bytes) -> bytes:
    """The same bytes with a checksum that holds: a hostile `sense` would not fail at that."""
    return content[:60] + struct.pack("<I", zlib.crc32(content[:60]))


def nearly(chance: random.Random) -> bytes:
    """A record with a right head and any numbers behind it: most of what the parser has to judge."""
    head = struct.pack("<BBHIQQ", 1, chance.randrange(8), 0, chance.randrange(4), chance.randrange(60), 0)
    return sealed(head + chance.randbytes(36) + bytes(4))


def valid(chance: random.Random) -> bytes:
    """A record that is as it should be."""
    body = chance.choice(list(BODIES.values()))
    values = {name: chance.randint(one.low, one.high) for name, one in ranges(body).items()}
    sequence = 0 if body is record.Status else chance.randint(1, 2**20)
    try:
        return encode(Record(chance.randint(1, 3), sequence, chance.randrange(2**40), body(**values)))
    except RecordError:  # a kind that does not exist
        return bytes(SIZE)


SORTS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda chance: chance.randbytes(chance.randrange(SIZE + 2)),
    lambda chance: sealed(chance.randbytes(SIZE)),
    nearly,
    valid,
)


@st.composite
def packs(draw: st.DrawFn) -> list[bytes]:
    """Packets of every sort. One draw makes many: a million of single draws would take a night."""
    chance = random.Random(draw(st.integers(0, 2**64 - 1)))
    return [chance.choice(SORTS)(chance) for _ in range(PACK)]


class Side:
    """The network side up to its outbox, in memory."""

    def __init__(self) -> None:
        self.books = open_books(NODE, FixedClock(1.7e9), IN_MEMORY, epoch=1)
        self.summaries = Summaries(self.books)
        self.summaries.adopt(0.0)
        self.intake = Intake(self.books, self.summaries, Policy())

    def feed(self, packets: list[bytes]) -> list[Numbered]:
        """All that leaves because of these packets, and of the window that ends with them."""
        told: list[Numbered] = []
        for number, packet in enumerate(packets, 1):
            told += self.intake.take(packet, 100.0 + number).released
        told += self.summaries.close(2000.0, 2000.0)
        self.books.store.close()
        return told


def outside(told: list[Numbered]) -> list[str]:
    """What does not keep to the published schemas, as messages of a validator that is not ours."""
    wrong = []
    for message in told:
        document = json.loads(encode_message(message))
        wrong += [error.message for error in VALIDATORS[message.name].iter_errors(document)]
    return wrong


@settings(max_examples=max(1, RECORDS // PACK))
@given(packs())
def test_whatever_comes_through_the_airlock_only_the_published_schemas_leave(packets: list[bytes]) -> None:
    assert outside(Side().feed(packets)) == []


@settings(max_examples=max(1, RECORDS // PACK))
@given(packs())
def test_what_the_parser_takes_is_exactly_what_it_would_write(packets: list[bytes]) -> None:
    for packet in packets:
        try:
            taken = decode(packet)
        except RecordError:
            continue
        assert encode(taken) == packet


SHOT = encode(Record(1, 1, 1000, record.IncidentBegan(3, 1, 1, 0b111)))


def test_a_valid_record_leaves_so_that_this_law_judges_something() -> None:
    assert {message.name for message in Side().feed([SHOT])} == {"event", "summary"}


@pytest.mark.parametrize("field", [("data", "evidence"), ("data", "kind")])
def test_this_law_notices_a_word_that_is_in_no_schema(field: tuple[str, str]) -> None:
    event, *_ = Side().feed([SHOT])
    document: dict[str, Any] = json.loads(encode_message(event))
    document[field[0]][field[1]] = "what they said"

    assert list(VALIDATORS["event"].iter_errors(document))


def test_this_law_notices_a_parser_without_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_check", lambda _: None)
    slots = struct.pack("<9i", 3, 1, 7, 0, 0, 0, 0, 0, 0)  # a confidence that there is not
    packet = sealed(struct.pack("<BBHIQQ", 1, 1, 0, 1, 1, 1000) + slots + bytes(4))

    with pytest.raises(IndexError):
        Side().feed([packet])
