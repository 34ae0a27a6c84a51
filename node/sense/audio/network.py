"""A network in the ONNX format, run by onnxruntime on one thread.

What it is made of was verified before (its bytes against the manifest); what it takes and gives is verified here, once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from node.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats32 = NDArray[np.float32]

_NOWHERE: Final = "/nonexistent"
"""Where a network's outside weights are looked for: a model is one file, and reads no other."""
_QUIET: Final = 4
"""onnxruntime's log says fatal errors only: the rest are exceptions, or remarks for whoever made the model."""


class Network:
    """One network with one input.

    Args:
        name: of the model, for errors.
        content: the ONNX file.

    Raises:
        ModelError: onnxruntime is not there or cannot load it, or it has another input than one of float32.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._session = load_session(name, content)
        try:
            inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
            names = [one.name for one in (*inputs, *outputs)]
            takes = [(one.type, one.shape) for one in inputs]
        except UnicodeDecodeError as error:
            raise ModelError(f"model {name}: names its inputs or outputs in no known writing") from error
        if len(takes) != 1 or takes[0][0] != "tensor(float)":
            raise ModelError(f"model {name}: takes {_listed(takes)}; it must take one float32 input")
        self.input_shape: tuple[int | None, ...] = tuple(_size(one) for one in takes[0][1])
        """Of its input: None where any size goes."""
        self._input, self.outputs = names[0], tuple(names[1:])

    def run(self, values: Floats32, outputs: Sequence[str]) -> list[Floats32]:
        """What it gives for one input.

        Args:
            values: of the shape that it takes.
            outputs: the names of the outputs that are wanted.

        Raises:
            ModelError: it does not take such a shape, or fails on it.
        """
        try:
            given = self._session.run(list(outputs), {self._input: values})
            return [np.asarray(one, dtype=np.float32) for one in given]  # some give lists, tables or texts
        except Exception as error:  # onnxruntime raises a dozen kinds, some of them plain
            raise ModelError(f"model {self._name}: fails on an input of shape {values.shape}") from error


def load_session(name: str, content: bytes) -> Any:
    """The onnxruntime session of an ONNX file: typed by nobody, so that what it gives is checked by us.

    Raises:
        ModelError: onnxruntime is not there, or cannot load it.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it starts: newer ones than ours report home (docs/adr/0014)
    try:
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; 19 MB that few nodes can do without
    except ImportError as error:
        raise ModelError(
            f"model {name}: onnxruntime is not installed; 'pip install polewatch[sense]' brings it"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = _QUIET
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", _NOWHERE)
    try:
        # Without a fallback: it would try the same again, and print to an output that is not its own.
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # onnxruntime raises a dozen kinds, some of them plain
        raise ModelError(f"model {name}: onnxruntime cannot load it ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    """The beginning of what onnxruntime says, on one printable line."""
    text = " ".join(str(error).split()).removeprefix("[ONNXRuntimeError] : ")
    return text.encode("ascii", "backslashreplace").decode()[:120]


def _size(size: object) -> int | None:
    return size if isinstance(size, int) and size > 0 else None


def _listed(takes: Sequence[tuple[str, Sequence[object]]]) -> str:
    told = ", ".join(f"{kind} {list(shape)}" for kind, shape in takes)[:120] or "nothing"
    return told.encode("ascii", "backslashreplace").decode()
