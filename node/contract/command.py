"""What a node can be asked, and what it answers. There is one question: to send again what it has sent before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from node.contract.base import MAX_SEQUENCE, Epoch, Instant, Unsensed, Wire
from node.contract.gap import Number

_ASKED = Unsensed("whoever asked")
_STORED = Unsensed("follows from what left before, and from what was asked")

CommandId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Asker = Annotated[str, StringConstraints(pattern=r"^urn:polewatch:(fleet|reader):[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$")]
Total = Annotated[int, Field(ge=0, le=MAX_SEQUENCE)]


class ResyncRequest(Wire):
    """Sends the stored messages of a range again, with the ids they had."""

    verb: Literal["resync"] = "resync"
    epoch: Epoch = Field(description="of the outbox that is meant: another one's numbers mean other messages")
    first_sequence: Number
    last_sequence: Number

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        """It ends where it begins, or later."""
        if self.last_sequence < self.first_sequence:
            raise ValueError("a range ends where it begins, or later")
        return self


class CommandMessage(Wire):
    """A request to one node. It is not retained, and both its MQTT expiry and its time are at most 60 s old."""

    name: ClassVar[str] = "command"
    specversion: Literal["1.0"]
    id: CommandId = Field(description="chosen by whoever asks; each is obeyed once")
    source: Asker
    type: Literal["org.polewatch.command.v1"]
    time: Instant
    datacontenttype: Literal["application/json"]
    dataschema: Literal["urn:polewatch:schema:command:v1"]
    data: ResyncRequest


class Refusal(StrEnum):
    """Why a command is not obeyed."""

    RETAINED = "retained"
    EXPIRED = "expired"
    OVERSIZED = "oversized"
    UNKNOWN = "unknown"
    REPLAYED = "replayed"
    OTHER_EPOCH = "other_epoch"
    BUSY = "busy"


class CommandResult(Wire):
    """The answer, with the question's Correlation Data: the node has begun, is done, or refuses."""

    command: Annotated[CommandId | None, _ASKED] = Field(description="the id of the command; absent where it has none")
    status: Annotated[Literal["accepted", "done", "refused"], _ASKED]
    refusal: Annotated[Refusal | None, _ASKED]
    replayed: Annotated[Total, _STORED] = Field(description="messages that the broker has taken again")
    gone: Annotated[Total, _STORED] = Field(
        description="numbers of the range that the node cannot send (any more): too old, evicted, or refused"
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """A refusal stands exactly where the node refuses, and counts only where it is done."""
        if (self.refusal is None) == (self.status == "refused"):
            raise ValueError("a refusal stands exactly where the node refuses")
        if self.status != "done" and (self.replayed or self.gone):
            raise ValueError("what was replayed is counted when it is done")
        return self
