"""A test of the tests: each law fails in a build whose brick was taken out. What is leaky here lives in one test only.

Laws with such a test beside them are not here again: docs/laws.md names all of them.
"""

from __future__ import annotations

import copy
import inspect
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from node.config import signed_policy
from node.config.policy import Policy
from node.config.wall import PolicySettings
from node.ops.quarantine import Quarantine
from node.sense.capture import ports
from node.uplink import chain
from node.uplink.audit import Audit
from node.uplink.chain import What
from node.uplink.health import Pace
from node.uplink.on_air import OnAir
from node.uplink.store import Store
from node.uplink.ticks import Ticks
from tests.privacy import test_kernel_law, test_no_uploader, test_rate_law
from tests.privacy import test_raw_data_has_no_exit as raw_data
from tests.unit.config import test_policy, test_signed_policy
from tests.unit.ops import test_quarantine
from tests.unit.uplink import test_accepted_policy, test_audit, test_on_air, test_standing, test_uplink_on_ticks

Patch = pytest.MonkeyPatch
CHANGED_POLICY: dict[str, object] = dict(
    zip(("content", "why"), test_signed_policy.REFUSED["another payload"], strict=True)
)


def without_signature(patch: Patch) -> None:
    """Any signature will do."""

    class Believer:
        @classmethod
        def from_public_bytes(cls, _: bytes) -> Believer:
            return cls()

        def verify(self, *_: bytes) -> None:
            """All is well."""

    patch.setattr(signed_policy, "Ed25519PublicKey", Believer)


def with_loose_configuration(patch: Patch) -> None:
    """What the configuration wants holds, stricter or not."""

    def loosened(policy: Policy, wanted: PolicySettings) -> Policy:
        return Policy(k=wanted.k, epsilon_percent=policy.epsilon_percent)

    patch.setattr(test_policy, "tighten", loosened)


def with_forgotten_windows(patch: Patch) -> None:
    """Nothing is written down of which windows were told."""
    write = Store.write_note

    def forgetful(self: Store, key: str, value: int) -> None:
        if key not in {"last_window", "told_window", "greatest_window"} or self.note(key) is None:
            write(self, key, value)

    patch.setattr(Store, "write_note", forgetful)


def with_any_change_of_health(patch: Patch) -> None:
    """Health leaves whenever a code changed."""
    patch.setattr(Pace, "is_due", lambda *_, changed: changed)


def with_records_at_any_time(patch: Patch) -> None:
    """Records are taken in whenever they come."""
    patch.setattr(Ticks, "begins", lambda *_: True)


def with_every_start_on_air(patch: Patch) -> None:
    """Each run goes on air, however many there were."""
    patch.setattr(OnAir, "look", lambda self, _: self._connect())


def with_old_policies(patch: Patch) -> None:
    """A policy may be older than the last one."""
    patch.setattr(signed_policy, "_require_newest", lambda *_: None)


def with_a_loose_chain(patch: Patch) -> None:
    """No entry is compared with the one before it."""
    patch.setattr(chain, "_check", lambda *_: None)


def with_silent_changes(patch: Patch) -> None:
    """Nobody writes down what this node is."""
    stand = Audit.stand

    def silent(self: Audit, what: What, instant_s: float, digest: bytes) -> bool:
        return what is not What.IDENTITY and stand(self, what, instant_s, digest)

    patch.setattr(Audit, "stand", silent)


def with_sensing_in_quarantine(patch: Patch) -> None:
    """The operator's file stops nothing."""
    patch.setattr(Quarantine, "_look", lambda _: False)


def with_frames_that_print(patch: Patch) -> None:
    """A frame prints as what it holds."""
    patch.setattr(ports._NoExit, "__str__", lambda self: str(vars(type(self))))


def with_frames_that_copy(patch: Patch) -> None:
    """A frame can be copied."""
    patch.delattr(ports._NoExit, "__reduce_ex__")


def with_debug_calls(patch: Patch) -> None:
    """The unit leaves the system calls of a debugger."""
    text_of = test_kernel_law.text_of
    patch.setattr(test_kernel_law, "text_of", lambda name: text_of(name).replace("~@privileged", "@debug\nX="))


def with_pixels_on_the_network_side(patch: Patch) -> None:
    """`uplink` loads code for samples."""
    modules_after = raw_data.modules_after
    patch.setattr(raw_data, "modules_after", lambda statement: modules_after(f"{statement}; import numpy"))


