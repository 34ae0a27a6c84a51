"""Raw samples have no exits: not by type, not by code, not by import."""

import ast
import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from node.sense.capture.ports import AudioBlock, Frame

ROOT = Path(__file__).parents[2]
FRAME = Frame(np.full((4, 4, 3), 77, np.uint8), 1.0)
BLOCK = AudioBlock(np.full(8, 0.77, np.float32), 1.0)

WRITES = {
    "imwrite", "imencode", "imwritemulti", "VideoWriter", "FileStorage", "tofile", "save", "savez", "savez_compressed",
    "savetxt", "dump", "dumps", "write_bytes", "memmap", "SoundFile",
}  # fmt: skip
ALLOWED = {
    ("capture/files.py", "SoundFile"),  # opens for reading; soundfile is no dependency of a service
}


@pytest.mark.parametrize("raw", [FRAME, BLOCK], ids=["frame", "block"])
@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_raw_data_can_neither_be_pickled_nor_copied(raw: object, way: object) -> None:
    with pytest.raises(TypeError, match="raw sensor data"):
        way(raw)  # type: ignore[operator]  # one of three functions


@pytest.mark.parametrize("raw", [FRAME, BLOCK], ids=["frame", "block"])
def test_raw_data_prints_as_its_name_only(raw: object) -> None:
    assert {repr(raw), str(raw), f"{raw}", f"{raw:>3}"} == {f"<{type(raw).__name__}>"}


def writing_names(source: str) -> set[str]:
    """Every called name that could write raw data."""
    found = set()
    for step in ast.walk(ast.parse(source)):
        if isinstance(step, ast.Call):
            name = step.func.attr if isinstance(step.func, ast.Attribute) else getattr(step.func, "id", "")
            opens = name == "open" and any(
                isinstance(part, ast.Constant) and isinstance(part.value, str) and set(part.value) & set("wax+")
                for part in [*step.args[:2], *(keyword.value for keyword in step.keywords if keyword.arg == "mode")]
            )
            if name in WRITES or opens:
                found.add(name)
    return found


def test_no_code_in_sense_can_write_a_frame_or_sound() -> None:
    files = sorted((ROOT / "node/sense").rglob("*.py"))
    found = {
        (str(file.relative_to(ROOT / "node/sense")), name) for file in files for name in writing_names(file.read_text())
    }

    assert len(files) > 20
    assert found <= ALLOWED


SAVES_NO_SENSOR_DATA = {
    ("node/uplink/app.py", "save"),  # the hours of the week: `Memory.save`
    ("node/uplink/memory.py", "save"),
}
RECORDERS = {
    "imwrite", "imencode", "imwritemulti", "VideoWriter", "FileStorage", "tofile", "save", "savez", "savez_compressed",
    "savetxt", "memmap", "SoundFile", "wave", "pickle", "marshal", "shelve", "aifc", "soundfile",
}  # fmt: skip
READERS = {
    ("node/sense/capture/files.py", "soundfile"),  # `replay` reads sound files on a developer's machine
    ("node/sense/capture/files.py", "SoundFile"),
}


def recorders_in(source: str) -> set[str]:
    """Every name in a source, called or imported, of something that records."""
    found = set()
    for step in ast.walk(ast.parse(source)):
        if isinstance(step, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in step.names}
        elif isinstance(step, ast.ImportFrom):
            found |= {(step.module or "").partition(".")[0], *(alias.name for alias in step.names)}
        elif isinstance(step, ast.Attribute):
            found.add(step.attr)
        elif isinstance(step, ast.Name):
            found.add(step.id)
    return found & RECORDERS


def test_no_code_of_the_node_can_record() -> None:
    files = sorted((ROOT / "node").rglob("*.py"))
    found = {(str(file.relative_to(ROOT)), name) for file in files for name in recorders_in(file.read_text())}

    assert len(files) > 100
    assert found - SAVES_NO_SENSOR_DATA <= READERS


@pytest.mark.parametrize(
    "leak", ["import wave", "from cv2 import VideoWriter", "keep = cv2.imwrite", "import pickle as p"]
)
def test_the_search_for_recorders_finds_one(leak: str) -> None:
    assert recorders_in(leak)


@pytest.mark.parametrize(
    "leak", ["cv2.imwrite('a.png', pixels)", "open('a.raw', 'wb')", "np.save('a', x)", "samples.tofile('a')"]
)
def test_the_search_for_writing_code_finds_a_leak(leak: str) -> None:
    assert writing_names(leak)


def modules_after(statement: str) -> set[str]:
    """The modules that an interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_network_side_loads_no_samples_code() -> None:
    loaded = modules_after("import node.uplink.app, node.update.app, node.cli")

    assert not {
        name for name in loaded if name.split(".")[0] in {"numpy", "cv2", "onnxruntime", "pyaudio", "soundfile"}
    }
    assert not {name for name in loaded if name.startswith(("node.sense", "node.replay"))}
    assert "paho.mqtt.client" in loaded


def test_the_sensing_side_loads_no_network_code() -> None:
    loaded = modules_after("import node.sense.app")

    assert not {name for name in loaded if name.split(".")[0] in {"paho", "ssl", "cryptography", "sqlite3", "asyncio"}}
    assert not {name for name in loaded if name.startswith(("node.uplink", "node.replay", "soundfile"))}
    assert "cv2" in loaded
