"""The signed policy: only a whole one, by the right key, for this node, in its time, counts; all else is one line."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from node.config.policy import Policy
from node.config.signed_policy import PAYLOAD_TYPE, in_force, key_id, signed_bytes, verify
from node.config.wall import PolicySettings
from node.contract.words import Kind
from node.errors import PolicyError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ROOT = KEY.public_key().public_bytes_raw().hex()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NOW_S = 1_767_268_800.0  # 2026-01-01T12:00:00Z
LOOSE = {"k": 5, "epsilon_percent": 100, "arrival_ms": True}


def payload(**changes: Any) -> bytes:
    said = {"number": 7, "nodes": [], "not_after": "2027-01-01T00:00:00Z", "policy": LOOSE}
    return json.dumps(said | changes).encode()


def signed(content: bytes, key: Ed25519PrivateKey = KEY, **changes: Any) -> bytes:
    """A file as the city's off-line machine writes it: DSSE by its own text, not by the node's code."""
    encoding = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(content)} ".encode() + content
    one = {
        "keyid": key_id(key.public_key().public_bytes_raw()),
        "sig": base64.b64encode(key.sign(encoding)).decode(),
    }
    envelope = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(content).decode(), "signatures": [one]}
    return json.dumps(envelope | changes).encode()


def settings(path: Path, root_key: str = ROOT, **wanted: Any) -> PolicySettings:
    return PolicySettings(file=str(path), root_key=root_key, **wanted)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "policy.signed"


def test_a_signed_policy_may_loosen_the_default_within_the_floor(path: Path) -> None:
    path.write_bytes(signed(payload()))
    found = in_force(settings(path), "pole-0042", NOW_S)

    assert found.policy == Policy(k=5, epsilon_percent=100, arrival_ms=True)
    assert found.origin == f"policy 7, signed by {key_id(bytes.fromhex(ROOT))}, until 2027-01-01T00:00:00Z"
    assert (found.is_signed, found.refusal) == (True, "")


def test_the_configuration_tightens_what_is_signed(path: Path) -> None:
    path.write_bytes(signed(payload()))
    found = in_force(settings(path, k=20, silent_kinds=(Kind.SOUND_SCREAM,)), "pole-0042", NOW_S)

    assert found.policy.k == 20
    assert Kind.SOUND_SCREAM not in found.policy.kinds


def test_without_a_file_the_default_holds_and_nothing_is_wrong(path: Path) -> None:
    found = in_force(settings(path), "pole-0042", NOW_S)

    assert (found.policy, found.is_signed, found.refusal) == (Policy(), False, "")


REFUSED: dict[str, tuple[bytes, str]] = {
    "another key": (signed(payload(), OTHER), "not by policy.root_key"),
    "another payload": (
        signed(payload(), payload=base64.b64encode(payload(number=8)).decode()),
        "signature does not hold",
    ),
    "a short signature": (
        signed(payload(), signatures=[{"keyid": key_id(bytes.fromhex(ROOT)), "sig": "AAAA"}]),
        "signature does not hold",
    ),
    "no signature": (signed(payload(), signatures=[]), "no signed policy"),
    "another type": (signed(payload(), payloadType="application/json"), "no signed policy"),
    "another key in the file": (signed(payload(), more=1), "no signed policy"),
    "no base64": (signed(payload(), payload="A"), "no signed policy"),
    "no JSON": (b"\xff\x00{", "no signed policy"),
    "empty": (b"", "no signed policy"),
    "too large": (b" " * 70_000, "larger than"),
    "looser than the floor": (signed(payload(policy={"k": 4})), "policy.k"),
    "more incidents": (signed(payload(policy={"incidents_per_day": 151})), "policy.incidents_per_day"),
    "an unknown value": (signed(payload(policy={"record": True})), "policy.record"),
    "no payload of ours": (signed(b"[]"), "no policy may be looser"),
    "for another node": (signed(payload(nodes=["pole-0001"])), "not for pole-0042"),
    "run out": (signed(payload(not_after="2025-12-31T23:59:59Z")), "ran out"),
    "no instant": (signed(payload(not_after="2027-02-30T00:00:00Z")), "no instant"),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_is_one_line_and_the_default_holds(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    found = in_force(settings(path), "pole-0042", NOW_S)

    assert (found.policy, found.is_signed) == (Policy(), False)
    assert why in found.refusal
    assert str(path) in found.refusal
    assert "\n" not in found.refusal


def test_a_policy_that_nobody_may_sign_is_refused(path: Path) -> None:
    path.write_bytes(signed(payload()))

    assert "policy.root_key" in in_force(settings(path, root_key=""), "pole-0042", NOW_S).refusal


def test_a_folder_in_the_place_of_the_policy_is_one_line(path: Path) -> None:
    path.mkdir()

    assert "cannot be read" in in_force(settings(path), "pole-0042", NOW_S).refusal


def test_a_clock_at_1970_lets_a_policy_hold(path: Path) -> None:
    path.write_bytes(signed(payload()))

    assert in_force(settings(path), "pole-0042", 0.0).is_signed


@given(st.binary(max_size=300))
def test_any_bytes_are_a_policy_error_or_no_error(content: bytes) -> None:
    with pytest.raises(PolicyError):
        verify(content, ROOT, "file")


@given(st.integers(0, 2000), st.integers(0, 7))
def test_a_file_with_one_bit_changed_is_never_another_policy(place: int, bit: int) -> None:
    content = bytearray(signed(payload()))
    content[place % len(content)] ^= 1 << bit
    try:
        found = verify(bytes(content), ROOT, "file")
    except PolicyError:
        return

    assert found.policy == Policy(k=5, epsilon_percent=100, arrival_ms=True)


def test_what_is_signed_is_the_encoding_of_dsse() -> None:
    # The example of the standard's protocol.md has another type; its form is this.
    assert signed_bytes(b"hello") == b"DSSEv1 40 " + PAYLOAD_TYPE.encode() + b" 5 hello"
