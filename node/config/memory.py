"""What `sense` learnt before its last start: the levels of each hour of the week, read from a file of `uplink`.

`sense` writes no file. What it learns leaves it as a record of integers (`HourLearnt`), `uplink` keeps it, and the next
run of `sense` reads it here. It is never published, and losing it is safe: whatever is wrong with the file, the
memory is empty and is learnt anew.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from node.config.base import Section
from node.config.settings import Settings

HOURS = 168
MAX_LEVEL_DDB = 2_000
MAX_WEEKS = 100
FILE = "hours.json"
MAX_BYTES = 16_384
_TEN_DDB = 10.0
log = logging.getLogger(__name__)

Level = Annotated[int, Field(ge=-MAX_LEVEL_DDB, le=MAX_LEVEL_DDB)]


class Hour(Section):
    """One hour of the week, of UTC: 0 is Monday 00:00-01:00. Levels in tenths of a dB."""

    hour: Annotated[int, Field(ge=0, lt=HOURS)]
    l50_ddb: Level
    l90_ddb: Level
    weeks: Annotated[int, Field(ge=1, le=MAX_WEEKS)]


class Hours(Section):
    """The whole file.

    `full_scale_ddb` is the scale that the levels were learnt on: with another calibration they mean something else.
    """

    version: Literal[1]
    full_scale_ddb: Annotated[int, Field(ge=-MAX_LEVEL_DDB, le=MAX_LEVEL_DDB)]
    hours: Annotated[tuple[Hour, ...], Field(max_length=HOURS)]

    @model_validator(mode="after")
    def _has_each_hour_once(self) -> Self:
        """Hours stand in order, once each."""
        numbers = [hour.hour for hour in self.hours]
        if numbers != sorted(set(numbers)):
            raise ValueError("hours stand in order, once each")
        return self


def memory_folder(settings: Settings) -> Path:
    """Where the memory lies: where `memory.path` says, else beside the outbox."""
    return Path(settings.memory.path) if settings.memory.path else Path(settings.outbox.path).parent / "memory"


def full_scale_ddb(settings: Settings) -> int:
    """The scale of this node's levels, in tenths of a dB."""
    return round(settings.microphone.full_scale_db * _TEN_DDB)


def read_hours(path: Path, scale_ddb: int) -> tuple[Hour, ...]:
    """The hours in a file, in order; none where there is no file. Any other content is one line in the log, and none.

    Args:
        path: the file.
        scale_ddb: what the levels must have been learnt on.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        read = Hours.model_validate_json(content) if len(content) <= MAX_BYTES else None
    except FileNotFoundError:
        return ()
    except OSError as error:
        log.warning("%s: cannot be read (%s): the hours of the week are learnt anew", path, error.strerror)
        return ()
    except ValidationError:
        read = None
    if read is None:
        log.warning("%s: is no memory of ours: the hours of the week are learnt anew", path)
        return ()
    if read.full_scale_ddb != scale_ddb:
        log.warning("%s: was learnt with another calibration: the hours of the week are learnt anew", path)
        return ()
    return read.hours


def read_memory(settings: Settings) -> Mapping[int, tuple[float, float, int]]:
    """What is known of the hours of the week: hour (0..167, UTC) -> L50 in dB, L90 in dB, over how many weeks."""
    hours = read_hours(memory_folder(settings) / FILE, full_scale_ddb(settings))
    return {hour.hour: (hour.l50_ddb / _TEN_DDB, hour.l90_ddb / _TEN_DDB, hour.weeks) for hour in hours}
