"""Real networks of a few numbers, and their entries: what a test can work out by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from node.config.model_entry import Model

CLASSES = ("gunshot", "siren")


def network(
    shape: Sequence[int | str],
    nodes: Sequence[tuple[str, list[str], str]],
    outputs: Sequence[str] = ("out",),
    into: int = TensorProto.FLOAT,
    **weights: np.ndarray,
) -> bytes:
    """An ONNX file: input `in`, nodes (kind, inputs, output), constants by name, outputs of any shape."""
    graph = helper.make_graph(
        [helper.make_node(kind, list(taken), [given]) for kind, taken, given in nodes],
        "tiny",
        [helper.make_tensor_value_info("in", into, list(shape))],
        [helper.make_tensor_value_info(one, into, None) for one in outputs],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def mean_size(rate_hz: int = 16_000, width: int = 2, *, last: str = "Identity") -> bytes:
    """Gives `width` times (k + 1) * 0.1 * the mean of |x|, through one more operation, for x of shape (batch, rate)."""
    return network(
        ["batch", rate_hz],
        [
            ("Abs", ["in"], "size"),
            ("MatMul", ["size", "share"], "scaled"),
            (last, ["scaled"], "out"),
        ],
        share=np.tile(0.1 * np.arange(1, width + 1, dtype=np.float32) / rate_hz, (rate_hz, 1)),
    )


def breaks_on_a_square() -> bytes:
    """Two probabilities; no number for a window whose mean size is over 0.9 of its peak."""
    return network(
        ["batch", 16_000],
        [
            ("Abs", ["in"], "size"),
            ("MatMul", ["size", "share"], "mean"),
            ("Sub", ["most", "mean"], "rest"),
            ("Sqrt", ["rest"], "out"),
        ],
        share=np.full((16_000, 2), 1 / 16_000, dtype=np.float32),
        most=np.full(2, 0.9, dtype=np.float32),
    )


def bent() -> bytes:
    """Twice a number that is 1.4 times the window's mean size: a probability for noise, and none for a steady wave."""
    return network(
        ["batch", 16_000],
        [("Abs", ["in"], "size"), ("MatMul", ["size", "share"], "out")],
        share=np.full((16_000, 2), 1.4 / 16_000, dtype=np.float32),
    )


def entry(content: bytes, **changes: Any) -> Model:
    """An entry for a network of waveforms that gives two probabilities; any of it changed."""
    audio = {"frontend": "waveform", "rate_hz": 16_000, "output": "probs", "thresholds": {"gunshot": 0.5}}
    audio |= changes.pop("audio", {})
    facts: dict[str, Any] = {
        "name": "tiny",
        "file": "tiny.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "task": "audio-tag",
        "classes": list(CLASSES),
        "licence": "CC0-1.0",
        "source": "a test",
        "audio": {key: value for key, value in audio.items() if value is not None},
    } | changes
    return Model.model_validate(facts)
