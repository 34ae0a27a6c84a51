"""How a setting is declared: one line with type, default, range and unit, and a sentence for the operator."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """One `[table]` of the configuration: closed, strict, frozen. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def setting(  # noqa: PLR0913 - one argument for each thing that a setting has
    default: Any,
    doc: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    pattern: str | None = None,
    max_length: int | None = None,
) -> Any:
    """A field of a `Section`.

    Args:
        default: the value when the operator says nothing.
        doc: one sentence that says what it does, for the generated example and `config show`.
        unit: its unit as printed ("dB", "s", "Hz"), or nothing for a name or a count.
        ge: the least value allowed.
        le: the greatest value allowed.
        pattern: for a text: the whole of it matches this. A bound on its length stands in `max_length`: a compiled
            pattern that counts to 4000 takes 8 MB of a pole's memory.
        max_length: for a text: how many characters it has at most.
    """
    return Field(
        default,
        description=doc,
        ge=ge,
        le=le,
        pattern=pattern,
        max_length=max_length,
        json_schema_extra={"unit": unit} if unit else None,
    )
