"""What `polewatch doctor` says of the model that tells sounds apart: the one that would listen, or why none does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from node.cli import main
from node.config import manifest
from node.config.installed import install
from node.config.manifest import Manifest
from tests.unit.sense.audio.tiny_models import entry, mean_size


def told(folder: Path, capsys: pytest.CaptureFixture[str], name: str = "") -> str:
    """The line of the doctor that speaks of sounds."""
    config = folder / "config.toml"
    config.write_text(
        f'[node]\nid = "pole-1"\n[broker]\nport = 1\n[sound_model]\nname = "{name}"\nfolder = "{folder}/models"\n'
    )
    main(["doctor", "--config", str(config)])
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if "sounds are told apart" in line or "sound model" in line or "numpy" in line)


@pytest.fixture
def nothing_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without any model."""
    empty = Manifest(version=1, model=[])
    for module in ("node.config.manifest", "node.config.installed", "node.sense.audio.load"):
        monkeypatch.setattr(f"{module}.shipped", lambda: empty)


def test_the_installed_model_of_the_settings_is_said_to_listen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = mean_size()
    install(tmp_path / "models", entry(content), content)

    assert told(tmp_path, capsys, "tiny") == "ok    2 sounds are told apart by tiny"


def test_a_changed_file_is_to_be_mended_and_the_one_in_its_place_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = mean_size()
    kept = install(tmp_path / "models", entry(content), content)
    (tmp_path / "models" / kept.file).write_bytes(b"another")
    small = next(one for one in manifest.shipped().model if one.audio and not one.audio.backbone)

    line = told(tmp_path, capsys, "tiny")
    assert line.startswith("MEND  model tiny:")
    assert "sha256 differs" in line
    assert line.endswith(f"told apart by {small.name}")


@pytest.mark.usefixtures("nothing_ships")
def test_a_model_that_is_missing_where_none_ships_leaves_level_and_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = told(tmp_path, capsys, "tiny")

    assert line.startswith("MEND  model tiny: is not installed")
    assert line.endswith("level and shape only")


@pytest.mark.usefixtures("nothing_ships")
def test_that_none_ships_is_nothing_to_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, capsys).startswith("note  no sound model:")


def test_none_by_choice_is_nothing_to_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, capsys, "none").startswith("note  no sound model, as configured")


def test_a_node_without_numpy_is_told_what_brings_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "node.sense.audio.load", raising=False)
    for module in [one for one in sys.modules if one.startswith("node.sense.audio.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "numpy", None)

    assert told(tmp_path, capsys) == "MEND  numpy is not installed; 'pip install polewatch[sense]' brings it"
