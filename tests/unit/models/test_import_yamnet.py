"""YAMNet's official file as a model of this node: the same network, or nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ai_edge_litert", reason="it has no wheel for this platform")

from models.training.import_graph import EMBEDDING, SCORES, to_onnx
from models.training.import_tflite import Layer, TfLite
from models.training.import_yamnet import ALLOWED_EMBEDDING, ALLOWED_SCORE, labels, main, prove, vectors
from node.cli import main as polewatch
from node.config.manifest import parse
from node.config.sound_classes import SoundClass
from node.errors import UnreadableInputError
from node.sense.audio.audioset import NAMES
from node.sense.audio.classifier import Classifier
from node.sense.audio.network import Network

CHANCE = np.random.default_rng(2)


def weights(*shape: int) -> np.ndarray:
    return (0.2 * CHANCE.standard_normal(shape)).astype(np.float32)


def small_yamnet() -> list[Layer]:
    """Layers of YAMNet's kinds, and none of its weights."""
    return [
        Layer("conv", weights(8, 3, 3, 1), weights(8), 2, relu=True),
        Layer("depthwise", weights(1, 3, 3, 8), weights(8), 2, relu=True),
        Layer("conv", weights(1024, 1, 1, 8), weights(1024), 1, relu=True),
        Layer("mean", None, None, 1, relu=False),
        Layer("dense", weights(5, 1024), weights(5), 1, relu=False),
        Layer("sigmoid", None, None, 1, relu=False),
    ]


def by_hand(layers: list[Layer], patch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Embedding and scores by the definition: one sum for each place, TFLite's padding ("same")."""
    values = patch.astype(np.float64)[:, :, None]
    for layer in layers[:3]:
        assert layer.weights is not None
        size, taps, stride = np.array(values.shape[:2]), layer.weights.shape[1], layer.stride
        after = -(-size // stride)
        most = np.maximum((after - 1) * stride + taps - size, 0)
        padded = np.pad(values, [*((one // 2, one - one // 2) for one in most), (0, 0)])
        given = np.empty((*after, layer.weights.shape[3 if layer.kind == "depthwise" else 0]))
        for row, column in np.ndindex(*after):
            part = padded[row * stride : row * stride + taps, column * stride : column * stride + taps]
            how = "hwc,hwc->c" if layer.kind == "depthwise" else "hwc,ohwc->o"
            kernel = layer.weights[0] if layer.kind == "depthwise" else layer.weights
            given[row, column] = np.einsum(how, part, kernel) + layer.bias
        values = np.maximum(given, 0.0)
    embedding = values.mean(axis=(0, 1))
    assert layers[4].weights is not None
    return embedding, 1 / (1 + np.exp(-(layers[4].weights @ embedding + layers[4].bias)))


def test_the_graph_is_what_its_layers_say() -> None:
    layers = small_yamnet()
    patch = CHANCE.standard_normal((96, 64)).astype(np.float32)

    embedding, scores = Network("small", to_onnx(layers)).run(patch[None], [EMBEDDING, SCORES])
    expected = by_hand(layers, patch)
    np.testing.assert_allclose(embedding[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(scores[0], expected[1], atol=1e-5)


def test_patches_of_a_batch_do_not_touch_each_other() -> None:
    network = Network("small", to_onnx(small_yamnet()))
    patches = CHANCE.standard_normal((3, 96, 64)).astype(np.float32)

    together = network.run(patches, [SCORES])[0]
    alone = np.concatenate([network.run(one[None], [SCORES])[0] for one in patches])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_layers_of_another_network_are_refused() -> None:
    with pytest.raises(UnreadableInputError, match="not YAMNet's layers"):
        to_onnx(small_yamnet()[:-1])


def test_a_class_map_gives_its_machine_ids(tmp_path: Path) -> None:
    path = tmp_path / "yamnet_class_map.csv"
    path.write_text('index,mid,display_name\n0,/m/09x0r,Speech\n1,/m/032s66,"Gunshot, gunfire"\n')

    assert labels(path) == ["/m/09x0r", "/m/032s66"]


def test_a_list_of_names_gives_the_machine_ids_of_our_sounds(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("Speech\nGunshot, gunfire\nSiren\n")

    assert labels(path) == ["-", "/m/032s66", "/m/03kmc9"]


@pytest.mark.parametrize("text", ["", "one\ntwo\n", "index,mid,display_name\n0,/m/09x0r\n"])
def test_another_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "names.txt").write_text(text)

    with pytest.raises(UnreadableInputError):
        labels(tmp_path / "names.txt")


@pytest.mark.parametrize("content", [b"", b"no network", b"\x20\x00\x00\x00TFL3" + bytes(40)])
def test_a_file_that_is_no_tflite_is_one_line_and_exit_code_66(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "yamnet.tflite"
    path.write_bytes(content)

    assert main(["--model", str(path), "--classes", str(path), "--out", str(tmp_path / "out")]) == 66
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.realdata
def test_the_imported_yamnet_is_tflites_in_float32(shared_data: Path) -> None:
    reference = TfLite(shared_data / "models/yamnet.tflite")
    proof = prove(reference, to_onnx(reference.layers()), vectors(seed=5))

    assert proof.network_score < ALLOWED_SCORE
    assert proof.network_embedding < ALLOWED_EMBEDDING
    # The file's mel bands are rounded to 8 bits, the node's are not.
    assert proof.whole_score < 0.03


@pytest.mark.realdata
def test_a_network_with_one_weight_changed_is_not_taken_for_yamnet(shared_data: Path) -> None:
    reference = TfLite(shared_data / "models/yamnet.tflite")
    layers = reference.layers()
    kernel = layers[0].weights
    assert kernel is not None
    kernel[0, 1, 1, 0] += 0.1

    assert not prove(reference, to_onnx(layers), vectors()[:2]).holds


@pytest.mark.realdata
def test_an_imported_yamnet_is_installed_and_tells_our_sounds(shared_data: Path, tmp_path: Path) -> None:
    source, out = shared_data / "models", tmp_path / "yamnet"
    config = tmp_path / "config.toml"
    config.write_text(f'[node]\nid = "pole-1"\n[sound_model]\nfolder = "{tmp_path}/models"\n')
    names = source / "yamnet_class_names.txt"

    assert main(["--model", str(source / "yamnet.tflite"), "--classes", str(names), "--out", str(out)]) == 0
    assert polewatch(["models", "install", str(out), "--config", str(config)]) == 0
    model = parse((out / "model.toml").read_bytes(), "model.toml").model[0]
    assert set(Classifier(model, (out / model.file).read_bytes()).classes) == set(SoundClass)


@pytest.mark.realdata
def test_every_class_that_stands_for_a_sound_of_ours_is_one_of_yamnets(shared_data: Path) -> None:
    known = (shared_data / "models/yamnet_class_names.txt").read_text().splitlines()

    assert {name for group in NAMES.values() for name in group.values()} <= set(known)
