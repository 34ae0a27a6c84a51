"""A rendered scenario is files that `polewatch replay` hears as the scenario itself."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from node.errors import StorageError
from simulator.trials.rendering import Target, render
from simulator.trials.scenario import shipped

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    scenario = shipped()["ordinary-afternoon"].model_copy(update={"length_s": 50.5})
    return render("afternoon", scenario, 7, Target(tmp_path_factory.mktemp("rendered")))


def test_the_node_tells_of_the_files_what_the_truth_beside_them_says(files: list[Path]) -> None:
    sound, film, facts = files
    command = [sys.executable, "-m", "node.cli", "replay", "--audio", str(sound), "--video", str(film)]
    command += ["--start", "1970-01-01T00:00:00Z"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    [roar] = json.loads(facts.read_text())["truth"]

    [start] = [event for event in events if event["data"].get("phase") == "start"]
    assert abs(int(start["time"][17:19]) - roar["began_s"]) <= 1.0
    assert events[-1]["data"]["sight_exposure_s"] >= 49
    assert 49 <= events[-1]["data"]["sound_exposure_s"] <= 51


def test_rendering_twice_gives_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    scenario = shipped()["ordinary-afternoon"].model_copy(update={"length_s": 3.0})
    first = render("a", scenario, 7, Target(tmp_path / "one"))
    again = render("a", scenario, 7, Target(tmp_path / "two"))

    assert files
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in again]


def test_a_film_is_as_large_as_it_was_asked_for(tmp_path: Path) -> None:
    scenario = shipped()["ordinary-afternoon"].model_copy(update={"length_s": 1.0})
    _, film, _ = render("a", scenario, 7, Target(tmp_path, (1280, 720)))
    done, picture = cv2.VideoCapture(str(film)).read()

    assert done
    assert picture.shape == (720, 1280, 3)


def test_a_folder_that_cannot_be_written_is_one_line() -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        render("a", shipped()["quiet-night"], 1, Target(Path("/proc/street")))
