"""`polewatch privacy --public FILE`: writes the public page of this pole, for residents."""

from __future__ import annotations

import time
from pathlib import Path

from node.airlock.capacity import capacity
from node.config.card import headline
from node.config.load import load
from node.config.manifest import Model, Task, shipped
from node.config.policy import window_in_force_s
from node.config.settings import Settings
from node.contract.base import instant
from node.errors import StorageError
from node.public_page import Facts, page
from node.uplink.accepted import policy_here
from node.uplink.inventory import models_here
from node.uplink.recent import read_recent


def _listening(settings: Settings) -> list[Model]:
    """The model that tells sounds apart here: the one of the settings, else the small one that ships; or none."""
    if not settings.sound_model.enabled:
        return []
    models = [model for model in models_here(settings) if model.task is Task.AUDIO_TAG and model.audio is not None]
    named = [model for model in models if model.name == settings.sound_model.name]
    own = [model for model in shipped().model if model.audio is not None and model.audio.backbone is None]
    return (named or own)[:1]


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
    rules = policy_here(settings, now_s)
    window_s = window_in_force_s(settings.summary, rules.policy)
    text = page(
        Facts(
            settings,
            rules,
            window_s,
            capacity(rules.policy, window_s),
            [(model, headline(model)) for model in _listening(settings)],
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
