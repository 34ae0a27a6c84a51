"""Writes YAMNet's layers as an ONNX network."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.training.import_tflite import Layer
from node.errors import UnreadableInputError

FRAMES, BANDS = 96, 64
"""Of a patch."""
SIZE = 1024
"""Numbers of the embedding."""
SCORES, EMBEDDING = "scores", "embedding"
"""The names of the outputs."""
_OPSET, _IR = 17, 8
"""Old enough for every onnxruntime that the node may have."""


def to_onnx(layers: list[Layer]) -> bytes:
    """The network as ONNX: patches (batch, 96, 64) in, scores (batch, classes) and embeddings (batch, 1024) out.

    Raises:
        UnreadableInputError: these are not YAMNet's layers.
    """
    kinds = [layer.kind for layer in layers]
    if kinds[-3:] != ["mean", "dense", "sigmoid"] or not set(kinds[:-3]) <= {"conv", "depthwise"}:
        raise UnreadableInputError("these are not YAMNet's layers: convolutions, a mean, a dense layer, a sigmoid")
    graph = _Graph()
    at, size = (
        graph.add("Reshape", "patch", [graph.weights("shape", np.array([-1, 1, FRAMES, BANDS]))]),
        (FRAMES, BANDS),
    )
    for layer in layers[:-3]:
        at, size = _convolution(graph, at, size, layer)
    pooled = graph.add("GlobalAveragePool", at)
    graph.add("Flatten", pooled, output=EMBEDDING, axis=1)
    dense = layers[-2]
    if dense.weights is None or dense.bias is None or dense.weights.shape[1] != SIZE:
        raise UnreadableInputError(f"its last layer does not take {SIZE} numbers: this is not YAMNet")
    into = [graph.weights("dense", dense.weights), graph.weights("dense_bias", dense.bias)]
    graph.add("Sigmoid", graph.add("Gemm", EMBEDDING, into, transB=1), output=SCORES)
    return graph.finish(dense.weights.shape[0])


class _Graph:
    """An ONNX graph that grows layer by layer."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weights(self, name: str, values: NDArray[np.generic]) -> str:
        """Adds constants, and gives their name."""
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, into: str, more: list[str] | None = None, output: str = "", **options: object) -> str:
        """Adds a node, and gives the name of what it gives."""
        output = output or f"{kind.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, [into, *(more or [])], [output], **options))
        return output

    def finish(self, classes: int) -> bytes:
        """The whole file."""
        patch = helper.make_tensor_value_info("patch", TensorProto.FLOAT, ["batch", FRAMES, BANDS])
        given = [
            helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["batch", classes]),
            helper.make_tensor_value_info(EMBEDDING, TensorProto.FLOAT, ["batch", SIZE]),
        ]
        graph = helper.make_graph(self._nodes, "yamnet", [patch], given, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def _convolution(graph: _Graph, at: str, size: tuple[int, int], layer: Layer) -> tuple[str, tuple[int, int]]:
    """Adds a convolution, and gives what it gives and of which size. TFLite pads the end where the sum is odd."""
    if layer.weights is None or layer.bias is None:
        raise UnreadableInputError("a convolution has no weights: this is not YAMNet")
    deep = layer.kind == "depthwise"
    kernel = layer.weights.transpose((3, 0, 1, 2) if deep else (0, 3, 1, 2))
    after = tuple(-(-one // layer.stride) for one in size)
    pads = [
        max(0, (new - 1) * layer.stride + taps - old)
        for old, new, taps in zip(size, after, kernel.shape[2:], strict=True)
    ]
    begins, ends = [one // 2 for one in pads], [one - one // 2 for one in pads]
    into = [graph.weights(f"w_{at}", kernel), graph.weights(f"b_{at}", layer.bias)]
    group = kernel.shape[0] if deep else 1
    at = graph.add("Conv", at, into, group=group, strides=[layer.stride] * 2, pads=begins + ends)
    return (graph.add("Relu", at) if layer.relu else at), (after[0], after[1])
