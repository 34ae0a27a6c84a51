"""Turns an official YAMNet file into a model that `polewatch models install` takes, and proves that it is the same.

    python -m models.training.import_yamnet --model yamnet.tflite --classes yamnet_class_map.csv --out yamnet/

YAMNet (tensorflow/models, Apache-2.0) is not part of this project. Its TFLite file keeps 8-bit weights, and TFLite's
runtimes round what flows between the layers, each in another way: on some sounds their scores lie far apart. What
is written here is the same network in float32. Patch by patch it has to equal TFLite's float32 kernels on the same
weights. How far the two front ends are apart (the file's mel bands are rounded to 8 bits, too), and how far the file as
it stands is from both, is printed beside it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.import_graph import BANDS, EMBEDDING, FRAMES, SCORES, SIZE, to_onnx
from models.training.import_tflite import Interpreter, TfLite
from node.config.installed import to_toml
from node.config.model_entry import OTHER, Model, SelfTest
from node.errors import PolewatchError, RefusedError, UnreadableInputError
from node.sense.audio.audioset import MID_OF
from node.sense.audio.classifier import Classifier
from node.sense.audio.frontends import yamnet
from node.sense.audio.network import Network

Floats32 = NDArray[np.float32]

WAVEFORM = 15_600
ALLOWED_SCORE, ALLOWED_EMBEDDING = 1e-4, 1e-3
"""How far the float32 kernels may be apart, at most: probabilities, and embeddings, which reach about 6."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How far apart two networks are at most, over all test vectors.

    Args:
        network_score: of a score, from TFLite's own patch of the float32 twin.
        network_embedding: of a number of the embedding, from the same patch.
        whole_score: of a score, from the waveform, each with its own front end.
        rounded_score: of a score, from the waveform, to the file as it stands.
    """

    network_score: float
    network_embedding: float
    whole_score: float
    rounded_score: float

    @property
    def holds(self) -> bool:
        """Whether the networks are the same but for the rounding of float32."""
        return self.network_score <= ALLOWED_SCORE and self.network_embedding <= ALLOWED_EMBEDDING


def prove(reference: TfLite, content: bytes, vectors: list[Floats32]) -> Proof:
    """Runs both networks on all vectors.

    Args:
        reference: the official file.
        content: the ONNX file.
        vectors: waveforms with a peak of 1, each float32 (15600,).
    """
    twin, rounded, ours = Interpreter(reference.twin()), Interpreter(reference.content), Network("yamnet", content)
    worst = np.zeros(4)
    for vector in vectors:
        patch = twin.run(vector, [(FRAMES, BANDS)])[0]
        embedding, scores = twin.run(vector, [(1, SIZE), (1, reference.classes)])
        given, found = ours.run(patch[None], [SCORES, EMBEDDING])
        whole = ours.run(yamnet(vector)[None], [SCORES])[0]
        as_it_is = rounded.run(vector, [(1, reference.classes)])[0]
        pairs = ((given, scores), (found, embedding), (whole, scores), (whole, as_it_is))
        worst = np.maximum(worst, [float(np.abs(one - other).max()) for one, other in pairs])
    return Proof(*(float(one) for one in worst))


def vectors(seed: int = 0) -> list[Floats32]:
    """Sixteen sounds that reach all of the network: noises, tones, sweeps, pulses and a beating hum."""
    chance = np.random.default_rng(seed)
    t_s = np.arange(WAVEFORM) / 16_000
    noises = [
        np.cumsum(chance.standard_normal(WAVEFORM)) if turn % 2 else chance.standard_normal(WAVEFORM)
        for turn in range(4)
    ]
    tones = [np.sin(2 * np.pi * f_hz * t_s) for f_hz in (110.0, 440.0, 1000.0, 3150.0)]
    sweeps = [np.sin(2 * np.pi * (f_hz * t_s + 900 * np.square(t_s))) for f_hz in (300.0, 600.0, 1200.0, 2400.0)]
    pulses = [np.exp(-np.mod(t_s, gap_s) / 0.01) * chance.standard_normal(WAVEFORM) for gap_s in (0.1, 0.25, 0.5)]
    hum = np.sin(2 * np.pi * 180 * t_s) * (1 + np.sin(2 * np.pi * 4 * t_s)) + 0.1 * chance.standard_normal(WAVEFORM)
    return [(one / np.abs(one).max()).astype(np.float32) for one in (*noises, *tones, *sweeps, *pulses, hum)]


def labels(path: Path) -> list[str]:
    """The label of each output: MIDs from YAMNet's class map (CSV), or from a list of names, one a line.

    A name that is nothing to this node becomes '-'.

    Raises:
        UnreadableInputError: the file is neither.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{path}: cannot be read") from error
    if lines and lines[0].replace(" ", "") == "index,mid,display_name":
        rows = list(csv.reader(lines[1:]))
        if any(len(row) != 3 for row in rows):
            raise UnreadableInputError(f"{path}: has a row without index, mid and display_name")
        return [row[1] for row in rows]
    if not any(line in MID_OF for line in lines):
        raise UnreadableInputError(f"{path}: is neither YAMNet's class map nor a list of its names")
    return [MID_OF.get(line, OTHER) for line in lines]


