"""An entry of the manifest: each fault is one line that names file and key."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.manifest import Manifest, parse
from node.config.model_entry import FrontEndName, OutputKind, Task
from node.config.sound_classes import SoundClass
from node.errors import ModelError

SMALL: dict[str, Any] = {
    "name": "polewatch-sounds-small",
    "file": "polewatch_sounds_small.onnx",
    "sha256": "0" * 64,
    "task": "audio-tag",
    "classes": ["gunshot", "siren"],
    "licence": "Apache-2.0",
    "source": "trained by models/training, seed 1",
    "card": "cards/polewatch-sounds-small.md",
    "audio": {"frontend": "logmel16k", "output": "probs", "thresholds": {"gunshot": 0.9}},
    "self_test": {"seed": 1, "expected": [0.01, 0.02], "tolerance": 0.005},
}


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)


def read(*entries: dict[str, Any]) -> Manifest:
    lines = [
        f"[[model]]\n{''.join(f'{key} = {toml(value)}{chr(10)}' for key, value in one.items())}" for one in entries
    ]
    return parse(("version = 1\n" + "\n".join(lines)).encode(), "manifest.toml")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small model's entry with one key set to something else, or taken out (None)."""
    entry = copy.deepcopy(SMALL)
    *tables, key = path.split(".")
    table = entry
    for one in tables:
        table = table[one]
    if value is None:
        table.pop(key)
    else:
        table[key] = value
    return entry


def refusal(entry: dict[str, Any]) -> str:
    """Why an entry is refused; nothing where it is taken."""
    try:
        read(entry)
    except ModelError as error:
        return str(error)
    return ""


def test_a_whole_entry_is_read() -> None:
    model = read(SMALL).model[0]

    assert model.audio is not None
    assert model.self_test is not None
    assert (model.task, model.audio.frontend, model.audio.output) == (
        Task.AUDIO_TAG,
        FrontEndName.LOGMEL16K,
        OutputKind.PROBS,
    )
    assert model.audio.thresholds == {SoundClass.GUNSHOT: 0.9}
    assert model.self_test.expected == [0.01, 0.02]


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("audio", None, "model.0: audio is missing"),
        ("audio.frontend", "mfcc", "model.0.audio.frontend: input should be 'logmel16k', 'yamnet'"),
        ("audio.frontend", None, "model.0.audio.frontend: is missing"),
        ("audio.frontend", "waveform", "model.0.audio: rate_hz stands with the frontend 'waveform'"),
        ("audio.rate_hz", 16_000, "model.0.audio: rate_hz stands with"),
        ("audio.output", "scores", "model.0.audio.output: input should be 'probs'"),
        ("audio.backbone", "polewatch-sounds-small", "model.0: audio.backbone is the model itself"),
        ("audio.backbone", "Yam Net", "model.0.audio.backbone"),
        ("audio.labels", ["/m/032s66"], "either classes (ours) or audio.labels"),
        ("audio.thresholds", {"scream": 0.5}, "a class that the model does not tell"),
        ("audio.thresholds", {"speech": 0.5}, "model.0.audio.thresholds.speech"),
        ("audio.thresholds", {"gunshot": 0.0}, "model.0.audio.thresholds.gunshot: input should be greater than 0"),
        ("audio.thresholds", {"gunshot": 1.5}, "model.0.audio.thresholds.gunshot: input should be less than or equal"),
        ("audio.hop_s", 0.5, "model.0.audio.hop_s: there is no such key"),
        ("classes", None, "either classes (ours) or audio.labels"),
        ("classes", ["gunshot", "speech"], "classes: 'speech' is no sound of ours"),
        ("classes", ["gunshot", "gunshot"], "classes: one stands twice"),
        ("name", "none", "name: 'none' stands for no model"),
        ("card", "../../etc/passwd", "model.0.card"),
        ("self_test.seed", -1, "model.0.self_test.seed"),
        ("self_test.expected", [], "model.0.self_test.expected"),
        ("self_test.expected", ["high"], "model.0.self_test.expected.0"),
        ("self_test.tolerance", 0.5, "model.0.self_test.tolerance"),
        ("self_test.input", "file.wav", "model.0.self_test.input: there is no such key"),
        ("task", "person-detect", "audio and self_test are for the task audio-tag"),
    ],
)
def test_a_fault_is_one_line_with_file_and_key(path: str, value: Any, says: str) -> None:
    with pytest.raises(ModelError) as refusal:
        read(changed(path, value))

    assert str(refusal.value).startswith("manifest.toml: ")
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        ({"labels": ["gunshot"]}, "audio.labels.0"),
        ({"labels": ["/m/032s66", "/m/032s66"]}, "a label stands twice"),
        ({"labels": ["-"], "output": "embedding"}, "an embedding has neither labels"),
    ],
)
def test_labels_are_machine_ids_each_once(audio: dict[str, Any], says: str) -> None:
    entry = {**SMALL, "classes": [], "audio": {"frontend": "yamnet", "output": "probs"} | audio}

    with pytest.raises(ModelError, match=says):
        read(entry)


def test_outputs_without_a_use_may_share_a_label() -> None:
    entry = {
        **SMALL,
        "classes": [],
        "audio": {"frontend": "yamnet", "output": "probs", "labels": ["-", "/m/032s66", "-"]},
    }

    assert len(read(entry).model) == 1


def test_a_name_stands_for_one_model() -> None:
    with pytest.raises(ModelError, match="a model's name stands twice"):
        read(SMALL, SMALL)


_KEYS = st.sampled_from(
    ["audio", "self_test", "classes", "name", "card", "audio.labels", "audio.backbone", "audio.rate_hz"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99_999) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(_KEYS, _VALUES.filter(lambda value: "null" not in json.dumps(value)))
def test_whatever_stands_in_an_entry_is_taken_or_refused_in_one_line(path: str, value: Any) -> None:
    told = refusal(changed(path, value))

    assert told == "" or (told.startswith("manifest.toml: ") and told.isprintable())
