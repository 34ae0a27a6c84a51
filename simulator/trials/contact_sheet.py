"""The contact sheet: every scenario in one picture, with its name and title beneath. Drawn figures only."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from simulator.pole.faults import Pixels
from simulator.trials.encoding import jpeg
from simulator.trials.scenario import Scenario
from simulator.trials.stills import still

MOST_BYTES = 600_000
THUMB = (304, 171)
COLUMNS = 5
_GAP, _CAPTION = 14, 62
_PAPER, _INK, _FADED, _TEMPTS = (250, 250, 248), (40, 36, 34), (110, 104, 100), (60, 120, 20)
_FONT = cv2.FONT_HERSHEY_DUPLEX
_WORDS_IN_A_LINE = 47


def contact_sheet(scenarios: Mapping[str, Scenario], progress: Callable[[int], None] | None = None) -> bytes:
    """A JPEG under `MOST_BYTES` of every scenario on its own seed; its comment lists their names, one a line.

    Args:
        scenarios: by name; they come in this order.
        progress: told how many are done.
    """
    rows = -(-len(scenarios) // COLUMNS)
    width = COLUMNS * (THUMB[0] + _GAP) + _GAP
    height = rows * (THUMB[1] + _CAPTION + _GAP) + _GAP
    sheet: Pixels = np.full((height, width, 3), _PAPER, dtype=np.uint8)
    for number, (name, scenario) in enumerate(scenarios.items()):
        left = _GAP + number % COLUMNS * (THUMB[0] + _GAP)
        top = _GAP + number // COLUMNS * (THUMB[1] + _CAPTION + _GAP)
        sheet[top : top + THUMB[1], left : left + THUMB[0]] = still(scenario, scenario.seed, THUMB)
        _write_caption(sheet, (left, top + THUMB[1]), name, scenario)
        if progress is not None:
            progress(number + 1)
    return jpeg(sheet, MOST_BYTES, "\n".join(scenarios))


def table(scenarios: Mapping[str, Scenario]) -> str:
    """The same as a table in Markdown: name, seconds, whether nothing of the street must be told, title."""
    lines = ["| scenario | seconds | tempts | what it is |", "| --- | ---: | :---: | --- |"]
    for name, scenario in scenarios.items():
        tempts = "yes" if scenario.hard_negative else ""
        length = f"{scenario.length_s:g}{' (real time)' if scenario.is_live else ''}"
        lines.append(f"| `{name}` | {length} | {tempts} | {scenario.title} |")
    return "\n".join(lines) + "\n"


def _write_caption(sheet: Pixels, corner: tuple[int, int], name: str, scenario: Scenario) -> None:
    """Name and title, two lines of it at most; green where nothing of the street is to be told."""
    left, top = corner
    colour = _TEMPTS if scenario.hard_negative else _INK
    cv2.putText(sheet, name, (left, top + 19), _FONT, 0.5, colour, 1, cv2.LINE_AA)
    for line, words in enumerate(textwrap.wrap(_plain(scenario.title), _WORDS_IN_A_LINE)[:2]):
        cv2.putText(sheet, words, (left, top + 37 + 16 * line), _FONT, 0.36, _FADED, 1, cv2.LINE_AA)


def _plain(text: str) -> str:
    """The font knows ASCII only."""
    return text.encode("ascii", "replace").decode()
