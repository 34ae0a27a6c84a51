"""Kernel law, live: the units as they ship, started by a real systemd, with a hostile program in each one's place.

What only a service manager does is shown here: users, credentials, the device filter, folders of state. The same unit
with one line taken out lets the hostile program do more: so the law would notice.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.live_systemd import CHECKOUT, NODES, PYTHON, ServiceManager, first_words, listening, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not() or "possible")]

HOSTILE = r"""
import errno, grp, json, os, pwd, socket, sys
def tried(way):
    try:
        way()
        return "open"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
def airlock():
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.connect("/run/polewatch/airlock.sock")
def read(path):
    return lambda: open(path, "rb").read()
def write(path):
    return lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
own = os.environ.get("CREDENTIALS_DIRECTORY", "")
ways = {
    "airlock": airlock,
    "airlock replaced": write("/run/polewatch/other"),
    "outbox": read("/var/lib/polewatch-uplink/outbox.db"),
    "learnt hours": read("/var/lib/polewatch-uplink/memory/hours"),
    "state written": write("/var/lib/polewatch-uplink/new"),
    "learnt hours written": write("/var/lib/polewatch-uplink/memory/new"),
    "models": read("/var/lib/polewatch/models/manifest.toml"),
    "models written": write("/var/lib/polewatch/models/new"),
    "key": read("/etc/polewatch/tls/node.key"),
    "credential": read(own + "/node.key"),
    "credential of uplink": read("/run/credentials/polewatch-uplink.service/node.key"),
    "configuration written": write("/etc/polewatch/config.toml"),
    **{name: (lambda name=name: os.open("/dev/" + name, os.O_RDONLY)) for name in
       ("video0", "snd-control", "mem", "serial", "disk", "misc", "null")},
    "another device": lambda: os.mknod("/dev/shm/disk", 0o020600, os.makedev(254, 0)),
}
said = {name: tried(way) for name, way in ways.items()}
said["user"] = pwd.getpwuid(os.getuid()).pw_name
said["groups"] = sorted({grp.getgrgid(one).gr_name for one in [os.getgid(), *os.getgroups()]})
said["capabilities"] = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd"))]
print(json.dumps(said))
"""
FILES = """
f /var/lib/polewatch-uplink/outbox.db     0600 polewatch-uplink polewatch-airlock - books
f /var/lib/polewatch-uplink/memory/hours  0640 polewatch-uplink polewatch-airlock - hours
f /var/lib/polewatch/models/manifest.toml 0644 polewatch-update polewatch-update  - models
z /etc/polewatch/tls                      0700 root             root              -
z /etc/polewatch/tls/node.key             0600 root             root              -
"""
AIRLOCK = """[Unit]
DefaultDependencies=no
[Socket]
ListenSequentialPacket=/run/polewatch/airlock.sock
SocketUser=polewatch-uplink
SocketGroup=polewatch-airlock
SocketMode=0660
Service=airlock.service
"""
REFUSED = {"EPERM", "EACCES", "EROFS", "ENOENT"}
CLOSED_DEVICES = set(NODES) - {"video0", "snd-control"}
WRITES = {"airlock replaced", "state written", "learnt hours written", "models written", "configuration written"}


def staged(folder: Path, services: tuple[str, ...], program: str) -> Path:
    """What is laid over the file system: the airlock's socket, a key, and a program in the place of `polewatch`."""
    stage = folder / "stage"
    units = stage / "etc/systemd/system"
    for path in (units, stage / "opt/polewatch/venv/bin", stage / "etc/polewatch/tls", folder / "out"):
        path.mkdir(parents=True)
    (folder / "out").chmod(0o755)
    (folder / "files.conf").write_text(FILES)
    (units / "airlock.socket").write_text(AIRLOCK)
    (units / "airlock.service").write_text("[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 60\n")
    for service in services:
        shutil.copy(CHECKOUT / f"systemd/polewatch-{service}.service", units)
    (stage / "opt/polewatch/venv/bin/polewatch").write_text(program)
    (stage / "opt/polewatch/venv/bin/polewatch").chmod(0o755)
    (stage / "etc/polewatch/tls/node.key").write_text("the key of this pole")
    (stage / "etc/polewatch/config.toml").write_text('[node]\nid = "pole-0042"\n[microphone]\nsource = "nowhere"\n')
    return units


