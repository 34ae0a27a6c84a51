"""Invented pictures as the bytes of a picture file, for pages that people read. It is never given a real camera's."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.pole.faults import Pixels

_QUALITIES = range(92, 20, -4)


def png(picture: Pixels) -> bytes:
    """A PNG of a picture of shape (height, width, 3), with 32 steps a colour: a quarter of the size, no less to see."""
    steps = ((np.minimum(picture, 251).astype(np.uint16) + 4) & 0xF8).astype(np.uint8)
    return _encoded(".png", steps, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def jpeg(picture: Pixels, most_bytes: int, comment: str) -> bytes:
    """The best JPEG of a picture under `most_bytes`, or else the smallest, with a comment of at most 60 kB in it."""
    text = comment.encode()
    segment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    content = b""
    for quality in _QUALITIES:
        content = _encoded(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(content) + len(segment) < most_bytes:
            break
    return content[:2] + segment + content[2:]


def jpeg_comment(content: bytes) -> str:
    """The comment that `jpeg` put into a file; empty where there is none."""
    if content[2:4] != b"\xff\xfe":
        return ""
    length = int.from_bytes(content[4:6], "big")
    return content[6 : 4 + length].decode()


def _encoded(ending: str, picture: Pixels, options: list[int]) -> bytes:
    done, content = cv2.imencode(ending, picture, options)  # noqa: TID251 - invented pictures only, see the module
    if not done:  # pragma: no cover - OpenCV has both in every build
        raise ValueError(f"OpenCV cannot make a {ending} file")
    return content.tobytes()
