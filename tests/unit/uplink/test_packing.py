"""How a message lies on the card: small, checked, and readable for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import IncidentBegan, WindowSensed
from node.contract.envelope import encode
from node.uplink.packing import MAX_BYTES, pack, unpack
from node.uplink.ranks import parse, rank_of
from tests.unit.uplink.conftest import Side

START = (
    '{"specversion":"1.0","source":"urn:polewatch:node:pole-0042","subject":"tile:unset","time":"2026-01-01T12:12:16Z",'
    '"datacontenttype":"application/json","id":"04900047-000000000003","sequence":"000000000003",'
    '"type":"org.polewatch.sound.gunshot.v1","dataschema":"urn:polewatch:schema:event:v1","data":{"kind":'
    '"sound.gunshot","category":"possible_gunfire","incident":"04900047-000000000003","clock":"synced","uptime_s":null,'
    '"delayed":false,"phase":"start","severity":"severe","confidence":"medium","evidence":["level_rise"],'
    '"arrival_ms":null}}'
)
PACKED = "zc=-yjW{@Mhcs4O2rFb?pvH~G95>u%OuyivpF-MMBW1Okf7-#W}TwYL~PEm^=l$45IsiGxR9NwX3QUo)plMn&*_O3|"


def test_what_was_packed_on_22_november_2026_is_still_read() -> None:
    assert unpack(PACKED) == START


@given(st.text(max_size=3000))
def test_every_message_comes_back_as_it_was(text: str) -> None:
    assert unpack(pack(text.encode())) == text


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode(errors="replace")))
def test_what_lies_on_a_damaged_card_is_a_text_or_nothing(text: str) -> None:
    assert isinstance(unpack(text), str)


@given(st.data())
def test_a_packed_message_with_another_character_in_it_is_no_message(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(PACKED) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda one: one != PACKED[place]))

    assert unpack(PACKED[:place] + other + PACKED[place + 1 :]) in {"", START}


def test_plain_json_of_an_older_version_is_itself() -> None:
    assert unpack(START) == START


def test_what_unpacks_to_more_than_a_message_may_be_is_none() -> None:
    assert unpack(pack(b"{" + b" " * MAX_BYTES)) == ""


def test_what_a_node_stores_takes_less_than_a_fifth(side: Side) -> None:
    side.take(IncidentBegan(3, 1, 1, 1), 10.0, sequence=1)
    side.take(WindowSensed(900, 900, 900, 1, 600, 700, 620, 590, 500), 899.5, sequence=2)
    side.close(910.0)

    messages = side.waiting()
    assert len(messages) == 2
    for message in messages:
        assert len(pack(encode(message))) < len(encode(message)) / 5
        assert parse(rank_of(message), unpack(pack(encode(message)))) == message
