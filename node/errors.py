"""Every error that a person may read, sorted by whose problem it is.

    PolewatchError                 exit 1    it did not hold
     ├─ OperatorError              exit 2    how the command was called
     │   ├─ ConfigError            exit 78   what the configuration says
     │   └─ UnreadableInputError   exit 66   a file that cannot be used
     ├─ DeviceError                exit 69   the pole's own hardware
     │   ├─ CameraError
     │   ├─ MicrophoneError
     │   └─ StorageError                     the card is full, read-only or broken
     ├─ BrokerError                exit 69   the city's broker, or the way to it
     ├─ PeerError                  exit 69   the process on the other side of the airlock
     └─ RefusedError               exit 1    something that the wall does not let through
         ├─ RecordError                      bytes in the airlock that are no record of ours
         ├─ ModelError                       a model that the manifest does not allow
         └─ PolicyError                      a policy that is not signed, not for this node, or too loose

The text of an error is one line that names what to fix. It never holds anything that a sensor gave.
"""

from __future__ import annotations

from typing import ClassVar


class PolewatchError(Exception):
    """The root: whatever we raise on purpose. Its text is one line for an operator."""

    exit_code: ClassVar[int] = 1


class OperatorError(PolewatchError):
    """The operator asked for something that cannot be done this way."""

    exit_code = 2


class ConfigError(OperatorError):
    """The configuration names something that does not exist or is out of range."""

    exit_code = 78


class UnreadableInputError(OperatorError):
    """A file that was named cannot be read as what it should be."""

    exit_code = 66


class DeviceError(PolewatchError):
    """A part of the pole's hardware is missing, lost or broken."""

    exit_code = 69


class CameraError(DeviceError):
    """The camera cannot be opened, or was lost."""


class MicrophoneError(DeviceError):
    """The microphone cannot be opened, or was lost."""


class StorageError(DeviceError):
    """The card is full, read-only or broken."""


class BrokerError(PolewatchError):
    """The broker cannot be reached, or refuses this node."""

    exit_code = 69


class PeerError(PolewatchError):
    """The process on the other side of the airlock is not there."""

    exit_code = 69


class RefusedError(PolewatchError):
    """Something that the wall does not let through."""


class RecordError(RefusedError):
    """Bytes in the airlock that are no record of ours."""


class ModelError(RefusedError):
    """A model that the manifest does not allow."""


class PolicyError(RefusedError):
    """A policy that is not signed, has run out, is not for this node, or is looser than the floor."""
