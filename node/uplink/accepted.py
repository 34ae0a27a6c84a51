"""Which signed policy this node has accepted last: none that is older is accepted after it. The audit log keeps that.

Numbers count for one key. Under another `policy.root_key`, set by the operator at the pole, they begin anew.
"""

from __future__ import annotations

import contextlib

from node.config.settings import Settings
from node.config.signed_policy import InForce, in_force, key_id
from node.errors import StorageError
from node.uplink import chain
from node.uplink.audit import audit_folder
from node.uplink.chain import ChainError, What

_HALF = 8


def accepted(root_key: str, number: int) -> bytes:
    """What the audit log says of a policy that was accepted: the id of its key, and its number, 8 bytes each."""
    return bytes.fromhex(key_id(bytes.fromhex(root_key))) + number.to_bytes(_HALF, "big")


def least_number(said: bytes | None, root_key: str) -> int:
    """The number below which a policy of a key is too old; 0 where none of this key was accepted.

    Args:
        said: by the audit log, as `accepted` gave it; None where it says nothing.
        root_key: whose signature counts, 64 hex digits; empty where nobody's does.
    """
    if said is None or not root_key or said[:_HALF] != accepted(root_key, 0)[:_HALF]:
        return 0
    return int.from_bytes(said[_HALF:], "big")


def policy_here(settings: Settings, now_s: float) -> InForce:
    """The policy that holds on this node, as `uplink` finds it: with what its log has accepted. Never raises.

    Args:
        settings: the configuration.
        now_s: the time of day, in seconds since 1970.
    """
    said = None
    # `uplink` puts a log that does not hold aside, and has accepted nothing then.
    with contextlib.suppress(ChainError, StorageError):
        entry = chain.standing(audit_folder(settings)).get(What.ACCEPTED)
        said = entry.digest if entry is not None else None
    return in_force(settings.policy, settings.node.id, now_s, least_number(said, settings.policy.root_key))
