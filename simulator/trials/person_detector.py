"""Person detectors from files that a developer gives: three small public ones, each with its own layout.

A picture is looked at as a whole and in overlapping squares of the detector's own size: scaled down to 416 pixels,
somebody 20 m from a wide camera is too small for it, drawn or real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it ships no types

from node.errors import OperatorError
from simulator.sight.texture import Picture
from simulator.world.layout import Floats

_SCORE = 0.3
_SAME_IOU = 0.45

Boxes = tuple[Floats, Floats]
"""Boxes (n, 4) as left, top, right, bottom in pixels, and scores (n,)."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a detector takes a picture and tells boxes.

    Args:
        scale: what a pixel of 0..255 is multiplied by.
        square_px: the squares that a picture is cut into; larger than its input where that is very small.
        decode: from its output and the side of its input to boxes in pixels of the input.
    """

    scale: float
    square_px: int
    decode: Callable[[Floats, int], Boxes]


class Detector:
    """A person detector from a file.

    Args:
        path: an ONNX file, named as one of yolox_nano, FastestDet and lightweight_person_detector are.

    Raises:
        OperatorError: there is none, or none that is known here.
    """

    def __init__(self, path: Path) -> None:
        if path.stem not in _LAYOUTS or not path.is_file():
            raise OperatorError(f"{path}: is no person detector that is known here; these are: {', '.join(_LAYOUTS)}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self._side = int(self._input.shape[2])
        self._layout = _LAYOUTS[path.stem]

    def people(self, picture: Picture) -> Boxes:
        """Where it finds people in a picture: uint8, shape (height, width, 3), blue-green-red."""
        found = [self._in_part(picture, (0, 0))]
        height, width = picture.shape[:2]
        square = min(self._layout.square_px, height, width)
        found += [
            self._in_part(picture[top : top + square, left : left + square], (left, top))
            for top in _steps(height, square)
            for left in _steps(width, square)
        ]
        boxes, scores = (np.concatenate(part) for part in zip(*found, strict=True))
        return _strongest(boxes, scores)

    def _in_part(self, part: Picture, corner: tuple[int, int]) -> Boxes:
        """Boxes in pixels of the whole picture, found in a part of it that is laid onto grey."""
        zoom = self._side / max(part.shape[:2])
        small = cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        square = np.full((self._side, self._side, 3), 114, np.uint8)
        square[: small.shape[0], : small.shape[1]] = small
        given = square.transpose(2, 0, 1)[None].astype(np.float32) * np.float32(self._layout.scale)
        told = np.asarray(self._session.run(None, {self._input.name: given})[0], dtype=np.float64)[0]
        boxes, scores = self._layout.decode(told, self._side)
        sure = scores > _SCORE
        return boxes[sure] / zoom + np.array([*corner, *corner]), scores[sure]


def overlap(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes (n, 4) and (m, 4): (n, m), 0..1."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    both = np.prod(np.maximum(0.0, high - low), axis=-1)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1) for boxes in (one, other)]
    return np.asarray(both / np.maximum(areas[0][:, None] + areas[1][None] - both, 1e-9))


def _steps(length: int, square: int) -> list[int]:
    """Where squares begin that cover a length and overlap by a third or more."""
    count = max(1, -(-(length - square) * 3 // (square * 2)) + 1)
    return [round(i * (length - square) / max(1, count - 1)) for i in range(count)]


def _strongest(boxes: Floats, scores: Floats) -> Boxes:
    """The strongest of the boxes that mean the same person (non-maximum suppression)."""
    kept: list[int] = []
    for number in np.argsort(-scores, kind="stable"):
        if not kept or overlap(boxes[number][None], boxes[kept]).max() < _SAME_IOU:
            kept.append(int(number))
    return boxes[kept], scores[kept]


def _yolox(told: Floats, side: int) -> Boxes:
    """Raw YOLOX (Ge et al. 2021): strides of 8, 16 and 32; the first class is the person."""
    grids = [np.stack(np.meshgrid(*[np.arange(side // s)] * 2), axis=-1).reshape(-1, 2) for s in (8, 16, 32)]
    strides = np.concatenate([np.full((len(grid), 1), s) for grid, s in zip(grids, (8, 16, 32), strict=True)])
    middle = (told[:, :2] + np.concatenate(grids)) * strides
    half = np.exp(np.minimum(told[:, 2:4], 8.0)) * strides / 2
    return np.hstack([middle - half, middle + half]), told[:, 4] * told[:, 5]


def _fastest(told: Floats, side: int) -> Boxes:
    """FastestDet: one grid; presence, place and size, and classes, the first of which is the person."""
    cells = told.shape[1]
    down, right = np.mgrid[:cells, :cells]
    middle = np.stack([right + np.tanh(told[1]), down + np.tanh(told[2])], axis=-1) * side / cells
    half = side / 2 / (1 + np.exp(-told[3:5].transpose(1, 2, 0)))
    is_person = told[5:].argmax(axis=0) == 0
    scores = np.where(is_person, told[0] ** 0.6 * told[5] ** 0.4, 0.0)
    return np.concatenate([middle - half, middle + half], axis=-1).reshape(-1, 4), scores.reshape(-1)


_LAYOUTS: dict[str, _Layout] = {
    "yolox_nano": _Layout(1.0, 416, _yolox),
    "FastestDet": _Layout(1 / 255, 352, _fastest),
    "lightweight_person_detector": _Layout(1.0, 360, _yolox),
}
