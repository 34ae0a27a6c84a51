"""Every setting of the node: one table of the configuration file is one class here or beside here."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from node.config.base import Section, setting
from node.config.sight import CameraSettings, PresenceSettings
from node.config.sound import MicrophoneSettings, SpikeSettings
from node.config.sound_events import ImpulseSettings, SoundEventSettings
from node.config.sound_model import SoundModelSettings
from node.config.wall import MemorySettings, OperatorSettings, PolicySettings, QuarantineSettings
from node.contract.base import NODE_ID_PATTERN

LOOPBACK = ("localhost", "127.0.0.1", "::1")
LEAST_WINDOW_S = 900


class NodeSettings(Section):
    """Which pole this is."""

    id: str = setting(
        ..., "name of this node: also the name in its certificate and its MQTT user", pattern=NODE_ID_PATTERN
    )
    profile: str = setting(
        "",
        "defaults for this hardware: simulator, pi4, pi5 or jetson-orin; empty for none",
        pattern=r"^[a-z0-9-]{0,32}$",
    )
    tile_row: int | None = setting(None, "row of this pole's tile in the city's grid", ge=-99_999, le=99_999)
    tile_column: int | None = setting(None, "column of this pole's tile in the city's grid", ge=-999_999, le=999_999)

    @model_validator(mode="after")
    def _has_a_whole_tile(self) -> Self:
        """A tile has a row and a column, or there is none."""
        if (self.tile_row is None) != (self.tile_column is None):
            raise ValueError("tile_row and tile_column stand together")
        return self

    @property
    def tile(self) -> str:
        """The tile as it stands in messages."""
        return "tile:unset" if self.tile_row is None else f"tile:{self.tile_row}:{self.tile_column}"


class SummarySettings(Section):
    """The summary of each window."""

    window_s: int = setting(
        900, "length of a summary's window; windows begin at whole multiples of it", unit="s", ge=10, le=3600
    )
    demonstration: bool = setting(
        False,  # noqa: FBT003 - the default, as in every line here
        "allows windows below 900 s, for a broker on this very machine: the bound of 0.5 bit/s does not hold then",
    )

    @model_validator(mode="after")
    def _keeps_the_bound(self) -> Self:
        """Short windows say more than the promise allows: only a demonstration may have them."""
        if self.window_s < LEAST_WINDOW_S and not self.demonstration:
            raise ValueError(f"window_s below {LEAST_WINDOW_S} breaks the bound of 0.5 bit/s (see demonstration)")
        return self


class AirlockSettings(Section):
    """The one way from sensing to the network."""

    socket: str = setting(
        "/run/polewatch/airlock.sock",
        "path of the airlock's socket, at most 107 bytes",
        pattern=r"^/[^\x00]+$",
        max_length=107,
    )


class OutboxSettings(Section):
    """Where messages wait until the broker has them."""

    path: str = setting(
        "/var/lib/polewatch-uplink/outbox.db", "the outbox's SQLite file", pattern=r"^/[^\x00]+$", max_length=4001
    )
    max_mb: int = setting(64, "greatest size of the outbox", unit="MB", ge=1, le=1024)
    keep_days: int = setting(7, "how long sent messages are kept to be sent again on request", unit="days", ge=1, le=30)


class BrokerSettings(Section):
    """The city's MQTT 5 broker. Without TLS only a broker on this very machine is accepted."""

    host: str = setting("localhost", "name or address of the broker", pattern=r"^[A-Za-z0-9.:_-]+$", max_length=253)
    port: int = setting(1883, "port of the broker (8883 with TLS)", ge=1, le=65_535)
    keepalive_s: int = setting(30, "silence after which a connection counts as dead", unit="s", ge=5, le=300)
    ca_file: str = setting("", "certificate of the city's authority (PEM); setting it turns TLS 1.3 on")
    certificate_file: str = setting("", "this node's certificate (PEM)")
    key_file: str = setting("", "this node's private key (PEM)")

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return bool(self.ca_file)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        """Nothing goes over a network in the clear, and a certificate has its key."""
        if not self.tls and self.host not in LOOPBACK:
            raise ValueError("without ca_file (TLS) only a broker on localhost is allowed")
        if bool(self.certificate_file) != bool(self.key_file):
            raise ValueError("certificate_file and key_file stand together")
        return self


class Settings(Section):
    """The whole configuration of a node."""

    node: NodeSettings
    microphone: MicrophoneSettings = MicrophoneSettings()
    spike: SpikeSettings = SpikeSettings()
    impulse: ImpulseSettings = ImpulseSettings()
    sound_events: SoundEventSettings = SoundEventSettings()
    sound_model: SoundModelSettings = SoundModelSettings()
    camera: CameraSettings = CameraSettings()
    presence: PresenceSettings = PresenceSettings()
    summary: SummarySettings = SummarySettings()
    policy: PolicySettings = PolicySettings()
    airlock: AirlockSettings = AirlockSettings()
    outbox: OutboxSettings = OutboxSettings()
    memory: MemorySettings = MemorySettings()
    quarantine: QuarantineSettings = QuarantineSettings()
    operator: OperatorSettings = OperatorSettings()
    broker: BrokerSettings = BrokerSettings()

    @model_validator(mode="after")
    def _demonstrates_at_home(self) -> Self:
        """What breaks the bound goes to a broker on this very machine, and nowhere else."""
        if self.summary.demonstration and (self.broker.tls or self.broker.host not in LOOPBACK):
            raise ValueError("summary.demonstration: only with a broker on localhost and without TLS")
        return self
