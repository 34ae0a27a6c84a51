"""A work folder is taken up again only for what it was made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training import stamp
from node.errors import OperatorError


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.csv"
    file.write_text("path\n")
    return file


def test_a_folder_is_taken_up_again_with_the_same_settings(tmp_path: Path, manifest: Path) -> None:
    stamp.hold(tmp_path, stamp.of((1, "a"), manifest))

    stamp.hold(tmp_path, stamp.of((1, "a"), manifest))

    assert (tmp_path / stamp.NAME).is_file()


def test_a_folder_of_other_settings_is_refused(tmp_path: Path, manifest: Path) -> None:
    stamp.hold(tmp_path, stamp.of((1, "a"), manifest))

    with pytest.raises(OperatorError, match="other settings"):
        stamp.hold(tmp_path, stamp.of((2, "a"), manifest))


def test_a_folder_of_other_material_is_refused(tmp_path: Path, manifest: Path) -> None:
    stamp.hold(tmp_path, stamp.of((1,), manifest))
    manifest.write_text("path\nanother\n")

    with pytest.raises(OperatorError, match="other settings or material"):
        stamp.hold(tmp_path, stamp.of((1,), manifest))
