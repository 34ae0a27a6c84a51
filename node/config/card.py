"""The headline of a model's card: what it is, how much of each sound it found, and what it must not be used for.

Cards are Markdown, for people; they ship beside the models. Three things are read from one: its first paragraph, the
table with a column `recall test`, and the points under `What it must not be used for`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from node.config.model_entry import Model
from node.errors import ModelError

RECALL = "recall test"
NOT_FOR = "## What it must not be used for"
_MARKUP = re.compile(r"`|\*\*|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Headline:
    """What a card says first.

    Args:
        text: what the model is, in a sentence or two.
        found: of each class, the share of the seconds with it that were found in recordings which the model had never
            met, 0..1; None where there were none to judge it by.
        not_for: what it must not be used for, one point each.
    """

    text: str
    found: Mapping[str, float | None]
    not_for: tuple[str, ...]


def headline(model: Model) -> Headline | None:
    """The headline of the card of a model that ships; None where it has no card.

    Raises:
        ModelError: the card is missing.
    """
    if model.card is None:
        return None
    try:
        return read(resources.files("models").joinpath(model.card).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"model {model.name}: its card {model.card} cannot be read") from error


def read(card: str) -> Headline:
    """The headline of a card. What it does not say stays empty."""
    lines = card.splitlines()
    paragraphs = [part for part in re.split(r"\n\s*\n", card) if part.strip() and part.lstrip()[0] not in "#|-"]
    text = _plain(paragraphs[0]) if paragraphs else ""
    return Headline(text, dict(_found(lines)), tuple(_points(lines)))


def _found(lines: list[str]) -> Iterator[tuple[str, float | None]]:
    """Each row of the first table that has the column."""
    place = next((number for number, line in enumerate(lines) if RECALL in _cells(line)), None)
    if place is None:
        return
    column = _cells(lines[place]).index(RECALL)
    for line in lines[place + 2 :]:
        cells = _cells(line)
        if len(cells) <= column:
            return
        try:
            share = float(cells[column])
        except ValueError:
            share = None
        yield cells[0], share if share is not None and 0.0 <= share <= 1.0 else None


def _points(lines: list[str]) -> Iterator[str]:
    """Each point of the list, which may go on in indented lines."""
    if NOT_FOR not in lines:
        return
    point = ""
    for line in lines[lines.index(NOT_FOR) + 1 :]:
        if line.startswith("## "):
            break
        if line.startswith("- ") and point.strip():
            yield _plain(point)
            point = ""
        point += f" {line.removeprefix('- ')}"
    if point.strip():
        yield _plain(point)


def _cells(line: str) -> list[str]:
    """The cells of a row of a table; none where the line is no row."""
    return [cell.strip() for cell in line.strip("| ").split("|")] if line.startswith("|") else []


def _plain(text: str) -> str:
    """A text without line breaks and markup."""
    return _MARKUP.sub(lambda found: found.group(1) or "", " ".join(text.split()))
