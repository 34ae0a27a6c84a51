"""`polewatch policy check`: whether a signed policy would hold on this node, and what it allows."""

from __future__ import annotations

import json
import time
from pathlib import Path

from node.airlock.capacity import capacity
from node.config.load import load
from node.config.policy import window_in_force_s
from node.errors import PolicyError, UnreadableInputError
from node.uplink.accepted import policy_here
from node.uplink.rules import LOOK_EVERY_S


def run_policy(file: Path, config: Path | None) -> int:
    """Prints what would be in force with a file in the place of the node's own, and gives the exit code.

    Args:
        file: the signed policy.
        config: the configuration, which names the key that counts.

    Raises:
        ConfigError: the configuration does not hold.
        UnreadableInputError: there is no such file.
        PolicyError: it would be refused; the default would hold.
    """
    settings = load(config).settings
    if not file.exists():
        raise UnreadableInputError(f"{file}: there is no such file")
    wanted = settings.policy.model_copy(update={"file": str(file.absolute())})
    rules = policy_here(settings.model_copy(update={"policy": wanted}), time.time())
    if rules.refusal:
        raise PolicyError(rules.refusal)
    window_s = window_in_force_s(settings.summary, rules.policy)
    bound = capacity(rules.policy, window_s)
    print(f"{file}: {rules.origin}")
    for name, value in rules.policy.document.items():
        print(f"  {name} = {json.dumps(value)}")
    print(f"  at most {bound.bits_per_second:.2f} bit/s, with what the configuration tightens")
    print(
        f"As {settings.policy.file} it holds within {LOOK_EVERY_S / 60:.0f} minutes, or at once after"
        " 'systemctl restart polewatch-uplink'."
    )
    print(
        f"Summaries are of {window_s} s then: where that is another length than now, uplink ends by itself and is"
        " started anew. Once it holds, no policy with a lower number is accepted here."
    )
    return 0
