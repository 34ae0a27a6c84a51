"""Loads the sound model that the settings name; without one the node goes on, and says so once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from node.config.installed import find
from node.config.manifest import shipped
from node.config.model_entry import Model, Task
from node.errors import ModelError
from node.ops.memory import give_back
from node.sense.audio.classifier import Classifier
from node.sense.audio.tagger import Tagger

if TYPE_CHECKING:
    from node.config.sound_model import SoundModelSettings

log = logging.getLogger(__name__)


def load_tagger(settings: SoundModelSettings) -> Tagger | None:
    """The tagger of the model that the settings name, else of the small one that ships, else none.

    A model that cannot be loaded is one line in the log, never the end of hearing.
    """
    if not settings.enabled:
        log.info("no sound model, as configured: sound is judged by level and shape")
        return None
    for name in _names(settings):
        try:
            tagger = Tagger(load_classifier(name, settings.path))
        except ModelError as error:
            log.warning("%s", error)
            continue
        give_back()  # 35 MB after YAMNet, which glibc would keep for later
        log.info("sounds are told apart by %s", name)
        return tagger
    log.info("no sound model: sound is judged by level and shape only")
    return None


def wanted(settings: SoundModelSettings) -> list[str]:
    """The models that may listen, by name, the best first: the one of the settings, else the small one that ships.

    Raises:
        ModelError: the manifest that ships does not hold.
    """
    if not settings.enabled:
        return []
    own = (one for one in shipped().model if one.task is Task.AUDIO_TAG and one.audio and not one.audio.backbone)
    small = next((one.name for one in own), "")
    return list(dict.fromkeys(one for one in (settings.name, small) if one))


def load_classifier(name: str, folder: Path) -> Classifier:
    """A model by its name, shipped or installed, with the backbone that it takes.

    Raises:
        ModelError: it is not there, not whole, or not what the manifest says.
    """
    model, content = find(name, folder)
    return Classifier(model, content, backbone_of(model, folder))


def backbone_of(model: Model, folder: Path) -> tuple[Model, bytes] | None:
    """The entry and the bytes of the model whose embedding this one takes; None where it takes none.

    Raises:
        ModelError: it takes one that is not installed, or not whole.
    """
    if model.audio is None or model.audio.backbone is None:
        return None
    try:
        return find(model.audio.backbone, folder)
    except ModelError as error:
        raise ModelError(f"model {model.name}: takes the embedding of another: {error}") from error


def _names(settings: SoundModelSettings) -> list[str]:
    try:
        return wanted(settings)
    except ModelError as error:
        log.warning("%s", error)
        return []
