"""The summary of a window (15 minutes): how loud it was, what was counted, and for how long we sensed at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from node.contract.base import ClockState, FewCount, Late, Sequence, Stamped, Unsensed, UptimeSeconds, Wire, few
from node.contract.words import ClockQuality, Kind

MAX_WINDOW_S = 3600
WindowSeconds = Annotated[int, Field(ge=1, le=MAX_WINDOW_S)]
ExposureSeconds = Annotated[int, Field(ge=0, le=MAX_WINDOW_S)]
Db = Annotated[int, Field(ge=0, le=150)]
Dbfs = Annotated[int, Field(ge=-150, le=0)]


PeopleStep = Literal[0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120]
PEOPLE_STEPS: tuple[PeopleStep, ...] = get_args(PeopleStep)


class LevelsDb(Wire):
    """A-weighted sound levels in whole dB re 20 µPa (P3: levels leave on a 1 dB grid)."""

    calibration: Literal["nominal", "calibrator"]
    laeq_db: Db
    lafmax_db: Db
    l10_db: Db
    l50_db: Db
    l90_db: Db


class LevelsDbfs(Wire):
    """A-weighted sound levels of an uncalibrated microphone, in whole dB re full scale."""

    calibration: Literal["none"]
    laeq_dbfs: Dbfs
    lafmax_dbfs: Dbfs
    l10_dbfs: Dbfs
    l50_dbfs: Dbfs
    l90_dbfs: Dbfs


class Counts(Wire):
    """How many incidents of each kind began in the window; 3 stands for three or more."""

    noise_spike: FewCount = Field(alias=Kind.NOISE_SPIKE.value)
    sound_impulse: FewCount = Field(alias=Kind.SOUND_IMPULSE.value)
    sound_gunshot: FewCount = Field(alias=Kind.SOUND_GUNSHOT.value)
    sound_explosion: FewCount = Field(alias=Kind.SOUND_EXPLOSION.value)
    sound_fireworks: FewCount = Field(alias=Kind.SOUND_FIREWORKS.value)
    sound_scream: FewCount = Field(alias=Kind.SOUND_SCREAM.value)
    sound_glass_break: FewCount = Field(alias=Kind.SOUND_GLASS_BREAK.value)
    sound_siren: FewCount = Field(alias=Kind.SOUND_SIREN.value)
    sound_horn_or_alarm: FewCount = Field(alias=Kind.SOUND_HORN_OR_ALARM.value)
    # Of later than the others: a summary that was stored before has none of them, and is still read.
    sensor_fault: FewCount = Field(0, alias=Kind.SENSOR_FAULT.value)
    sensor_tamper: FewCount = Field(0, alias=Kind.SENSOR_TAMPER.value)

    @classmethod
    def of(cls, began: Mapping[Kind, int]) -> Self:
        """The counts as a summary may say them; a kind that is not named did not begin."""
        return cls(**{field: few(began.get(Kind(info.alias or field), 0)) for field, info in cls.model_fields.items()})


class Summary(Wire):
    """One window. The CloudEvents time is its begin. Zero events with zero exposure is missing data, not safety."""

    window_s: Annotated[WindowSeconds, Unsensed("configured")]
    sound_exposure_s: ExposureSeconds = Field(description="seconds in which the microphone heard truly")
    sight_exposure_s: ExposureSeconds = Field(description="seconds in which the camera saw truly")
    levels: LevelsDb | LevelsDbfs | None = Field(description="absent where nothing was heard")
    counts: Counts
    held_back: FewCount = Field(
        description="incidents that the policy or its caps kept back; 3 stands for three or more"
    )
    people_at_least: PeopleStep | None = Field(
        None, description="a private count (T2), 0 where it is below k; absent where nobody is counted"
    )
    last_sequence: Annotated[Sequence, Unsensed("counts what left before")] = Field(
        description="of the message before this one: a reader proves completeness"
    )
    clock: Annotated[ClockQuality, ClockState]
    uptime_s: Annotated[UptimeSeconds | None, Stamped]
    delayed: Annotated[bool, Late]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Exposure fits the window, and levels stand exactly where something was heard."""
        if max(self.sound_exposure_s, self.sight_exposure_s) > self.window_s:
            raise ValueError("exposure is not longer than its window")
        if (self.levels is None) != (self.sound_exposure_s == 0):
            raise ValueError("levels stand exactly where there is sound exposure")
        if (self.uptime_s is None) == (self.clock is ClockQuality.UNSYNCED):
            raise ValueError("uptime_s stands exactly where the clock is unsynced")
        return self