def with_network_on_the_sensing_side(patch: Patch) -> None:
    """`sense` loads code for networks."""
    modules_after = raw_data.modules_after
    patch.setattr(raw_data, "modules_after", lambda statement: modules_after(f"{statement}; import ssl"))


def with_a_library_that_leaves_files(patch: Patch) -> None:
    """Loading a model leaves something behind."""
    run = subprocess.run

    def leaky(command: list[str], *, env: dict[str, str], check: bool) -> None:
        run([*command[:-1], "import tempfile; tempfile.mkstemp()"], env=env, check=check)

    patch.setattr(subprocess, "run", leaky)


Law = Callable[..., None]
NO_LOOSER = test_policy.test_whatever_a_configuration_wants_no_value_of_the_policy_becomes_looser
LAWS: list[tuple[Callable[[Patch], None], Law, dict[str, object]]] = [
    (without_signature, test_signed_policy.test_what_cannot_be_used_is_one_line_and_the_default_holds, CHANGED_POLICY),
    (
        with_loose_configuration,
        NO_LOOSER.hypothesis.inner_test,  # type: ignore[attr-defined]  # one example is enough, and there is no search
        {"policy": Policy(k=20), "wanted": PolicySettings(k=5)},
    ),
    (with_old_policies, test_accepted_policy.test_a_policy_that_was_put_back_while_uplink_runs_is_refused, {}),
    (with_forgotten_windows, test_rate_law.test_a_window_is_told_once_however_often_sense_tells_of_it, {}),
    (
        with_any_change_of_health,
        test_rate_law.test_a_code_that_changes_every_second_leaves_as_often_as_the_bound_counts,
        {},
    ),
    (with_records_at_any_time, test_uplink_on_ticks.test_a_record_is_taken_in_on_a_tick_and_not_between_two, {}),
    (
        with_every_start_on_air,
        test_on_air.test_a_program_that_falls_over_all_day_goes_on_air_as_often_as_the_bound_counts,
        {},
    ),
    (with_a_loose_chain, test_audit.test_any_byte_that_was_changed_is_found, {}),
    (with_silent_changes, test_standing.test_another_node_id_is_in_the_log, {}),
    (
        with_sensing_in_quarantine,
        test_quarantine.test_a_file_that_appears_stops_sensing_within_a_quarter_of_a_second,
        {},
    ),
    (with_frames_that_print, raw_data.test_raw_data_prints_as_its_name_only, {"raw": raw_data.FRAME}),
    (
        with_frames_that_copy,
        raw_data.test_raw_data_can_neither_be_pickled_nor_copied,
        {"raw": raw_data.BLOCK, "way": copy.copy},
    ),
    (
        with_debug_calls,
        test_kernel_law.test_no_unit_leaves_a_call_that_looks_into_other_processes_or_loads_code,
        {"service": "sense"},
    ),
    (with_pixels_on_the_network_side, raw_data.test_the_network_side_loads_no_samples_code, {}),
    (with_network_on_the_sensing_side, raw_data.test_the_sensing_side_loads_no_network_code, {}),
    (
        with_a_library_that_leaves_files,
        test_no_uploader.test_loading_a_model_leaves_nothing_in_the_temporary_folder,
        {},
    ),
]


@pytest.mark.parametrize(("build", "law", "values"), LAWS, ids=[build.__name__ for build, _, _ in LAWS])
def test_a_law_fails_in_a_build_without_its_brick(
    build: Callable[[Patch], None], law: Law, values: dict[str, object], request: pytest.FixtureRequest
) -> None:
    asked = {"tmp_path", "monkeypatch", "tmp_path_factory", "path"} & set(inspect.signature(law).parameters)
    given = {name: request.getfixturevalue("tmp_path" if name == "path" else name) for name in asked}
    if "path" in given:
        given["path"] = given["path"] / "policy.signed"

    with pytest.MonkeyPatch.context() as patch:
        build(patch)
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            law(**given, **values)


@pytest.mark.parametrize("law", [law for _, law, _ in LAWS[:1]], ids=["a signature"])
def test_the_same_law_holds_in_the_build_that_ships(law: Law, tmp_path: Path) -> None:
    law(tmp_path / "policy.signed", **CHANGED_POLICY)
