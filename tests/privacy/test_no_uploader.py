"""No library that the node runs carries an uploader of its own (docs/adr/0014)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

MARKS = (b"events.data.microsoft.com", b"OneCollector", b"google-analytics.com", b"sentry.io", b"api.segment.io")
LIBRARIES = re.compile(r"\.(so|pyd)(\.|$)")


def carries(content: bytes) -> list[bytes]:
    return [mark for mark in MARKS if mark in content]


@pytest.mark.parametrize(
    "name",
    [
        "numpy",
        "opencv-python-headless",
        "onnxruntime",
        "pyaudio",
        "paho-mqtt",
        "pydantic",
        "pydantic-core",
        "cryptography",
    ],
)
def test_no_file_of_a_runtime_dependency_names_an_uploader(name: str) -> None:
    files = [Path(str(one.locate())) for one in metadata.files(name) or ()]
    programs = [one for one in files if one.is_file() and (LIBRARIES.search(one.name) or one.suffix == ".py")]

    assert programs
    assert {one.name: carries(one.read_bytes()) for one in programs if carries(one.read_bytes())} == {}


def test_this_search_finds_an_uploader_in_a_library() -> None:
    assert carries(b"\x00https://mobile.events.data.microsoft.com/OneCollector/1.0\x00") == [MARKS[0], MARKS[1]]


def test_loading_a_model_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    code = (
        "from node.config.settings import Settings\n"
        "from node.sense.audio.load import load_tagger\n"
        "assert load_tagger(Settings.model_validate({'node': {'id': 'pole-0042'}}).sound_model) is not None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"TMPDIR": str(tmp_path)})

    assert list(tmp_path.iterdir()) == []
