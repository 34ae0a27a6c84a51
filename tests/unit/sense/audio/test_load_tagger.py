"""Which model listens, and that hearing goes on where none can."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from node.config.installed import install
from node.config.manifest import shipped
from node.config.sound_model import SoundModelSettings
from node.errors import ModelError
from node.sense.audio.load import load_classifier, load_tagger
from tests.unit.sense.audio.tiny_models import entry, mean_size, network


def settings(folder: Path, name: str) -> SoundModelSettings:
    return SoundModelSettings(name=name, folder=str(folder))


def small() -> str | None:
    """The small model that ships, if one does."""
    own = [one for one in shipped().model if one.audio is not None and one.audio.backbone is None]
    return own[0].name if own else None


def test_the_model_of_the_settings_listens(tmp_path: Path) -> None:
    content = mean_size()
    install(tmp_path, entry(content), content)

    tagger = load_tagger(settings(tmp_path, "tiny"))
    assert tagger is not None
    assert tagger.name == "tiny"


def test_none_is_none(tmp_path: Path) -> None:
    assert load_tagger(settings(tmp_path, "none")) is None


def test_without_a_name_the_small_one_that_ships_listens(tmp_path: Path) -> None:
    tagger = load_tagger(settings(tmp_path, ""))

    assert (tagger.name if tagger else None) == small()


@pytest.mark.parametrize("fault", ["missing", "changed", "no manifest"])
def test_where_the_named_one_cannot_be_loaded_the_small_one_listens_and_the_log_says_why(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = mean_size()
    if fault != "missing":
        kept = install(tmp_path, entry(content), content)
        (tmp_path / (kept.file if fault == "changed" else "manifest.toml")).write_bytes(b"something else")
    with caplog.at_level(logging.WARNING):
        tagger = load_tagger(settings(tmp_path, "tiny"))

    assert (tagger.name if tagger else None) == small()
    why = {"missing": "is not installed", "changed": "sha256 differs", "no manifest": "is not TOML"}[fault]
    assert why in caplog.records[0].getMessage()


def test_a_head_is_loaded_with_its_backbone(tmp_path: Path) -> None:
    body = mean_size(width=2)
    head = network(["batch", 2], [("Identity", ["in"], "out")])
    install(tmp_path, entry(body, name="body", classes=[], audio={"output": "embedding", "thresholds": {}}), body)
    install(tmp_path, entry(head, name="head", audio={"backbone": "body"}), head)

    assert load_classifier("head", tmp_path).rate_hz == 16_000


def test_a_head_without_its_backbone_says_what_is_missing(tmp_path: Path) -> None:
    head = network(["batch", 2], [("Identity", ["in"], "out")])
    install(tmp_path, entry(head, name="head", audio={"backbone": "body"}), head)

    with pytest.raises(ModelError, match="model head: takes the embedding of another: model body: is not installed"):
        load_classifier("head", tmp_path)
