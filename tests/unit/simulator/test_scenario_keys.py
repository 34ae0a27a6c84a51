"""Scenarios that ask for too much, or with a key that means nothing to an act."""

from __future__ import annotations

import pytest

from node.errors import UnreadableInputError
from simulator.trials.scenario import parse

HEAD = 'title = "A street"\nlength_s = {length_s}\n[street]\nroars = false\n'


def act(name: str, **keys: float) -> str:
    return f'[[act]]\nname = "{name}"\n' + "".join(f"{key} = {value}\n" for key, value in keys.items())


def complaint(*acts: str, length_s: int = 60, rest: str = "") -> str:
    """What is said of a scenario with these acts; nothing of one that holds."""
    try:
        parse((HEAD.format(length_s=length_s) + "".join(acts) + rest).encode(), "bug.toml")
    except UnreadableInputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gathering", "x_m"),
        ("gathering", "level_db"),
        ("truck_passes", "count"),
        ("truck_passes", "every_s"),
        ("truck_passes", "z_m"),
        ("queue", "level_db"),
        ("queue", "speed_mps"),
        ("fall", "level_db"),
        ("cloud", "y_m"),
    ],
)
def test_a_key_that_means_nothing_to_a_play_is_refused(name: str, key: str) -> None:
    value = 31 if key in ("count", "level_db") else 7

    assert complaint(act(name, at_s=5, **{key: value})) == f"bug.toml: act.0.{key}: means nothing to {name}"


@pytest.mark.parametrize(
    ("name", "key"),
    [("surge", "speed_mps"), ("queue", "every_s"), ("emergency_vehicle", "level_db"), ("march", "speed_mps")],
)
def test_a_key_that_a_play_reads_holds(name: str, key: str) -> None:
    assert complaint(act(name, at_s=5, **{key: 60 if key == "level_db" else 2})) == ""


EXPLOSION = act("explosion", at_s=10, x_m=1900)
DEAF = '[[fault]]\nname = "microphone.deaf"\nfrom_s = {}\nto_s = {}\n'


def test_what_is_heard_late_may_not_fall_into_deafness() -> None:
    said = complaint(EXPLOSION, rest=DEAF.format(14, 20))

    assert said == "bug.toml: act.0: explosion falls into the fault microphone.deaf: nobody could hear it"


def test_what_is_heard_after_deafness_may_leave_during_it() -> None:
    assert complaint(EXPLOSION, rest=DEAF.format(9, 14)) == ""


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        ([act("gunshot.rifle", at_s=1, count=500, every_s=0.05)] * 200, "100000 sounds, more than 2000"),
        ([act("siren.wail", at_s=1, count=400, lasts_s=20, every_s=0.02)], "400 sounds at one time, more than 100"),
        ([act("disturbance", at_s=1, lasts_s=86400)], "34561 sounds, more than 2000"),
        ([act("egress", at_s=1, lasts_s=36000, count=500)], "540000 people, more than 5000"),
        ([act("surge", at_s=1, count=500)] * 11, "5500 people, more than 5000"),
    ],
)
def test_what_asks_for_too_much_is_refused_in_one_line(acts: list[str], says: str) -> None:
    assert complaint(*acts) == f"bug.toml: act: all acts together ask for about {says}"


def test_two_crowds_and_a_long_burst_are_not_too_much() -> None:
    acts = [
        act("surge", at_s=9, count=200),
        act("disturbance", at_s=9),
        act("gunshot.rifle", at_s=1, count=90, every_s=0.1),
    ]

    assert complaint(*acts) == ""
