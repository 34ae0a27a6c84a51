"""Reads a signed policy: a DSSE envelope (https://github.com/secure-systems-lab/dsse, protocol 1.0.0) with one
Ed25519 signature by the key that the configuration names. The key itself stays off-line: a pole has its public half.

    {"payloadType": "application/vnd.polewatch.policy.v1+json", "payload": BASE64,
     "signatures": [{"keyid": KEY ID, "sig": BASE64}]}

The signature is checked before a byte of the payload is read. Whatever is wrong is one line, and the defaults hold.
So is a policy that is older than one which this node has accepted before: its number is lower.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, StringConstraints, ValidationError

from node.config.base import Section
from node.config.policy import Policy, tighten
from node.config.wall import PolicySettings
from node.contract.base import Instant, NodeId
from node.errors import PolicyError

PAYLOAD_TYPE = "application/vnd.polewatch.policy.v1+json"
MAX_BYTES = 65_536
_Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=60_002)]


class _Signature(Section):
    """Who signed, and what."""

    keyid: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    sig: _Base64


class _Envelope(Section):
    """The file."""

    payloadType: Literal["application/vnd.polewatch.policy.v1+json"]  # noqa: N815 - the name is DSSE's
    payload: _Base64
    signatures: Annotated[tuple[_Signature, ...], Field(min_length=1, max_length=4)]


class SignedPolicy(Section):
    """What is signed: a policy with a number, for some nodes or all, until an instant."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    nodes: Annotated[tuple[NodeId, ...], Field(max_length=10_000, description="empty: every node")]
    not_after: Instant
    policy: Policy


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that holds.

    Args:
        policy: with what the configuration tightens.
        origin: where it comes from, in a few words.
        is_signed: whether it comes from a signed file.
        refusal: why the policy file is not used, in one line; empty where it is, or there is none.
        number: of the signed policy, 0 where none holds.
    """

    policy: Policy
    origin: str = "default"
    is_signed: bool = False
    refusal: str = ""
    number: int = 0


def key_id(public_key: bytes) -> str:
    """The id of a key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def signed_bytes(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of the payload and its type."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def in_force(settings: PolicySettings, node_id: str, now_s: float, least_number: int = 0) -> InForce:
    """The policy that holds on a node: the signed one if it can be used, else the default. Never raises.

    Args:
        settings: where the policy lies, whose signature counts, and what the configuration tightens.
        node_id: of this node.
        now_s: the time of day, in seconds since 1970.
        least_number: of the last policy that this node has accepted under this key: an older one is refused.
    """
    path = Path(settings.file)
    default = tighten(Policy(), settings)
    try:
        content = _read(path)
        if content is None:
            return InForce(default)
        signed = verify(content, settings.root_key, str(path))
        _require_newest(signed, least_number, str(path))
        _require_valid(signed, node_id, now_s, str(path))
    except PolicyError as error:
        return InForce(default, refusal=str(error))
    origin = f"policy {signed.number}, signed by {key_id(bytes.fromhex(settings.root_key))}, until {signed.not_after}"
    return InForce(tighten(signed.policy, settings), origin, is_signed=True, number=signed.number)


def verify(content: bytes, root_key: str, name: str) -> SignedPolicy:
    """The policy in a signed file.

    Args:
        content: of the file, any bytes.
        root_key: the public key, 64 hex digits.
        name: of the file, for errors.

    Raises:
        PolicyError: it is not signed by this key, or is looser than the floor; one line.
    """
    if not root_key:
        raise PolicyError(f"{name}: nobody's signature counts here: set policy.root_key")
    try:
        envelope = _Envelope.model_validate_json(content)
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = {one.keyid: base64.b64decode(one.sig, validate=True) for one in envelope.signatures}
    except (ValidationError, binascii.Error) as error:
        raise PolicyError(f"{name}: is no signed policy; 'polewatch policy check' reads one") from error
    public = bytes.fromhex(root_key)
    if key_id(public) not in signatures:
        raise PolicyError(f"{name}: is signed by {min(signatures)}, not by policy.root_key ({key_id(public)})")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signatures[key_id(public)], signed_bytes(payload))
    except (InvalidSignature, ValueError) as error:
        raise PolicyError(f"{name}: the signature does not hold: the file was changed after it was signed") from error
    try:
        return SignedPolicy.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{name}: {place}: {first['msg'].lower()}: no policy may be looser than the floor") from error


def _read(path: Path) -> bytes | None:
    """The content of a file; None where there is none.

    Raises:
        PolicyError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise PolicyError(f"{path}: is larger than {MAX_BYTES} bytes: no policy of ours")
    return content


def _require_newest(signed: SignedPolicy, least_number: int, name: str) -> None:
    """A policy is no older than the last one.

    Raises:
        PolicyError: it is: somebody put back a policy that the city has replaced.
    """
    if signed.number < least_number:
        raise PolicyError(
            f"{name}: policy {signed.number} is older than policy {least_number}, which this node has accepted:"
            f" sign it anew as {least_number + 1} or higher"
        )


def _require_valid(signed: SignedPolicy, node_id: str, now_s: float, name: str) -> None:
    """A policy is for this node, and has not run out.

    A clock at 1970 finds nothing to have run out: the node cannot know better until its clock is set.

    Raises:
        PolicyError: it is not, or it has.
    """
    if signed.nodes and node_id not in signed.nodes:
        raise PolicyError(f"{name}: policy {signed.number} is not for {node_id}")
    try:
        ends = datetime.strptime(signed.not_after, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise PolicyError(f"{name}: not_after: {signed.not_after} is no instant") from error
    if now_s > ends.timestamp():
        raise PolicyError(f"{name}: policy {signed.number} ran out at {signed.not_after}: sign a new one")
