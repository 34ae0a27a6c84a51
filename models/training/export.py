"""Writes networks as ONNX, node by node: batch norms folded into the convolutions, the calibration into the last layer.

So a file holds what the node needs and nothing else, and no exporter's version changes it. Large weights are kept with
16 bits, and made 32 again when the node loads them. Several nets in one file give the mean of their logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.training.labels import CLASSES
from models.training.net import SCALE_DB, Head, SmallNet
from models.training.teacher import Large
from node.sense.audio.logmel import BANDS

OPSET, IR_VERSION = 17, 8
"""What onnxruntime 1.20 and later read."""
Array = NDArray[np.float32]


class _Graph:
    """A graph that is written one step after the other.

    Args:
        name: of its input.
        shape: of its input.
    """

    def __init__(self, name: str, shape: list[int | str]) -> None:
        self.name = name
        self._into = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def step(self, kind: str, *inputs: str, **settings: object) -> str:
        """Adds a step and gives the name of what comes out of it."""
        out = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [out], **settings))
        return out

    def weight(self, values: NDArray[np.floating] | NDArray[np.int64]) -> str:
        """Adds numbers and gives their name."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def half(self, values: Array) -> str:
        """Adds numbers with 16 bits each, and gives the name of what they are with 32."""
        return self.step("Cast", self.weight(values.astype(np.float16)), to=TensorProto.FLOAT)

    def mean(self, parts: list[str]) -> str:
        """The mean of what some steps give."""
        return parts[0] if len(parts) == 1 else self.step("Mean", *parts)

    def write(self, last: str, file: Path) -> None:
        """Writes the graph, whose output is the probabilities of the classes."""
        self._nodes.append(helper.make_node("Sigmoid", [last], ["probs"]))
        out = helper.make_tensor_value_info("probs", TensorProto.FLOAT, ["batch", len(CLASSES)])
        graph = helper.make_graph(self._nodes, "polewatch", [self._into], [out], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        model.producer_name = "polewatch"
        onnx.checker.check_model(model)
        file.write_bytes(model.SerializeToString())


def write_small(nets: Sequence[SmallNet], calibration: Array, file: Path) -> None:
    """Writes small networks: `levels` (batch, frames, 64) in dB to `probs` (batch, 8), by the mean of their logits.

    Args:
        nets: fitted.
        calibration: slope and offset of each class: shape (8, 2).
        file: to write.
    """
    graph = _Graph("levels", ["batch", "frames", BANDS])
    image = graph.step("Unsqueeze", "levels", graph.weight(np.array([1], dtype=np.int64)))
    found = graph.mean([_small(graph, image, net) for net in nets])
    graph.write(_calibrated(graph, found, calibration), file)


def write_large(model: Large, calibration: Array, file: Path) -> None:
    """Writes the large model: `embedding` (batch, 1024) to `probs` (batch, 8); arguments as for `write_small`."""
    graph = _Graph("embedding", ["batch", model.heads[0].first.in_features])
    root = graph.step("Sqrt", graph.step("Relu", "embedding"))
    fitted = graph.mean([_head(graph, root, head) for head in model.heads])
    rows = model.directions
    said = graph.step("Gemm", "embedding", graph.half(rows.weights), graph.weight(rows.offsets), transB=1)
    best = [_highest(graph, said, group) for group in rows.groups]
    own = graph.step("Mul", graph.step("Concat", *best, axis=1), graph.weight(np.array(model.share, dtype=np.float32)))
    graph.write(_calibrated(graph, graph.step("Add", fitted, own), calibration), file)


def _small(graph: _Graph, image: str, net: SmallNet) -> str:
    found, layers = image, list(net.features)
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            norm = layers[place + 1]
            if not isinstance(norm, nn.BatchNorm2d):
                raise TypeError("a convolution is followed by its norm")
            found = _convolution(graph, found, layer, norm, 1 / SCALE_DB if place == 0 else 1.0)
        elif isinstance(layer, nn.ReLU):
            found = graph.step("Relu", found)
        elif isinstance(layer, nn.MaxPool2d):
            found = graph.step("MaxPool", found, kernel_shape=[2, 2], strides=[2, 2])
    means, highest = graph.step("GlobalAveragePool", found), graph.step("GlobalMaxPool", found)
    pooled = graph.step("Flatten", graph.step("Concat", means, highest, axis=1), axis=1)
    return _dense(graph, pooled, _array(net.last.weight), _array(net.last.bias))


def _head(graph: _Graph, root: str, head: Head) -> str:
    weights = (_array(head.first.weight) / _array(head.get_buffer("spread"))).astype(np.float32)
    offsets = _array(head.first.bias) - weights @ _array(head.get_buffer("mean"))
    hidden = graph.step("Relu", _dense(graph, root, weights, offsets))
    return _dense(graph, hidden, _array(head.last.weight), _array(head.last.bias))


def _highest(graph: _Graph, said: str, group: tuple[int, ...]) -> str:
    own = graph.step("Gather", said, graph.weight(np.array(group, dtype=np.int64)), axis=1)
    return graph.step("ReduceMax", own, axes=[1], keepdims=1)


def _dense(graph: _Graph, found: str, weights: Array, offsets: Array) -> str:
    return graph.step("Gemm", found, graph.half(weights), graph.weight(offsets.astype(np.float32)), transB=1)


def _convolution(graph: _Graph, found: str, layer: nn.Conv2d, norm: nn.BatchNorm2d, scale: float) -> str:
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("a norm without its running values cannot be folded in")
    gains = _array(norm.weight) / np.sqrt(_array(norm.running_var) + np.float32(norm.eps))
    weights = (_array(layer.weight) * gains[:, None, None, None] * np.float32(scale)).astype(np.float32)
    offsets = (_array(norm.bias) - _array(norm.running_mean) * gains).astype(np.float32)
    stride = list(layer.stride)
    return graph.step(
        "Conv", found, graph.half(weights), graph.weight(offsets),
        kernel_shape=[3, 3], strides=stride, pads=[1, 1, 1, 1],
    )  # fmt: skip


def _calibrated(graph: _Graph, found: str, calibration: Array) -> str:
    slopes, offsets = calibration[:, 0].astype(np.float32), calibration[:, 1].astype(np.float32)
    return graph.step("Add", graph.step("Mul", found, graph.weight(slopes)), graph.weight(offsets))


def _array(values: Tensor) -> Array:
    return np.ascontiguousarray(values.detach().float().numpy())
