"""The settings of bangs and of what the sound model hears."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from node.config.base import Section, setting


class ImpulseSettings(Section):
    """When a sudden sound is an impulse, and when it is worth a message of its own without a name."""

    jump_db: float = setting(
        10.0,
        "A millisecond that is this much louder than any of the 20 before it may begin an impulse.",
        unit="dB",
        ge=6.0,
        le=40.0,
    )
    above_db: float = setting(
        20.0, "That millisecond also stands this far above the background (L50).", unit="dB", ge=6.0, le=60.0
    )
    prominence: float = setting(
        8.0, "The least prominence (NT ACOU 112) of an impulse that is told without a name.", ge=5.0, le=20.0
    )
    peak_db: float = setting(35.0, "Its least C-weighted peak above the background's L90.", unit="dB", ge=20.0, le=80.0)
    rise_ms: float = setting(
        10.0,
        "The longest rise to within 10 dB of its loudest.",
        unit="ms",
        ge=1.0,
        le=50.0,
    )
    level_db: float = setting(
        20.0, "Its least A-weighted Fast level above the background (L50).", unit="dB", ge=3.0, le=60.0
    )
    usual_per_day: int = setting(
        3,
        "A bang is told without a name only where fewer than this many in the last 24 hours were as loud: what bangs"
        " more often belongs to the street.",
        ge=1,
        le=150,
    )
    name_within_s: float = setting(
        0.75,
        "A bang of which the model hears nothing is told this long after it at the latest.",
        unit="s",
        ge=0.3,
        le=2.0,
    )
    sure_within_s: float = setting(
        1.3,
        "A bang that may be a shot is looked at this long before it is told without a name. It needs a window that ends"
        " more than 0.95 s after it.",
        unit="s",
        ge=1.2,
        le=3.0,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """A doubtful bang is looked at for longer than a plain one."""
        if self.sure_within_s < self.name_within_s:
            raise ValueError("sure_within_s must not be under name_within_s")
        return self


class SoundEventSettings(Section):
    """When what the sound model hears is an incident. Its thresholds come with the model."""

    wake_db: float = setting(
        3.0, "The model listens while the level stands this far above the background (L50).", unit="dB", ge=0.0, le=20.0
    )
    level_db: float = setting(
        4.0,
        "A sound that lasts (siren, horn, scream, fireworks) has to be this far above the background.",
        unit="dB",
        ge=0.0,
        le=40.0,
    )
    close_odds: float = setting(
        1.5, "It goes on while the model's log odds lie less than this under its threshold.", ge=0.0, le=10.0
    )
    hold_s: float = setting(4.0, "A pause shorter than this belongs to the incident.", unit="s", ge=0.5, le=60.0)
    fireworks_hold_s: float = setting(
        9.0, "The same for fireworks: bangs meanwhile belong to them.", unit="s", ge=1.0, le=120.0
    )
    refractory_s: float = setting(
        10.0, "After its end no other of its kind begins for this long.", unit="s", ge=0.0, le=600.0
    )
