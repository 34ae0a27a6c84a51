"""Real recordings are loud, clipped, padded and windy, and not one of them is a broken microphone."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.sense.capture.files import AudioFile
from node.sense.capture.hops import Hopper
from node.sense.capture.ports import EndOfMedia
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

EVERY = 14
BROKEN = {MicrophoneState.OFFSET, MicrophoneState.GAIN_STUCK, MicrophoneState.DEAF, MicrophoneState.GAPPED}
SUDDEN = ("esc10/chainsaw/4-169127-A", "esc10/helicopter/3-154926-A", "cc/thunder/max_thunder")
"""What comes nearest to gain that ran away: a saw that starts, a cut between two takes, a clap of thunder."""


def states(path: Path) -> list[MicrophoneState]:
    file, hopper, truth, found = AudioFile(path), Hopper(), MicrophoneTruth(), []
    while True:
        try:
            found += [truth.judge(hop) for hop in hopper.push(file.read(0.0))]
        except EndOfMedia:
            return found


def recordings(shared_data: Path) -> list[Path]:
    return sorted(path for path in (shared_data / "audio").rglob("*") if path.suffix in {".wav", ".flac", ".ogg"})


def test_no_recording_is_taken_for_a_broken_microphone(shared_data):
    chosen = recordings(shared_data)
    chosen = chosen[::EVERY] + [path for path in chosen if str(path.with_suffix("")).endswith(SUDDEN)]

    faulty = [path.name for path in chosen if BROKEN & set(states(path))]

    assert len(chosen) > 60
    assert faulty == []


def test_a_gunshot_that_clips_is_trusted_in_every_hop_of_it(shared_data):
    shots = [path for path in recordings(shared_data) if path.parent.name == "gunshot"][::6]

    clipped = [found for found in map(states, shots) if MicrophoneState.CLIPPED in found]

    assert clipped
    assert all(state.is_trusted or state is MicrophoneState.SILENT for found in clipped for state in found)


def test_wind_on_a_real_microphone_is_never_a_fault(shared_data):
    blown = [states(path) for path in recordings(shared_data) if path.parent.name == "wind"][:12]

    assert not any(state.is_fault for found in blown for state in found)
