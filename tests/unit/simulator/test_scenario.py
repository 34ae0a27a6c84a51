"""Scenario files: what holds, and one line with file and key for what does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import OperatorError, UnreadableInputError
from simulator.trials.scenario import load, parse, shipped
from simulator.world.truth import expected

SMALL = 'title = "A street"\nlength_s = 60\n'


def test_every_shipped_scenario_holds() -> None:
    assert len(shipped()) >= 8


def test_at_least_a_third_of_the_shipped_scenarios_are_hard_negatives() -> None:
    tempting = [name for name, scenario in shipped().items() if scenario.hard_negative]

    assert 3 * len(tempting) >= len(shipped())


@pytest.mark.parametrize("name", shipped())
def test_a_hard_negative_has_nothing_to_tell_and_any_other_has(name: str) -> None:
    scenario = shipped()[name]
    truth = expected(scenario.make_street(scenario.seed), 0.0, scenario.length_s)

    assert bool(truth) is not scenario.hard_negative


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "title: field required"),
        (SMALL + "lenght_s = 3\n", "lenght_s: there is no such key"),
        (SMALL.replace("60", "-1"), "length_s: input should be greater than or equal to 1"),
        (SMALL + "[street]\ncars = 99\n", "street.cars: input should be less than or equal to 2.7"),
        (
            SMALL + '[[fault]]\nname = "microphone.tired"\nfrom_s = 1\nto_s = 2\n',
            "there is no fault 'microphone.tired'",
        ),
        (SMALL + '[[fault]]\nname = "camera.dark"\nfrom_s = 9\nto_s = 2\n', "to_s must be after from_s"),
        (SMALL + '[[fault]]\nname = "camera.dark"\nfrom_s = -9\nto_s = 2\n', "fault.0.from_s"),
        (SMALL + '[[fault]]\nname = "camera.dark"\nfrom_s = 9\nto_s = 90\n', "ends after the scenario does"),
        (SMALL + '[[fault]]\nname = "microphone.deaf"\nfrom_s = 1\nto_s = 2\n', "contradict each other"),
        (SMALL + "hard_negative = true\n", "a hard negative has no roars"),
        ("[street", "is not TOML"),
    ],
)
def test_what_does_not_hold_is_one_line_with_file_and_key(text: str, says: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        parse(text.encode(), "bug.toml")
    assert str(caught.value).startswith("bug.toml: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_as_a_scenario_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        parse(content, "bug.toml")


def test_a_scenario_is_found_by_its_name_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "bug-17.toml").write_text(SMALL)

    assert load("quiet-night")[0] == "quiet-night"
    assert load(str(tmp_path / "bug-17.toml"))[0] == "bug-17"


def test_an_unknown_scenario_is_told_with_the_known_ones() -> None:
    with pytest.raises(OperatorError, match="there is no scenario 'sunny'; there are busy-road"):
        load("sunny")


def test_a_scenario_file_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreadableInputError, match=r"nowhere\.toml: cannot be read"):
        load("nowhere.toml")


def test_the_traits_of_a_scenario_shape_its_street() -> None:
    streets = {name: scenario.make_street(1) for name, scenario in shipped().items()}
    cars = {name: len(street.cars(0.0, 180.0)) for name, street in streets.items()}

    assert cars["quiet-night"] < cars["ordinary-afternoon"] < cars["busy-road"]
    assert streets["busy-road"].moments(0.0, 180.0) == []
