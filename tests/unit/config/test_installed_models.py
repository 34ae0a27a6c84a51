"""The folder of installed models: what was put in comes out, and no failure leaves half of it."""

from __future__ import annotations

import hashlib
import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.installed import find, install, installed, to_toml
from node.config.manifest import parse
from node.config.model_entry import Model
from node.errors import ModelError, StorageError

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)


def model(content: bytes, name: str = "ears", source: str = "a test", threshold: float = 0.5) -> Model:
    return Model.model_validate(
        {
            "name": name,
            "file": "given.onnx",
            "sha256": hashlib.sha256(content).hexdigest(),
            "task": "audio-tag",
            "classes": ["gunshot", "siren"],
            "licence": "CC0-1.0",
            "source": source,
            "audio": {"frontend": "waveform", "rate_hz": 8_000, "output": "logits", "thresholds": {"siren": threshold}},
            "self_test": {"seed": 3, "expected": [0.1, 0.2], "tolerance": 0.01},
        }
    )


def test_where_nothing_was_installed_there_is_nothing(tmp_path: Path) -> None:
    assert installed(tmp_path / "none").model == []


def test_an_installed_model_is_found_with_its_bytes(tmp_path: Path) -> None:
    kept = install(tmp_path / "models", model(b"one"), b"one")

    assert find("ears", tmp_path / "models") == (kept, b"one")


def test_another_model_stands_beside_the_first(tmp_path: Path) -> None:
    install(tmp_path, model(b"one"), b"one")
    install(tmp_path, model(b"two", name="more-ears"), b"two")

    assert [find(name, tmp_path)[1] for name in ("ears", "more-ears")] == [b"one", b"two"]


def test_a_model_of_the_same_name_takes_the_place_of_the_first(tmp_path: Path) -> None:
    install(tmp_path, model(b"one"), b"one")
    install(tmp_path, model(b"two"), b"two")

    assert find("ears", tmp_path)[1] == b"two"
    assert len(list(tmp_path.glob("*.onnx"))) == 1


def test_the_same_model_may_be_installed_twice(tmp_path: Path) -> None:
    install(tmp_path, model(b"one"), b"one")
    install(tmp_path, model(b"one"), b"one")

    assert find("ears", tmp_path)[1] == b"one"


def test_a_file_that_was_changed_later_is_refused(tmp_path: Path) -> None:
    kept = install(tmp_path, model(b"one"), b"one")
    (tmp_path / kept.file).write_bytes(b"two")

    with pytest.raises(ModelError, match="sha256 differs"):
        find("ears", tmp_path)


def test_a_manifest_that_does_not_hold_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text("version = 2")

    with pytest.raises(ModelError, match=f"{tmp_path}/manifest.toml: version"):
        installed(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_error_of_storage() -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        install(Path("/proc/self/models"), model(b"one"), b"one")


def test_a_failed_install_leaves_the_model_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, model(b"one"), b"one")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        install(tmp_path, model(b"two"), b"two")

    assert find("ears", tmp_path)[1] == b"one"
    assert list(tmp_path.glob(".*")) == []


def test_another_user_can_read_what_was_installed_under_a_strict_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        kept = install(tmp_path / "var" / "models", model(b"one"), b"one")
    finally:
        os.umask(before)

    places = [tmp_path / "var", tmp_path / "var/models"]
    files = [tmp_path / "var/models" / name for name in (kept.file, "manifest.toml")]
    assert [stat.S_IMODE(one.stat().st_mode) for one in places + files] == [0o755, 0o755, 0o644, 0o644]


def test_the_rights_of_a_folder_that_is_there_stay(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    install(tmp_path, model(b"one"), b"one")

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


def test_a_link_in_the_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / ".manifest.toml.part").symlink_to(target)
    with pytest.raises(StorageError):
        install(folder, model(b"one"), b"one")

    assert target.read_bytes() == b"precious"


@given(PRINTABLE, st.floats(min_value=1e-9, max_value=1.0))
def test_an_entry_written_is_the_entry_read(source: str, threshold: float) -> None:
    entry = model(b"one", source=source, threshold=threshold)

    assert parse(to_toml(entry).encode(), "model.toml").model == [entry]
    assert tomllib.loads(to_toml(entry))["version"] == 1
