"""Models that judge sound: what the manifest says is held against what they do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from node.config.model_entry import Model, SelfTest
from node.config.sound_classes import SoundClass
from node.errors import ModelError
from node.sense.audio.classifier import Classifier
from node.sense.audio.embedder import noise
from node.sense.audio.trial import attempt
from tests.unit.sense.audio.tiny_models import breaks_on_a_square, entry, mean_size, network

SQUARE = np.ones(16_000, dtype=np.float32)
GUNSHOT, SIREN = SoundClass.GUNSHOT, SoundClass.SIREN


def test_a_window_gives_the_probability_of_each_class_in_the_manifests_order() -> None:
    content = mean_size()

    assert Classifier(entry(content), content).score(SQUARE) == pytest.approx({GUNSHOT: 0.1, SIREN: 0.2}, abs=1e-4)


def test_logits_become_probabilities() -> None:
    content = mean_size()
    model = entry(content, audio={"output": "logits"})

    expected = {GUNSHOT: 1 / (1 + np.exp(-0.1)), SIREN: 1 / (1 + np.exp(-0.2))}
    assert Classifier(model, content).score(SQUARE) == pytest.approx(expected, abs=1e-4)


def test_labels_of_audioset_become_our_sounds() -> None:
    content = mean_size(width=3)
    model = entry(content, classes=[], audio={"labels": ["/m/032s66", "-", "/m/04zjc"]})

    assert Classifier(model, content).score(SQUARE) == pytest.approx({GUNSHOT: 0.3}, abs=1e-4)


def test_a_network_of_a_shorter_waveform_hears_the_newest_part() -> None:
    content = mean_size(rate_hz=8_000)
    sound = np.concatenate((np.zeros(8_000), np.ones(8_000))).astype(np.float32)

    assert Classifier(entry(content), content).score(sound)[GUNSHOT] == pytest.approx(0.1, abs=1e-4)


def test_a_head_judges_the_embedding_of_its_backbone() -> None:
    body = mean_size(width=4)
    backbone = entry(body, name="body", classes=[], audio={"output": "embedding", "thresholds": {}})
    weights = np.array([[1, 0], [0, 0], [0, 0], [0, 2]], dtype=np.float32)
    content = network(["batch", 4], [("MatMul", ["in", "weights"], "out")], weights=weights)
    head = entry(content, audio={"backbone": "body"})

    assert Classifier(head, content, (backbone, body)).score(SQUARE) == pytest.approx(
        {GUNSHOT: 0.1, SIREN: 0.8}, abs=1e-4
    )


def test_of_several_outputs_the_one_with_a_number_a_class_is_read() -> None:
    content = network(
        ["batch", 16_000],
        [
            ("Abs", ["in"], "size"),
            ("MatMul", ["size", "share"], "embedding"),
            ("MatMul", ["embedding", "pair"], "scores"),
        ],
        outputs=("embedding", "scores"),
        share=np.full((16_000, 3), 1 / 16_000, dtype=np.float32),
        pair=np.full((3, 2), 0.1, dtype=np.float32),
    )

    assert Classifier(entry(content), content).score(SQUARE)[SIREN] == pytest.approx(0.3, abs=1e-4)


@settings(derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 159), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_network_with_bytes_changed_is_refused_or_gives_probabilities(changes: list[tuple[int, int]]) -> None:
    content = bytearray(mean_size(rate_hz=8_000))
    for place, value in changes:
        content[place if place < 60 else place - 160] = value  # its head and its tail; between them are the weights
    model = entry(bytes(content))
    try:
        probabilities = Classifier(model, bytes(content)).score(SQUARE).values()
    except ModelError as refusal:
        probabilities, told = {}.values(), str(refusal)
    else:
        told = ""

    assert told.isprintable()
    assert all(0.0 <= one <= 1.0 for one in probabilities)


def test_names_in_no_known_writing_are_refused() -> None:
    content = mean_size().replace(b"out", b"\xff\xfe\xfd")

    with pytest.raises(ModelError, match="in no known writing"):
        Classifier(entry(content), content)


def without_backbone() -> tuple[Model, bytes]:
    content = network(["batch", 4], [("Identity", ["in"], "out")])
    return entry(content, audio={"backbone": "body"}), content


def an_embedding() -> tuple[Model, bytes]:
    content = mean_size()
    return entry(content, classes=[], audio={"output": "embedding", "thresholds": {}}), content


@pytest.mark.parametrize(
    ("content", "changes", "says"),
    [
        (b"this is no network", {}, "onnxruntime cannot load it"),
        (b"", {}, "onnxruntime cannot load it"),
        (mean_size()[:-200], {}, "onnxruntime cannot load it"),
        (mean_size(width=3), {}, r"gives \(1, 3\), and the manifest names 2 classes"),
        (mean_size(rate_hz=48_000), {}, r"takes the shape \(any, 48000\)"),
        (mean_size(last="Neg"), {}, "gives -0.0. for a probability"),
        (network(["batch", 16_000], [("Abs", ["in"], "out")]), {}, "the manifest names 2"),
        (network([16_000, 3, 2, 5], [("Abs", ["in"], "out")]), {}, "takes the shape"),
        (network(["batch", 16_000], [("Abs", ["in"], "out")], into=TensorProto.DOUBLE), {}, "must take one float32"),
        (mean_size(), {"audio": {"frontend": "yamnet", "rate_hz": None}}, "its front end gives"),
        (mean_size(width=4, last="Log"), {"classes": ["crowd", "siren", "scream", "gunshot"]}, "for a probability"),
        (mean_size(), {"classes": [], "audio": {"labels": ["-", "/m/04rlf"], "thresholds": {}}}, "none of its labels"),
        (mean_size(), {"self_test": {"seed": 1, "expected": [0.9, 0.9], "tolerance": 0.01}}, "self-test is off by"),
        (mean_size(), {"self_test": {"seed": 1, "expected": [0.1], "tolerance": 0.01}}, "gives 2 numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_model_that_is_not_what_its_entry_says_is_refused_in_one_line(
    content: bytes, changes: dict[str, object], says: str
) -> None:
    with pytest.raises(ModelError, match=says) as refusal:
        Classifier(entry(content, **changes), content)

    assert "\n" not in str(refusal.value)
    assert str(refusal.value).startswith("model tiny: ")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (without_backbone(), "takes the embedding of body, which is not installed"),
        (an_embedding(), "for a head to take"),
    ],
)
def test_a_part_of_a_model_is_no_model(made: tuple[Model, bytes], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        Classifier(*made)


def test_a_backbone_without_an_embedding_is_refused() -> None:
    body, (head, content) = mean_size(width=2), without_backbone()

    with pytest.raises(ModelError, match="no output named 'embedding'"):
        Classifier(head, content, (entry(body, name="body"), body))


def test_a_backbone_that_hears_otherwise_is_refused() -> None:
    body, (head, content) = mean_size(rate_hz=8_000), without_backbone()
    backbone = entry(body, name="body", classes=[], audio={"output": "embedding", "thresholds": {}, "rate_hz": 8_000})

    with pytest.raises(ModelError, match="its backbone does not"):
        Classifier(head, content, (backbone, body))


def test_a_number_that_is_none_is_a_fault_and_no_score() -> None:
    content = breaks_on_a_square()
    classifier = Classifier(entry(content), content)

    with pytest.raises(ModelError, match="not finite"):
        classifier.score(SQUARE)


def test_a_network_reads_no_file_beside_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").write_bytes(np.full((16_000, 2), 1e-5, dtype=np.float32).tobytes())
    share = TensorProto(name="share", data_type=TensorProto.FLOAT, dims=[16_000, 2])
    share.data_location = TensorProto.EXTERNAL
    share.external_data.add(key="location", value="weights")
    graph = helper.make_graph(
        [helper.make_node("Abs", ["in"], ["size"]), helper.make_node("MatMul", ["size", "share"], ["out"])],
        "tiny",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, ["batch", 16_000])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [share],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content = bytes(made.SerializeToString())

    with pytest.raises(ModelError, match="cannot load it"):
        Classifier(entry(content), content)


def test_the_self_test_is_the_known_noise_through_the_front_end() -> None:
    chance = np.random.default_rng(7).standard_normal(16_000) * 0.05
    expected = 0.1 * float(np.mean(np.abs(chance / np.abs(chance).max())))
    content = mean_size()
    model = entry(content, self_test={"seed": 7, "expected": [expected, 2 * expected], "tolerance": 1e-5})

    assert Classifier(model, content).self_test(7) == pytest.approx([expected, 2 * expected], abs=1e-5)


def test_a_trial_tells_the_probabilities_of_the_self_test() -> None:
    content = mean_size()

    given = Classifier(entry(content), content).score(noise(3, 16_000))
    assert attempt(entry(content), content, None, seed=3).given == tuple(given.values())


def test_a_trial_of_an_embedding_holds_it_to_its_first_numbers() -> None:
    content = mean_size()
    wrong = SelfTest(seed=1, expected=[0.9], tolerance=0.01)
    model = entry(content, classes=[], audio={"output": "embedding", "thresholds": {}})

    assert len(attempt(model, content, None).given) == 2
    with pytest.raises(ModelError, match="self-test is off"):
        attempt(model.model_copy(update={"self_test": wrong}), content, None)


def test_a_trial_of_a_model_that_sees_only_loads_it() -> None:
    content = mean_size()
    model = entry(content).model_copy(update={"task": "person-detect", "audio": None})

    assert attempt(model, content, None).given == ()
    with pytest.raises(ModelError, match="cannot load it"):
        attempt(model, b"nothing", None)