def entry(content: bytes, reference: TfLite, names: list[str]) -> Model:
    """The manifest's entry, with what the model gives here as its self-test; without thresholds: none is measured."""
    facts = {
        "name": "yamnet",
        "file": "yamnet.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "task": "audio-tag",
        "licence": "Apache-2.0",
        "source": f"YAMNet of tensorflow/models, from a file with sha256 {reference.sha256[:16]}",
        "audio": {"frontend": "yamnet", "output": "probs", "labels": names},
    }
    model = Model.model_validate(facts)
    given = [round(one, 4) for one in Classifier(model, content).self_test(seed=1)]
    return model.model_copy(update={"self_test": SelfTest(seed=1, expected=given, tolerance=0.005)})


def main(arguments: list[str] | None = None) -> int:
    """Imports, proves, writes; whatever goes wrong is one line on stderr."""
    parser = argparse.ArgumentParser(prog="import_yamnet", description="An official YAMNet file for the node.")
    parser.add_argument("--model", type=Path, required=True, help="yamnet.tflite, as TensorFlow's authors publish it")
    parser.add_argument("--classes", type=Path, required=True, help="yamnet_class_map.csv, or its names, one a line")
    parser.add_argument("--out", type=Path, required=True, help="the folder that 'polewatch models install' takes")
    chosen = parser.parse_args(arguments)
    try:
        _import(chosen.model, chosen.classes, chosen.out)
    except PolewatchError as error:
        sys.stderr.write(f"import_yamnet: {error}\n")
        return error.exit_code
    return 0


def _import(path: Path, classes: Path, out: Path) -> None:
    reference = TfLite(path)
    names = labels(classes)
    if len(names) != reference.classes:
        raise UnreadableInputError(f"{classes}: names {len(names)} classes, and the model has {reference.classes}")
    content = to_onnx(reference.layers())
    proof = prove(reference, content, vectors())
    exact = "against TFLite's float32 kernels"
    print(f"{exact}, patch by patch: scores {proof.network_score:.1e}, embedding {proof.network_embedding:.1e}")
    print(f"{exact}, from the waveform: scores {proof.whole_score:.1e}")
    print(f"against the file as it stands, rounding as it goes: scores {proof.rounded_score:.1e}")
    if not proof.holds:
        raise RefusedError(f"{path}: what was made of it is not equal to it; nothing is written")
    model = entry(content, reference, names)
    out.mkdir(parents=True, exist_ok=True)
    (out / model.file).write_bytes(content)
    (out / "model.toml").write_text(to_toml(model), encoding="utf-8")
    print(f"written: {out / model.file}, {out / 'model.toml'}; install it with: polewatch models install {out}")


if __name__ == "__main__":
    sys.exit(main())
