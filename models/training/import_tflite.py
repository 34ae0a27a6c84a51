"""Reads the layers of a TFLite network by its own schema, and makes a twin of it without any rounding of weights.

TFLite's "dynamic range" files keep weights as 8-bit numbers with a scale, and round what flows between the layers too.
The twin has the same graph and the same weights as float32: what an exact runtime of this network would give.
"""

from __future__ import annotations

import hashlib
import importlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from node.errors import OperatorError, UnreadableInputError

Floats32 = NDArray[np.float32]

_DTYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
_FLOAT, _QUANTISED = 0, (3, 9)
_NAMES = {3: "conv", 4: "depthwise", 9: "dense", 14: "sigmoid", 40: "mean"}
_RELU, _LINEAR = 1, 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network.

    Args:
        kind: conv, depthwise, dense, sigmoid or mean.
        weights: conv (out, height, width, in), depthwise (1, height, width, channels), dense (out, in); else None.
        bias: (out,), or None.
        stride: along height and width.
        relu: whether what it gives is cut off at 0.
    """

    kind: str
    weights: Floats32 | None
    bias: Floats32 | None
    stride: int
    relu: bool


class TfLite:
    """A TFLite file.

    Args:
        path: of the file.

    Raises:
        OperatorError: ai-edge-litert is not installed.
        UnreadableInputError: the file is not there, or is no TFLite network.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._schema = importlib.import_module("ai_edge_litert.schema_py_generated")
        except ImportError as error:
            raise OperatorError("reading TFLite needs ai-edge-litert: pip install 'polewatch[dev]'") from error
        try:
            self.content = path.read_bytes()
        except OSError as error:
            raise UnreadableInputError(f"{path}: cannot be read ({error.strerror})") from error
        if self.content[4:8] != b"TFL3":
            raise UnreadableInputError(f"{path}: is no TFLite file")
        self._net = self._parsed()

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def classes(self) -> int:
        """How many numbers its last layer gives."""
        graph = self._net.subgraphs[0]
        return int(graph.tensors[graph.outputs[0]].shape[-1])

    def layers(self) -> list[Layer]:
        """The layers from the first convolution on.

        Raises:
            UnreadableInputError: there is a layer of a kind that is not known here.
        """
        graph = self._net.subgraphs[0]
        codes = [self._net.operatorCodes[one.opcodeIndex].builtinCode for one in graph.operators]
        if 3 not in codes:
            raise UnreadableInputError(f"{self._path}: has no convolution")
        first = codes.index(3)
        return [self._layer(one, code) for one, code in zip(graph.operators[first:], codes[first:], strict=True)]

    def twin(self) -> bytes:
        """This file with all its weights as float32, and nothing rounded between the layers."""
        flatbuffers = importlib.import_module("flatbuffers")
        net = self._parsed()
        for index, tensor in enumerate(net.subgraphs[0].tensors):
            if tensor.type in _QUANTISED and self._is_constant(index):
                net.buffers[tensor.buffer].data = np.frombuffer(self._constant(index).tobytes(), dtype=np.uint8)
                tensor.type, tensor.quantization = _FLOAT, None
        builder = flatbuffers.Builder(4 * len(self.content))
        builder.Finish(net.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _parsed(self) -> Any:
        try:
            return self._schema.ModelT.InitFromPackedBuf(self.content, 0)
        except Exception as error:  # a broken flatbuffer fails in whatever way its bytes lead to
            raise UnreadableInputError(f"{self._path}: is no whole TFLite file") from error

    def _layer(self, operator: Any, code: int) -> Layer:
        kind = _NAMES.get(code)
        options = operator.builtinOptions
        activation = getattr(options, "fusedActivationFunction", _LINEAR)
        stride = getattr(options, "strideH", 1)
        if kind is None or activation not in {_RELU, _LINEAR} or getattr(options, "strideW", 1) != stride:
            raise UnreadableInputError(f"{self._path}: has a layer of TFLite's kind {code} that is not known here")
        if getattr(options, "padding", 0) or getattr(options, "depthMultiplier", 1) != 1:
            raise UnreadableInputError(f"{self._path}: pads or multiplies otherwise than YAMNet")
        constants = [self._constant(one) for one in operator.inputs[1:] if kind != "mean"]
        weights, bias = (*constants, None, None)[:2]
        return Layer(kind, weights, bias, stride, relu=activation == _RELU)

    def _is_constant(self, index: int) -> bool:
        data = self._net.buffers[self._net.subgraphs[0].tensors[index].buffer].data
        return data is not None and len(data) > 0

    def _constant(self, index: int) -> Floats32:
        """A tensor of weights, with its scale: q becomes scale * (q - zero point)."""
        tensor = self._net.subgraphs[0].tensors[index]
        if tensor.type not in _DTYPES or not self._is_constant(index):
            raise UnreadableInputError(f"{self._path}: has weights of a kind that is not known here")
        data = np.asarray(self._net.buffers[tensor.buffer].data, dtype=np.uint8).tobytes()
        values = np.frombuffer(data, dtype=_DTYPES[tensor.type]).reshape(tensor.shape).astype(np.float32)
        how = tensor.quantization
        if tensor.type not in _QUANTISED or how is None or how.scale is None:
            return values
        shape = [1] * values.ndim
        shape[how.quantizedDimension] = -1
        scale = np.asarray(how.scale, dtype=np.float32)
        zero = np.asarray(how.zeroPoint, dtype=np.float32)
        if scale.size == 1:
            shape = [1] * values.ndim
        return np.asarray((values - zero.reshape(shape)) * scale.reshape(shape), dtype=np.float32)


class Interpreter:
    """TFLite's own runtime, with what flows between the layers at hand.

    Args:
        content: a TFLite file of one input.

    Raises:
        OperatorError: ai-edge-litert is not installed.
    """

    def __init__(self, content: bytes) -> None:
        try:
            interpreter = importlib.import_module("ai_edge_litert.interpreter")
        except ImportError as error:
            raise OperatorError("running TFLite needs ai-edge-litert: pip install 'polewatch[dev]'") from error
        with warnings.catch_warnings():
            # It warns that keeping inner tensors takes memory; one of them is the embedding.
            warnings.simplefilter("ignore", UserWarning)
            self._net = interpreter.Interpreter(
                model_content=content, num_threads=1, experimental_preserve_all_tensors=True
            )
        self._net.allocate_tensors()
        self._into = self._net.get_input_details()[0]["index"]

    def run(self, values: Floats32, shapes: list[tuple[int, ...]]) -> list[Floats32]:
        """The last tensor of each of these shapes, for one input."""
        self._net.set_tensor(self._into, values)
        self._net.invoke()
        details = self._net.get_tensor_details()
        found = [[one["index"] for one in details if tuple(one["shape"]) == shape][-1] for shape in shapes]
        return [np.array(self._net.get_tensor(index), dtype=np.float32) for index in found]
