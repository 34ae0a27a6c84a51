"""Scenario files: what holds, and one line with file and key for what does not."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import OperatorError, UnreadableInputError
from simulator.pole.catalogue import FaultName
from simulator.trials.scenario import load, parse, shipped
from simulator.trials.seeds import training_seed
from simulator.world.act import NAMES
from simulator.world.expected import Expected

SMALL = 'title = "A street"\nlength_s = 60\n'


def test_every_shipped_scenario_holds() -> None:
    assert len(shipped()) >= 24


def test_at_least_a_third_of_the_shipped_scenarios_are_hard_negatives() -> None:
    tempting = [name for name, scenario in shipped().items() if scenario.hard_negative]

    assert 3 * len(tempting) >= len(shipped())


@pytest.mark.parametrize("name", shipped())
def test_the_street_of_a_hard_negative_has_nothing_to_tell_and_any_other_has(name: str) -> None:
    scenario = shipped()[name]
    truth = scenario.truth(scenario.make_street(scenario.seed))
    of_the_street = [one for one in truth if not one.kind.startswith("sensor.")]

    assert bool(of_the_street) is not scenario.hard_negative


def test_the_shipped_scenarios_are_short_so_that_all_of_them_can_be_run() -> None:
    lengths_s = [scenario.length_s for scenario in shipped().values()]
    live_s = [scenario.length_s for scenario in shipped().values() if scenario.is_live]

    assert all(30 <= length_s <= 180 for length_s in lengths_s)
    assert live_s
    assert max(live_s) <= 75


def test_no_two_shipped_scenarios_have_one_title_or_one_seed() -> None:
    scenarios = shipped().values()

    assert len({scenario.title for scenario in scenarios}) == len(scenarios)
    assert len({scenario.seed for scenario in scenarios}) == len(scenarios)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_lies_in_the_training_half_of_seeds(name: str) -> None:
    assert training_seed(shipped()[name].seed) == shipped()[name].seed


def act(name: str, **keys: object) -> str:
    return f'[[act]]\nname = "{name}"\n' + "".join(f"{key} = {value}\n" for key, value in keys.items())


def fault(name: str, from_s: float, to_s: float) -> str:
    return f'[[fault]]\nname = "{name}"\nfrom_s = {from_s}\nto_s = {to_s}\n'


CALM = SMALL + "[street]\nroars = false\n"
TEMPTING = SMALL + "hard_negative = true\n[street]\nroars = false\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "title: field required"),
        (SMALL + "lenght_s = 3\n", "lenght_s: there is no such key"),
        (SMALL + "[street]\nraining = true\n", "street.raining: there is no such key"),
        (SMALL.replace("60", "-1"), "length_s: input should be greater than or equal to 1"),
        (SMALL.replace("60", '"long"'), "length_s: input should be a valid number"),
        (SMALL.replace("60", "nan"), "length_s: input should be a finite number"),
        (SMALL.replace("60", "true"), "length_s: input should be a valid number"),
        (SMALL.replace("60", "1979-05-27"), "length_s: input should be a valid number"),
        (SMALL.replace("A street", ""), "title: string should have at least 1 character"),
        (SMALL.replace("A street", "a\\u001b[31m"), "title: string should match pattern"),
        (SMALL + "[street]\ncars = 99\n", "street.cars: input should be less than or equal to 2.7"),
        (SMALL + '[street]\nlight = "pink"\n', "street.light: input should be 'day', 'overcast', 'dusk' or 'night'"),
        (SMALL + act("horn", at_s=-1), "act.0.at_s: input should be greater than or equal to 0"),
        (SMALL + act("horn"), "act.0.at_s: field required"),
        (SMALL + act("trumpet", at_s=1), "act.0: there is no act 'trumpet'; there are gathering"),
        (SMALL + act("horn", at_s=1, count=1.5), "act.0.count: input should be a valid integer"),
        (SMALL + act("horn", at_s=1, loudness=3), "act.0.loudness: there is no such key"),
        (SMALL + act("horn", at_s=60), "act.0.at_s: horn begins after the scenario ends (length_s = 60)"),
        (SMALL + act("horn", at_s=1, count=5, every_s=20), "act.0.count: the last horn begins after the scenario ends"),
        (SMALL + act("horn", at_s=1, every_s=20), "act.0.every_s: without a count there is only one"),
        (SMALL + act("horn", at_s=1, speed_mps=20), "act.0.speed_mps: horn does not move"),
        (SMALL + act("march", at_s=1, count=40), "act.0.count: 40 people are a dense crowd, which march is not to be"),
        (SMALL + act("cloud", at_s=1, count=2), "act.0.count: means nothing to cloud"),
        (SMALL + fault("microphone.tired", 1, 2), "fault.0: there is no fault 'microphone.tired'"),
        (SMALL + fault("camera.dark", 9, 2), "fault.0: to_s must be after from_s"),
        (SMALL + fault("camera.dark", -9, 2), "fault.0.from_s: input should be greater than or equal to 0"),
        (SMALL + fault("camera.dark", 9, 90), "fault.0.to_s: camera.dark ends after the scenario does"),
    ],
)
def test_what_does_not_hold_is_one_line_with_file_and_key(text: str, says: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        parse(text.encode(), "bug.toml")
    assert str(caught.value).startswith(f"bug.toml: {says}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SMALL + "hard_negative = true\n", "street.roars: a hard negative has no roars"),
        (TEMPTING + act("scream", at_s=9), "act.0: a hard negative has nothing to tell, but scream makes sound.scream"),
        (TEMPTING + act("fall", at_s=9), "act.0: a hard negative has nothing to tell, but fall makes person.down true"),
        (SMALL + fault("microphone.deaf", 1, 2), "street.roars: roars come at any time and microphone.deaf deafens"),
        (
            CALM + act("horn", at_s=9) + fault("microphone.lost", 5, 30),
            "act.0: horn falls into the fault microphone.lost",
        ),
        (CALM + act("gathering", at_s=9) + fault("microphone.stuck", 5, 30), "act.0: gathering falls into the fault"),
        (CALM + act("fall", at_s=9) + fault("camera.frozen", 5, 30), "act.0: fall falls into the fault camera.frozen"),
        (
            CALM + act("horn", at_s=1, count=3, every_s=10) + fault("microphone.deaf", 20, 30),
            "act.0: horn falls into the fault microphone.deaf: nobody could hear it",
        ),
        (
            CALM + fault("camera.covered", 5, 30) + fault("camera.lost", 20, 40),
            "fault.1: camera.lost and camera.covered at one time: nobody could tell sensor.fault and sensor.tamper",
        ),
    ],
)
def test_a_scenario_that_contradicts_itself_is_one_line_with_file_and_key(text: str, says: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        parse(text.encode(), "bug.toml")
    assert str(caught.value).startswith(f"bug.toml: {says}")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            TEMPTING + act("siren.wail", at_s=5, x_m=2000, level_db=112), id="a siren too far away to be told tempts"
        ),
        pytest.param(TEMPTING + act("music.concert", at_s=5), id="music is no truth"),
        pytest.param(TEMPTING + fault("microphone.deaf", 5, 9), id="a broken sensor is no event of the street"),
        pytest.param(SMALL + fault("microphone.wind", 5, 9), id="roars are heard through wind"),
        pytest.param(CALM + act("horn", at_s=40) + fault("microphone.deaf", 5, 9), id="the fault is over by then"),
        pytest.param(CALM + act("horn", at_s=6) + fault("camera.covered", 5, 9), id="a covered camera does not deafen"),
        pytest.param(CALM + act("fall", at_s=6) + fault("camera.moved", 5, 50), id="a moved camera still sees"),
        pytest.param(
            CALM + fault("camera.frozen", 5, 30) + fault("camera.lost", 20, 40), id="two faults of one kind are one"
        ),
    ],
)
def test_what_does_not_contradict_itself_holds(text: str) -> None:
    assert parse(text.encode(), "fine.toml").title == "A street"


def test_a_fault_of_a_sensor_is_the_truth_and_a_deaf_trial_hears_of_no_camera() -> None:
    text = CALM + fault("camera.covered", 5, 30) + fault("microphone.deaf", 10, 20) + fault("camera.dark", 40, 50)
    scenario = parse(text.encode(), "a")

    assert scenario.sensor_truth() == [Expected("sensor.tamper", 5, 30), Expected("sensor.fault", 10, 20)]
    assert scenario.sensor_truth(sight=False) == [Expected("sensor.fault", 10, 20)]


def test_without_sight_what_only_eyes_can_tell_is_not_true() -> None:
    scenario = parse((CALM + act("fall", at_s=9) + act("horn", at_s=30)).encode(), "a")
    street = scenario.make_street(1)

    assert {one.kind for one in scenario.truth(street)} == {"person.down", "sound.horn_or_alarm"}
    assert {one.kind for one in scenario.truth(street, sight=False)} == {"sound.horn_or_alarm"}


@given(st.binary(max_size=200))
def test_any_bytes_as_a_scenario_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        parse(content, "bug.toml")


words = st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["title", "length_s", "seed", "hard_negative", "street", "act", "fault", "picture_at_s"]) | words
acts = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES) | words, "at_s": st.floats() | st.integers(0, 70)},
    optional={key: values | st.integers(0, 50) for key in ("lasts_s", "count", "every_s", "level_db", "x_m", "z_m")},
)
faults = st.fixed_dictionaries(
    {"name": st.sampled_from(FaultName).map(str) | words, "from_s": st.floats() | st.integers(0, 70)},
    optional={"to_s": values | st.integers(0, 70)},
)


def toml(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str) else '""' if value is None else str(value)


@given(st.dictionaries(keys, values, max_size=5) | st.fixed_dictionaries(
    {"title": st.just("A street"), "length_s": st.just(60.0)},
    optional={"act": st.lists(acts, max_size=3), "fault": st.lists(faults, max_size=3), "hard_negative": st.booleans()},
))  # fmt: skip
def test_any_toml_as_a_scenario_holds_or_is_one_printable_line_with_its_file(content: dict[str, object]) -> None:
    text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in content.items())
    complaint = complaint_about(text)

    assert complaint is None or complaint.startswith("bug.toml: ")
    assert complaint is None or (complaint.isprintable() and len(complaint) < 900)


def complaint_about(text: str) -> str | None:
    """What is said of a scenario that does not hold; None of one that can be made into a street."""
    try:
        scenario = parse(text.encode("utf-8", "surrogatepass"), "bug.toml")
    except UnreadableInputError as error:
        return str(error)
    scenario.make_street(1)
    return None


def test_a_file_that_is_not_utf_8_is_told() -> None:
    with pytest.raises(UnreadableInputError, match=r"bug\.toml: is not TOML: byte 9 is not UTF-8"):
        parse(b'title = "\xff"', "bug.toml")


def test_a_huge_file_is_refused_and_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(10**12)  # a terabyte of zeros that takes no room

    with pytest.raises(UnreadableInputError, match=r"huge\.toml: is larger than 100000 bytes"):
        load(str(path))


def test_a_folder_or_a_pipe_is_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")

    for name in ("folder.toml", "pipe.toml"):
        with pytest.raises(UnreadableInputError, match=rf"{name}: cannot be read \(it is not a file\)"):
            load(str(tmp_path / name))


def test_an_empty_file_is_told_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()

    with pytest.raises(UnreadableInputError, match=r"empty\.toml: title: field required"):
        load(str(tmp_path / "empty.toml"))


def test_a_scenario_is_found_by_its_name_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "bug-17.toml").write_text(SMALL)

    assert load("quiet-night")[0] == "quiet-night"
    assert load(str(tmp_path / "bug-17.toml"))[0] == "bug-17"


def test_an_unknown_scenario_is_told_with_the_known_ones() -> None:
    with pytest.raises(OperatorError, match="there is no scenario 'sunny'; there are a-scream-at-night"):
        load("sunny")


def test_a_scenario_file_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreadableInputError, match=r"nowhere\.toml: cannot be read"):
        load("nowhere.toml")


def test_the_traits_of_a_scenario_shape_its_street() -> None:
    streets = {name: scenario.make_street(1) for name, scenario in shipped().items()}
    cars = {name: len(street.cars(0.0, 180.0)) for name, street in streets.items()}

    assert cars["quiet-night"] < cars["ordinary-afternoon"] < cars["busy-road"]
    assert streets["busy-road"].moments(0.0, 180.0) == []
