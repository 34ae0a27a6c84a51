"""The envelope: structured CloudEvents 1.0 JSON around everything that leaves.

Events, summaries and gaps have a number in the node's one contiguous sequence. Documents (info, state, health) are
latest-wins and have none, nor has an answer: their id is the outbox's epoch, the number of the run, and a count in it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from node.contract.base import DocumentId, Instant, OwnNumber, SequenceText, Source, Tile, Unsensed, Wire
from node.contract.command import CommandResult
from node.contract.documents import Health, Info, State
from node.contract.event import IncidentData
from node.contract.gap import Gap
from node.contract.summary import Summary
from node.contract.words import KINDS, EventType

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class _Envelope(Wire):
    """The attributes that every CloudEvent of ours has."""

    specversion: Literal["1.0"] = "1.0"
    source: Annotated[Source, Unsensed("the node's name, configured")]
    subject: Annotated[Tile, Unsensed("the node's place, configured")]
    time: Annotated[Instant, Unsensed("counted with the releases: node/airlock/capacity.py")]
    datacontenttype: Literal["application/json"] = "application/json"


class _Numbered(_Envelope):
    """A message with a number: stored before it is sent, and never lost."""

    id: OwnNumber
    sequence: Annotated[SequenceText, Unsensed("a number, counted up by one")] = Field(
        description="CloudEvents sequence extension: contiguous within an epoch"
    )

    @model_validator(mode="after")
    def _is_its_own_number(self) -> Self:
        """The id ends with the sequence."""
        if not self.id.endswith(f"-{self.sequence}"):
            raise ValueError("the id does not end with the sequence")
        return self


class EventMessage(_Numbered):
    """One phase of one incident."""

    name: ClassVar[str] = "event"
    type: Annotated[EventType, Unsensed("the kind's own, checked below")]
    dataschema: Literal["urn:polewatch:schema:event:v1"] = "urn:polewatch:schema:event:v1"
    data: IncidentData

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        """The type is the one of the kind."""
        if self.type is not KINDS[self.data.kind].type:
            raise ValueError("the type is not the one of this kind")
        return self


class SummaryMessage(_Numbered):
    """One window."""

    name: ClassVar[str] = "summary"
    type: Literal["org.polewatch.summary.v1"] = "org.polewatch.summary.v1"
    dataschema: Literal["urn:polewatch:schema:summary:v1"] = "urn:polewatch:schema:summary:v1"
    data: Summary


class GapMessage(_Numbered):
    """Messages that are gone: a reader proves with it that it has all the others."""

    name: ClassVar[str] = "gap"
    type: Literal["org.polewatch.gap.v1"] = "org.polewatch.gap.v1"
    dataschema: Literal["urn:polewatch:schema:gap:v1"] = "urn:polewatch:schema:gap:v1"
    data: Gap


class InfoMessage(_Envelope):
    """The birth document."""

    name: ClassVar[str] = "info"
    id: Annotated[DocumentId, Unsensed("a number, counted up by one")]
    type: Literal["org.polewatch.info.v1"] = "org.polewatch.info.v1"
    dataschema: Literal["urn:polewatch:schema:info:v1"] = "urn:polewatch:schema:info:v1"
    data: Info


class StateMessage(_Envelope):
    """The presence document."""

    name: ClassVar[str] = "state"
    id: Annotated[DocumentId, Unsensed("a number, counted up by one")]
    type: Literal["org.polewatch.state.v1"] = "org.polewatch.state.v1"
    dataschema: Literal["urn:polewatch:schema:state:v1"] = "urn:polewatch:schema:state:v1"
    data: State


class HealthMessage(_Envelope):
    """The health document."""

    name: ClassVar[str] = "health"
    id: Annotated[DocumentId, Unsensed("a number, counted up by one")]
    type: Literal["org.polewatch.health.v1"] = "org.polewatch.health.v1"
    dataschema: Literal["urn:polewatch:schema:health:v1"] = "urn:polewatch:schema:health:v1"
    data: Health


class CommandResultMessage(_Envelope):
    """The answer to a command."""

    name: ClassVar[str] = "command-result"
    id: Annotated[DocumentId, Unsensed("a number, counted up by one")]
    type: Literal["org.polewatch.command.result.v1"] = "org.polewatch.command.result.v1"
    dataschema: Literal["urn:polewatch:schema:command-result:v1"] = "urn:polewatch:schema:command-result:v1"
    data: CommandResult


Numbered = EventMessage | SummaryMessage | GapMessage
"""What goes through the outbox."""
Document = InfoMessage | StateMessage | HealthMessage | CommandResultMessage
"""What is latest-wins or an answer, and bypasses it."""
Outbound = Numbered | Document
"""What may leave. There is nothing else."""


def encode(message: Outbound) -> bytes:
    """The bytes of a message: JSON, keys in the order of the schema, no white space."""
    return message.model_dump_json(by_alias=True).encode()
