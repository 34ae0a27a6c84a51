"""Real PyAudio on a real ALSA device: one of the type `file`, which plays a file into the microphone."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ALSA = Path("/usr/share/alsa/alsa.conf")


@pytest.fixture
def listen(tmp_path):
    """Runs a program where the ALSA device `polemic` gives a known ramp; returns what it prints."""
    pytest.importorskip("pyaudio")
    if not ALSA.exists():
        pytest.skip(f"{ALSA} is missing: apt install libasound2-data")
    ramp = (np.arange(48_000 * 20) % 20_011 - 10_000).astype("<i2")
    (tmp_path / "ramp.raw").write_bytes(ramp.tobytes())
    device = f'type file  slave.pcm "null"  file "/dev/null"  infile "{tmp_path}/ramp.raw"  format "raw"'
    (tmp_path / "alsa.conf").write_text(
        f"<{ALSA}>\npcm.polemic {{ {device} }}\npcm.gone {{ type hw card 31 }}\npcm.!default pcm.polemic\n"
    )

    def run(program: str, *, conf: str = "alsa.conf") -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
            env=os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / conf), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.strip()

    return run


def test_the_devices_are_listed_with_their_stable_names_and_no_chatter(listen):
    said = listen("""
        from node.sense.capture.pyaudio_mic import list_microphones
        print([(m.name, m.stable_name, m.channels > 0) for m in list_microphones() if m.name == "polemic"])
    """)

    assert said == "[('polemic', 'polemic', True)]"


@pytest.mark.parametrize("source", ["polemic", "POLEM", "", "default"])
def test_the_device_gives_the_samples_of_its_file_in_order(listen, source):
    said = listen(f"""
        import numpy as np
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        microphone = PyAudioMicrophone({source!r})
        blocks = []
        while sum(b.samples.size for b in blocks) < 96_000:
            block = microphone.read(5.0)
            assert block is not None
            blocks.append(block)
        microphone.close()
        microphone.close()
        heard = np.round(np.concatenate([b.samples for b in blocks]) * 32768).astype(int)[:96_000]
        print(np.array_equal(heard, np.arange(96_000) % 20_011 - 10_000), sum(b.lost_samples for b in blocks))
    """)

    assert said == "True 0"


def test_a_stereo_device_whose_channels_cancel_each_other_is_heard(listen, tmp_path):
    ramp = np.arange(48_000 * 20) % 20_011 - 10_000
    (tmp_path / "ramp.raw").write_bytes(np.stack([ramp, -ramp], axis=1).astype("<i2").tobytes())

    said = listen("""
        import numpy as np
        import pyaudio
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        any_device = pyaudio.PyAudio.open
        def stereo_only(self, **wanted):
            if wanted["channels"] == 1:
                raise OSError(-9998, "Invalid number of channels")
            return any_device(self, **wanted)
        pyaudio.PyAudio.open = stereo_only
        microphone = PyAudioMicrophone("polemic")
        blocks = []
        while sum(b.samples.size for b in blocks) < 48_000:
            block = microphone.read(5.0)
            assert block is not None
            blocks.append(block)
        microphone.close()
        heard = np.round(np.concatenate([b.samples for b in blocks]) * 32768).astype(int)[:48_000]
        print(np.array_equal(np.abs(heard), np.abs(np.arange(48_000) % 20_011 - 10_000)))
    """)

    assert said == "True"


def test_time_follows_the_samples_of_a_device_without_a_pace(listen):
    said = listen("""
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        microphone = PyAudioMicrophone("polemic", clock=lambda: 1000.0)
        blocks = [microphone.read(5.0) for _ in range(40)]
        microphone.close()
        steps = {round(b.captured_s - a.captured_s, 4) for a, b in zip(blocks, blocks[1:])}
        print(round(blocks[0].captured_s, 2), steps)
    """)

    assert said == "999.95 {0.05}"


def test_a_device_at_another_rate_in_stereo_is_converted(listen):
    said = listen("""
        import numpy as np
        from node.sense.capture import portaudio
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        portaudio.RATES_HZ = (44_100,)
        microphone = PyAudioMicrophone("polemic")
        blocks = [microphone.read(5.0) for _ in range(41)]
        microphone.close()
        print(round(sum(b.samples.size for b in blocks) / 48_000, 1))
    """)

    assert said in {"2.0", "2.1"}


def test_the_devices_say_what_class_their_rate_is_good_for(listen):
    said = listen("""
        from node.cli_devices import run_devices
        from node.sense.capture import portaudio
        portaudio.RATES_HZ = (16_000,)
        print(run_devices(listen_s=0.4))
    """)

    (line,) = [line for line in said.splitlines() if "'polemic'" in line]
    assert line.endswith("dBFS; 16000 Hz: no class, inside the limits of class 1 up to 6300 Hz")


@pytest.mark.parametrize("source", ["nowhere", "gone"])
def test_a_microphone_that_is_not_there_is_told_in_one_line_each_time(listen, source):
    said = listen(f"""
        import time
        from node.errors import MicrophoneError
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        microphone = PyAudioMicrophone({source!r})
        told = []
        for _ in range(3):
            try:
                while microphone.read(0.05) is None:
                    pass
            except MicrophoneError as error:
                told.append(str(error))
        print(len(told), len(set(told)), told[0])
    """)

    assert said.startswith(f"3 1 microphone '{source}'")
    assert "\n" not in said


def test_it_is_found_again_after_five_seconds_and_not_before(listen):
    said = listen("""
        from node.errors import MicrophoneError
        from node.sense.capture import portaudio, pyaudio_mic
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        now, opened = [100.0], []
        real = pyaudio_mic.open_stream
        def unplugged_at_first(audio, info):
            opened.append(now[0])
            if len(opened) == 1:
                raise MicrophoneError("unplugged")
            return real(audio, info)
        pyaudio_mic.open_stream = unplugged_at_first
        microphone = PyAudioMicrophone("polemic", clock=lambda: now[0])
        for at_s in (100.0, 102.0, 104.9, 105.1):
            now[0] = at_s
            try:
                block = microphone.read(0.0)
                while block is None:
                    block = microphone.read(0.05)
                print("heard", at_s, end=" ")
            except MicrophoneError:
                print("deaf", at_s, end=" ")
        microphone.close()
        print(opened)
    """)

    assert said == "deaf 100.0 deaf 102.0 deaf 104.9 heard 105.1 [100.0, 105.1]"


LOST_WHILE_IT_RAN = """
        import os
        from pathlib import Path
        from node.errors import MicrophoneError
        from node.sense.capture import portaudio, pyaudio_mic
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        now, indices, opened = [100.0], [], 0
        real = pyaudio_mic.open_stream
        class Unplugged:
            def __init__(self, stream, blocks):
                self.stream, self.left = stream, blocks
            def read(self, frames, exception_on_overflow):
                if self.left == 0:
                    raise OSError(-9988, "Stream closed")
                self.left -= 1
                return self.stream.read(frames, exception_on_overflow=exception_on_overflow)
            def close(self):
                self.stream.close()
        def unplugged(audio, info):
            indices.append(info.index)
            stream, rate_hz, channels = real(audio, info)
            return Unplugged(stream, 4 if len(indices) == 1 else 1000), rate_hz, channels
        pyaudio_mic.open_stream = unplugged
        def next_block():
            while (block := microphone.read(0.05)) is None:
                pass
            return block
