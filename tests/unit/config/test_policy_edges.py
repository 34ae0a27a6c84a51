"""The policy at the edges of its ranges, and as a value that nobody can bend afterwards."""

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from node.config.policy import Policy, window_in_force_s
from node.config.settings import SummarySettings
from node.contract.words import Kind

EDGES = {
    "incidents_per_10_min": (0, 4),
    "incidents_per_day": (0, 150),
    "least_window_s": (900, 3600),
    "k": (5, 100),
    "epsilon_percent": (1, 100),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, edges in EDGES.items() for value in edges])
def test_the_first_and_the_last_value_of_a_range_are_policies(name: str, value: int) -> None:
    policy = Policy(**{name: value})  # type: ignore[arg-type]  # each of these fields is a number

    assert getattr(policy, name) == value


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (low, high) in EDGES.items() for value in (low - 1, high + 1)]
)
def test_a_value_just_outside_its_range_is_no_policy(name: str, value: int) -> None:
    with pytest.raises(ValidationError, match=name):
        Policy(**{name: value})  # type: ignore[arg-type]  # each of these fields is a number


def test_a_number_written_as_text_is_no_policy() -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        Policy(k="10")  # type: ignore[arg-type]  # that is what is tested


def test_a_policy_in_force_cannot_be_changed() -> None:
    policy = Policy()

    with pytest.raises(FrozenInstanceError):
        policy.k = 5  # type: ignore[misc]  # that is what is tested
    assert not hasattr(policy, "__dict__")


def test_a_policy_as_a_document_has_plain_values_and_its_kinds_in_order() -> None:
    policy = Policy(kinds=frozenset({Kind.SOUND_SIREN, Kind.NOISE_SPIKE}), k=12)

    assert policy.document == {
        "incidents_per_10_min": 4,
        "incidents_per_day": 150,
        "kinds": ["noise.spike", "sound.siren"],
        "time_resolution_s": 1,
        "arrival_ms": False,
        "least_window_s": 900,
        "k": 12,
        "epsilon_percent": 50,
    }


@pytest.mark.parametrize(
    ("asked_s", "least_s", "demonstration", "in_force_s"),
    [(900, 1800, False, 1800), (3600, 1800, False, 3600), (60, 1800, True, 60)],
    ids=["the policy's is longer", "the configuration's is longer", "a demonstration"],
)
def test_a_window_is_no_shorter_than_the_policy_allows_but_in_a_demonstration(
    asked_s: int, least_s: int, in_force_s: int, *, demonstration: bool
) -> None:
    summary = SummarySettings(window_s=asked_s, demonstration=demonstration)

    assert window_in_force_s(summary, Policy(least_window_s=least_s)) == in_force_s
