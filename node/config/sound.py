"""The settings of the microphone and of the noise spike."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from node.config.base import Section, setting

PASCAL_DB = 94.0
"""The level of 1 Pa, at which a microphone's sensitivity is given, in dB."""

SINE_DB = 3.01
"""A full-scale sine has a root mean square 3.01 dB below 1."""


class MicrophoneSettings(Section):
    """Which microphone, and what its levels mean."""

    source: str = setting(
        "",
        "The microphone's stable name as `polewatch devices` prints it; empty is the system's default, `none` is none.",
        pattern=r"^[^\x00-\x1f\x7f]*$",
        max_length=128,
    )
    calibration: Literal["none", "nominal", "calibrator"] = setting(
        "nominal",
        "What levels rest on: nothing (dBFS), the data sheet's sensitivity, or a calibrator.",
    )
    sensitivity_dbfs: float = setting(
        -26.0,
        "What a sine of 94 dB at 1 kHz gives; a full-scale sine is 0. The data sheet or `calibrate` says it.",
        unit="dBFS",
        ge=-80.0,
        le=-3.0,
    )

    @property
    def enabled(self) -> bool:
        """False where the source is `none`: this node has no microphone."""
        return self.source != "none"

    @property
    def full_scale_db(self) -> float:
        """The level of a root mean square of 1.0, in dB SPL; 0 when nothing is known (levels are dBFS)."""
        return 0.0 if self.calibration == "none" else PASCAL_DB - self.sensitivity_dbfs + SINE_DB


class SpikeSettings(Section):
    """When a rise of the voice band that sounds like a crowd is a noise spike. Thresholds come in pairs."""

    open_db: float = setting(
        8.0, "A spike opens this far above the background's middle (L50).", unit="dB", ge=4.0, le=40.0
    )
    close_db: float = setting(
        4.0, "It closes when sound falls under this far above the middle.", unit="dB", ge=1.0, le=40.0
    )
    open_peak_db: float = setting(
        1.5, "It also has to be this far above what the street reaches by itself (L5).", unit="dB", ge=0.0, le=40.0
    )
    close_peak_db: float = setting(
        -1.5, "It closes when sound falls under this far above what the street reaches.", unit="dB", ge=-10.0, le=40.0
    )
    open_level_db: float = setting(
        5.0, "The A-weighted level has to rise by this much, too.", unit="dB", ge=0.0, le=40.0
    )
    false_per_day: float = setting(
        1.0,
        "How often a day chance may pass for a crowd: what the threshold of the combined score is set from. More finds"
        " more, of what is no crowd, too.",
        unit="1/day",
        ge=0.05,
        le=100.0,
    )
    hold_s: float = setting(4.0, "A pause shorter than this belongs to the spike.", unit="s", ge=0.5, le=60.0)
    refractory_s: float = setting(10.0, "After its end no other spike opens for this long.", unit="s", ge=0.0, le=600.0)
    settle_s: float = setting(
        10.0, "A microphone that comes back listens this long before a spike may open.", unit="s", ge=5.0, le=120.0
    )

    @model_validator(mode="after")
    def _pair_in_order(self) -> Self:
        """What closes a spike lies at or below what opens it."""
        if self.close_db > self.open_db:
            raise ValueError("close_db must not be above open_db")
        if self.close_peak_db > self.open_peak_db:
            raise ValueError("close_peak_db must not be above open_peak_db")
        return self
