"""YAMNet's embedding of a second of sound: the teacher's ear, and the backbone of the large model.

The weights (Apache-2.0) are the ones that the operator has; they are not part of this project. They are imported as
the operator imports them (`import_yamnet`) and heard through the node's own front end: a head never meets another
embedding on a pole than the one that it was fitted on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.import_graph import EMBEDDING, SIZE, to_onnx
from models.training.import_tflite import TfLite
from node.sense.audio.frontends import yamnet
from node.sense.audio.network import Network

__all__ = ["SIZE", "Yamnet"]


class Yamnet:
    """YAMNet as the node runs it.

    Args:
        model: the official TFLite file.

    Raises:
        UnreadableInputError: it is not there, or is another one.
    """

    def __init__(self, model: Path) -> None:
        self._network = Network("yamnet", to_onnx(TfLite(model).layers()))

    def embeddings(self, seconds: NDArray[np.float32]) -> NDArray[np.float32]:
        """The embeddings of some seconds at 16 kHz: float32, shape (n, 1024).

        Args:
            seconds: shape (n, 16000), of any level.
        """
        patches = np.stack([yamnet(second) for second in seconds])
        return self._network.run(patches, [EMBEDDING])[0]
