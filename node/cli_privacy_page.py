"""`polewatch privacy --public FILE`: writes the public page of this pole, for residents."""

from __future__ import annotations

import time
from pathlib import Path

from node.airlock.capacity import capacity
from node.config import manifest
from node.config.load import load
from node.config.policy import window_in_force_s
from node.config.signed_policy import in_force
from node.contract.base import instant
from node.errors import StorageError
from node.public_page import Facts, page
from node.uplink.recent import read_recent


def run_page(path: Path | None, out: Path) -> int:
    """Writes the page, whole or not at all, and gives the exit code.

    Args:
        path: the configuration.
        out: the file to write.

    Raises:
        ConfigError: the configuration does not hold.
        UnreadableInputError: the outbox cannot be read.
        StorageError: the page cannot be written.
    """
    settings = load(path).settings
    now_s = time.time()
    rules = in_force(settings.policy, settings.node.id, now_s)
    window_s = window_in_force_s(settings.summary, rules.policy)
    text = page(
        Facts(
            settings,
            rules,
            window_s,
            capacity(rules.policy, window_s),
            manifest.shipped().model,
            read_recent(Path(settings.outbox.path)),
            instant(now_s),
        )
    )
    new = out.with_name(f"{out.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(out)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written ({error.strerror})") from error
    print(f"{out}: the public page of {settings.node.id}")
    return 0