def hostile(folder: Path, service: str, without: tuple[str, ...] = (), instead: str = "") -> dict[str, Any]:
    """What a hostile program in the place of a service could do under the service's own unit.

    Args:
        folder: an empty one.
        service: sense, uplink or update.
        without: directives that are taken out of the unit.
        instead: lines that a drop-in adds.
    """
    name = f"polewatch-{service}.service"
    units = staged(folder, (service,), f"{PYTHON}/opt/polewatch/hostile.py")
    (folder / "stage/opt/polewatch/hostile.py").write_text(HOSTILE)
    text = (units / name).read_text()
    for directive in without:
        text = re.sub(rf"^{directive}=.*\n", "", text, flags=re.MULTILINE)
    (units / name).write_text(text)
    (units / f"{name}.d").mkdir()
    (units / f"{name}.d/test.conf").write_text(
        f"[Unit]\nRequires=airlock.socket\nAfter=airlock.socket\n[Service]\nStandardOutput=file:/out/said\n{instead}\n"
    )
    with listening(folder / "out/said") as server:
        manager = ServiceManager(folder, name)
        try:
            words = first_words(server)
        finally:
            manager.close()
    assert words, manager.said
    found: dict[str, Any] = json.loads(words)
    return found


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a hostile program could do in the place of each service."""
    return {name: hostile(tmp_path_factory.mktemp(name), name) for name in ("sense", "uplink", "update")}


def open_ways(found: dict[str, Any]) -> set[str]:
    return {name for name, said in found.items() if said == "open"}


def test_each_service_runs_as_a_user_of_its_own_without_any_capability(of: dict[str, dict[str, Any]]) -> None:
    for name, found in of.items():
        assert found["user"] == f"polewatch-{name}"
        assert found["capabilities"] == ["0000000000000000"] * 2
    assert of["sense"]["groups"] == ["audio", "polewatch-airlock", "polewatch-sense", "video"]
    assert of["uplink"]["groups"] == ["polewatch-airlock"]
    assert of["update"]["groups"] == ["polewatch-update"]


def test_a_hostile_sense_reaches_the_airlock_and_what_it_may_read_and_nothing_else(
    of: dict[str, dict[str, Any]],
) -> None:
    cameras_and_sound = {"video0", "snd-control"}

    assert open_ways(of["sense"]) - cameras_and_sound == {"airlock", "learnt hours", "models", "null"}


def test_the_device_filter_keeps_every_other_device_from_a_hostile_sense(of: dict[str, dict[str, Any]]) -> None:
    assert {of["sense"][name] for name in CLOSED_DEVICES} == {"EPERM"}


@pytest.mark.parametrize("service", ["uplink", "update"])
def test_a_hostile_uplink_or_update_sees_no_device_at_all(of: dict[str, dict[str, Any]], service: str) -> None:
    assert {of[service][name] for name in NODES} == {"ENOENT"}
    assert of[service]["another device"] in REFUSED


def test_a_hostile_uplink_has_its_credential_and_not_the_file_that_it_was_made_of(
    of: dict[str, dict[str, Any]],
) -> None:
    assert of["uplink"]["credential"] == "open"
    assert of["uplink"]["key"] in REFUSED
    assert WRITES & open_ways(of["uplink"]) == {"airlock replaced", "state written", "learnt hours written"}


def test_a_hostile_update_writes_models_and_sees_nothing_of_the_others(of: dict[str, dict[str, Any]]) -> None:
    assert open_ways(of["update"]) == {"models", "models written", "null"}


def test_nobody_but_uplink_reads_its_key(of: dict[str, dict[str, Any]]) -> None:
    keys = {"key", "credential", "credential of uplink"}

    assert not keys & (open_ways(of["sense"]) | open_ways(of["update"]))


@pytest.mark.parametrize(
    ("service", "without", "instead", "way"),
    [
        ("update", (), "User=polewatch-uplink\nGroup=polewatch-airlock", "outbox"),
        ("update", ("User", "Group", "InaccessiblePaths"), "", "key"),
    ],
    ids=["another's user", "no user"],
)
def test_without_its_user_a_way_is_open(
    tmp_path: Path, service: str, without: tuple[str, ...], instead: str, way: str
) -> None:
    assert way in open_ways(hostile(tmp_path, service, without, instead))


def test_without_its_groups_sense_does_not_reach_the_airlock(tmp_path: Path) -> None:
    assert hostile(tmp_path, "sense", ("SupplementaryGroups",))["airlock"] == "EACCES"


def test_without_its_lines_there_is_no_credential(tmp_path: Path) -> None:
    assert hostile(tmp_path, "uplink", ("LoadCredential", "SetCredential"))["credential"] == "ENOENT"


def test_without_the_device_filter_only_the_driver_keeps_a_device(tmp_path: Path) -> None:
    lines = ("DevicePolicy", "DeviceAllow", "ProtectClock", "CapabilityBoundingSet", "AmbientCapabilities")

    assert hostile(tmp_path, "sense", lines)["misc"] in {"ENODEV", "ENXIO"}


def test_what_the_device_filter_names_gets_through_it_and_nothing_beside_it(tmp_path: Path) -> None:
    found = hostile(tmp_path, "sense", instead="DeviceAllow=char-misc rw")

    assert found["misc"] in {"ENODEV", "ENXIO"}
    assert {found[name] for name in CLOSED_DEVICES - {"misc"}} == {"EPERM"}


def test_the_real_services_start_under_their_units(tmp_path: Path) -> None:
    services = ("sense", "uplink", "update")
    units = staged(tmp_path, services, f'{PYTHON}-m node.cli "$@"')
    (units / "polewatch.target").write_text((CHECKOUT / "systemd/polewatch.target").read_text())
    manager = ServiceManager(tmp_path, "polewatch.target")
    try:
        said = manager.hear(lambda said: all(f"Started polewatch-{one}" in said for one in services), 150.0)
    finally:
        manager.close()

    assert [one for one in services if f"Started polewatch-{one}" not in said] == [], said
    assert "exited" not in said, said


def test_this_law_notices_a_unit_that_systemd_cannot_start(tmp_path: Path) -> None:
    # As it shipped until 2026-11-22: /var is an empty folder then, in which there is no /var/tmp to close.
    with pytest.raises(AssertionError, match="step NAMESPACE"):
        hostile(tmp_path, "sense", instead="InaccessiblePaths=\nInaccessiblePaths=/tmp /var/tmp")
