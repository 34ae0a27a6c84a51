"""The manifest: what is not allowed there cannot be loaded."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.manifest import Task, parse, shipped, verify
from node.errors import ModelError

CONTENT = b"a model"


def entry(**changes: str) -> str:
    facts = {
        "name": "ears",
        "file": "ears.onnx",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "task": "audio-tag",
        "licence": "Apache-2.0",
        "source": "models/training",
    } | changes
    lines = "\n".join(f'{key} = "{value}"' for key, value in facts.items())
    audio = '[model.audio]\nfrontend = "logmel16k"\noutput = "probs"\n'
    return f'version = 1\n[[model]]\n{lines}\nclasses = ["gunshot"]\n{audio}'


def test_the_shipped_manifest_holds() -> None:
    for model in shipped().model:
        verify(model)


def test_a_model_of_an_allowed_task_is_found_by_it() -> None:
    manifest = parse(entry().encode(), "manifest.toml")

    assert manifest.for_task(Task.AUDIO_TAG) is not None
    assert manifest.for_task(Task.PERSON_DETECT) is None


@pytest.mark.parametrize(
    "task", ["face-detect", "reid", "asr", "speaker-id", "pose-gait-id", "lpr", "license-plate", "emotion"]
)
def test_a_model_that_tells_people_apart_is_refused_by_its_task(task: str) -> None:
    with pytest.raises(ModelError, match="does not tell people apart"):
        parse(entry(task=task).encode(), "manifest.toml")


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "anything"},
        {"file": "../../etc/passwd"},
        {"file": "ears.pt"},
        {"sha256": "short"},
        {"url": "http://example"},
    ],
)
def test_an_entry_that_is_not_in_form_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ModelError, match=r"manifest\.toml: model"):
        parse(entry(**changes).encode(), "manifest.toml")


def test_a_model_with_other_bytes_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    model = parse(entry().encode(), "manifest.toml").model[0]
    (tmp_path / "ears.onnx").write_bytes(CONTENT + b"!")

    with pytest.raises(ModelError, match="sha256 differs"):
        verify(model, tmp_path)


def test_a_whole_model_is_given_and_a_missing_one_refused(tmp_path: Path) -> None:
    model = parse(entry().encode(), "manifest.toml").model[0]
    with pytest.raises(ModelError, match="cannot be read"):
        verify(model, tmp_path)
    (tmp_path / "ears.onnx").write_bytes(CONTENT)

    assert verify(model, tmp_path) == CONTENT


@given(st.binary(max_size=200))
def test_any_bytes_as_a_manifest_are_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        parse(content, "manifest.toml")
