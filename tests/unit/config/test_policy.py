"""The policy: a floor in the type, and a configuration that can only tighten what is in force."""

from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from node.config.policy import Policy, tighten
from node.config.settings import Settings
from node.config.wall import PolicySettings
from node.contract.words import Kind

KINDS = st.frozensets(st.sampled_from(list(Kind)))
RESOLUTIONS = st.sampled_from([1, 10, 60])
POLICIES = st.builds(
    Policy,
    incidents_per_10_min=st.integers(0, 4),
    incidents_per_day=st.integers(0, 150),
    kinds=KINDS,
    time_resolution_s=RESOLUTIONS,
    arrival_ms=st.booleans(),
    least_window_s=st.integers(900, 3600),
    k=st.integers(5, 100),
    epsilon_percent=st.integers(1, 100),
)
WANTED = st.builds(
    PolicySettings,
    incidents_per_10_min=st.integers(0, 4),
    incidents_per_day=st.integers(0, 150),
    silent_kinds=KINDS.map(lambda kinds: tuple(sorted(kinds))),
    time_resolution_s=RESOLUTIONS,
    arrival_ms=st.booleans(),
    k=st.integers(5, 100),
    epsilon_percent=st.integers(1, 100),
)


def is_no_looser(one: Policy, than: Policy) -> bool:
    """Field by field; a field that this does not know fails the test below."""
    return (
        one.incidents_per_10_min <= than.incidents_per_10_min
        and one.incidents_per_day <= than.incidents_per_day
        and one.kinds <= than.kinds
        and one.time_resolution_s >= than.time_resolution_s
        and one.arrival_ms <= than.arrival_ms
        and one.least_window_s >= than.least_window_s
        and one.k >= than.k
        and one.epsilon_percent <= than.epsilon_percent
    )


@given(POLICIES, WANTED)
def test_whatever_a_configuration_wants_no_value_of_the_policy_becomes_looser(
    policy: Policy, wanted: PolicySettings
) -> None:
    assert is_no_looser(tighten(policy, wanted), policy)


@given(POLICIES, WANTED)
def test_what_a_configuration_wants_stricter_is_in_force(policy: Policy, wanted: PolicySettings) -> None:
    told = tighten(policy, wanted)

    assert told.incidents_per_10_min <= wanted.incidents_per_10_min
    assert told.incidents_per_day <= wanted.incidents_per_day
    assert not told.kinds & set(wanted.silent_kinds)
    assert told.time_resolution_s >= wanted.time_resolution_s
    assert told.arrival_ms <= wanted.arrival_ms
    assert told.k >= wanted.k
    assert told.epsilon_percent <= wanted.epsilon_percent


@given(POLICIES)
def test_a_configuration_that_says_nothing_changes_nothing(policy: Policy) -> None:
    assert tighten(policy, PolicySettings()) == policy


def test_the_comparison_of_these_tests_knows_every_field() -> None:
    known = {
        "incidents_per_10_min", "incidents_per_day", "kinds", "time_resolution_s", "arrival_ms", "least_window_s", "k",
        "epsilon_percent",
    }  # fmt: skip

    assert {field.name for field in fields(Policy)} == known


@pytest.mark.parametrize(
    "looser",
    [
        {"incidents_per_10_min": 5},
        {"incidents_per_day": 151},
        {"kinds": frozenset({"voice.words"})},
        {"time_resolution_s": 0},
        {"least_window_s": 899},
        {"k": 4},
        {"epsilon_percent": 101},
        {"epsilon_percent": 0},
    ],
    ids=str,
)
def test_a_policy_looser_than_the_floor_does_not_exist(looser: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Policy(**looser)  # type: ignore[arg-type]  # that is what is tested


def test_the_default_is_ten_people_half_an_epsilon_whole_seconds_and_quarters_of_an_hour() -> None:
    default = Policy()

    assert (default.k, default.epsilon) == (10, Fraction(1, 2))
    assert (default.time_resolution_s, default.arrival_ms, default.least_window_s) == (1, False, 900)


def settings(**tables: dict[str, object]) -> Settings:
    return Settings.model_validate({"node": {"id": "pole-0042"}, **tables})


def test_windows_below_a_quarter_of_an_hour_are_refused() -> None:
    with pytest.raises(ValidationError, match="breaks the bound"):
        settings(summary={"window_s": 899})


@pytest.mark.parametrize(
    "broker", [{"host": "broker.city.example", "ca_file": "/ca.crt"}, {"host": "localhost", "ca_file": "/ca.crt"}]
)
def test_a_demonstration_never_goes_over_a_network(broker: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"summary\.demonstration"):
        settings(summary={"window_s": 60, "demonstration": True}, broker=broker)


def test_a_demonstration_on_this_machine_may_have_short_windows() -> None:
    assert settings(summary={"window_s": 60, "demonstration": True}).summary.window_s == 60