"""


def test_a_device_that_is_lost_while_it_runs_is_found_again_under_its_new_number(listen, tmp_path):
    conf = tmp_path / "alsa.conf"
    said = listen(
        LOST_WHILE_IT_RAN
        + f"""
        conf = Path({str(conf)!r})
        microphone = PyAudioMicrophone("polemic", clock=lambda: now[0])
        heard = [next_block() for _ in range(4)]
        try:
            next_block()
        except MicrophoneError as error:
            print(error)
        # Another device is plugged in before it: numbers move, names stay.
        spare = conf.read_text().replace("pcm.polemic", "pcm.aaa {{ type null }}\\npcm.polemic", 1)
        conf.write_text(spare)
        os.utime(conf, (10**9, 10**9))
        now[0] += 6.0
        back = next_block()
        microphone.close()
        print(indices[0] != indices[1], back.lost_samples > 0)
    """
    )

    assert said.splitlines()[0].startswith("microphone 'polemic' is lost or in use (-9988 Stream closed)")
    assert said.splitlines()[1] == "True True"


def test_what_was_missed_while_it_was_lost_is_counted_once(listen):
    said = listen(
        LOST_WHILE_IT_RAN
        + """
        microphone = PyAudioMicrophone("polemic", clock=lambda: now[0])
        lost = [next_block().lost_samples for _ in range(4)]
        try:
            next_block()
        except MicrophoneError:
            now[0] += 10.0
        lost += [next_block().lost_samples for _ in range(30)]
        microphone.close()
        print(sum(lost), lost[4], lost[:4] + lost[5:] == [0] * 33)
    """
    )

    total, first, rest = said.split()
    # Ten seconds less what the device, which has no pace, had given ahead of the clock.
    assert 9.7 * 48_000 <= int(total) == int(first) <= 10 * 48_000
    assert rest == "True"


def test_a_driver_that_hangs_does_not_hold_up_the_reader(listen):
    said = listen("""
        import threading, time
        from node.errors import MicrophoneError
        from node.sense.capture import pyaudio_mic
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        pyaudio_mic.open_stream = lambda audio, info: threading.Event().wait()
        now = [0.0]
        microphone = PyAudioMicrophone("polemic", clock=lambda: now[0])
        began = time.monotonic()
        print(microphone.read(0.1), time.monotonic() - began < 0.5, end=" ")
        now[0] = 6.0
        try:
            microphone.read(0.1)
        except MicrophoneError as error:
            print(error)
    """)

    assert said.startswith("None True microphone 'polemic' gives no samples")


def test_overflows_are_survived_and_counted(listen):
    said = listen("""
        from node.sense.capture import pyaudio_mic
        from node.sense.capture.pyaudio_mic import PyAudioMicrophone
        real = pyaudio_mic.open_stream
        class Overflowing:
            def __init__(self, stream):
                self.stream, self.reads = stream, 0
            def read(self, frames, exception_on_overflow):
                self.reads += 1
                data = self.stream.read(frames, exception_on_overflow=exception_on_overflow)
                if self.reads % 4 == 0:
                    raise OSError(-9981, "Input overflowed")
                return data
            def close(self):
                self.stream.close()
        def overflowing(audio, info):
            stream, rate_hz, channels = real(audio, info)
            return Overflowing(stream), rate_hz, channels
        pyaudio_mic.open_stream = overflowing
        microphone = PyAudioMicrophone("polemic", clock=lambda: 0.0)
        blocks = [microphone.read(5.0) for _ in range(10)]
        microphone.close()
        print([b.lost_samples for b in blocks], round(blocks[-1].captured_s - blocks[0].captured_s, 3))
    """)

    assert said == "[0, 0, 0, 2400, 0, 0, 2400, 0, 0, 2400] 0.6"
