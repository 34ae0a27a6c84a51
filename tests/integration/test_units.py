"""The service units, checked by systemd itself in a staged root and by laws that no directive may leave unseen.

What only a running service manager can show (namespaces, credentials) is not here: docs/operations.md says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
SERVICES = ["sense", "uplink", "update"]
LIMITS = {"sense": 1.0, "uplink": 1.5, "update": 0.6}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None or not Path("/usr/lib/systemd/system/sysinit.target").exists(),
    reason="the units are checked where systemd is installed",
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give folders to other users")

ALL = {
    "Type": "notify",
    "NotifyAccess": "main",
    "Restart": "always",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateIPC": "yes",
    "PrivateMounts": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "MemoryDenyWriteExecute": "yes",
    "DevicePolicy": "closed",
    "IPAddressDeny": "any",
    "LimitCORE": "0",
    "SystemCallArchitectures": "native",
}
LAWS = {
    "sense": ALL
    | {
        "PrivateNetwork": "yes",
        "RestrictAddressFamilies": "AF_UNIX",
        "LimitFSIZE": "0",
        "MemorySwapMax": "0",
        "TemporaryFileSystem": "/run:ro /var:ro",
        "SupplementaryGroups": "polewatch-airlock video audio",
    },
    "uplink": ALL | {"PrivateDevices": "yes", "PrivateUsers": "yes", "SocketBindDeny": "any"},
    "update": ALL
    | {
        "PrivateDevices": "yes",
        "PrivateUsers": "yes",
        "PrivateNetwork": "yes",
        "RestrictAddressFamilies": "AF_UNIX",
    },
}
# Each gives a service a place to write. What stands here is all that each may have.
WRITABLE = [
    "ReadWritePaths",
    "BindPaths",
    "RuntimeDirectory",
    "StateDirectory",
    "CacheDirectory",
    "LogsDirectory",
    "ConfigurationDirectory",
]
WRITES = {
    "sense": {},
    "uplink": {"RuntimeDirectory": ["polewatch"], "StateDirectory": ["polewatch-uplink"]},
    "update": {"StateDirectory": ["polewatch polewatch/models polewatch/policy"]},
}
DEVICES = {"sense": ["char-video4linux rw", "char-media rw", "char-alsa rw"], "uplink": [], "update": []}
ELSEWHERE_WRITABLE = {"/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"}  # noqa: S108 - the laws name them to close them


def text_of(service: str) -> str:
    return (SYSTEMD / f"polewatch-{service}.service").read_text()


def without(text: str, directive: str) -> str:
    """The unit without every line of one directive."""
    return re.sub(rf"^{directive}=.*\n", "", text, flags=re.MULTILINE)


def values(text: str, directive: str) -> list[str]:
    return re.findall(rf"^{directive}=(.*)$", text, flags=re.MULTILINE)


def broken_laws(service: str, text: str) -> list[str]:
    """What the unit does not keep: the names of directives, sorted."""
    broken = {name for name, wanted in LAWS[service].items() if values(text, name) != [wanted]}
    broken |= {name for name in WRITABLE if values(text, name) != WRITES[service].get(name, [])}
    if values(text, "DeviceAllow") != DEVICES[service]:
        broken.add("DeviceAllow")
    if values(text, "ExecStart") != [f"/opt/polewatch/venv/bin/polewatch {service}"]:
        broken.add("ExecStart")
    closed = {path.removeprefix("-") for line in values(text, "InaccessiblePaths") for path in line.split()}
    if service == "sense" and not closed >= ELSEWHERE_WRITABLE:
        broken.add("InaccessiblePaths")
    return sorted(broken)


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], check=False, capture_output=True, text=True)


def exposure(unit: Path | str, *where: str) -> float:
    """The overall exposure level that systemd computes, 0 (none) to 10."""
    run = systemd_analyze("security", "--offline=true", "--no-pager", *where, str(unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", run.stdout)
    assert found, run.stderr
    return float(found[1])


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """A root with systemd's own units, ours, and the entry script that the package installs."""
    system = tmp_path / "etc/systemd/system"
    system.mkdir(parents=True)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    for unit in [*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.target")]:
        shutil.copy(unit, system)
    programs = tmp_path / "opt/polewatch/venv/bin"
    programs.mkdir(parents=True)
    shutil.copy(Path(sys.executable).parent / "polewatch", programs)
    return tmp_path


def complaints(root: Path) -> list[str]:
    """What `systemd-analyze verify` says about our units in a staged root."""
    units = ["polewatch.target", *(f"polewatch-{service}.service" for service in SERVICES)]
    run = systemd_analyze("verify", f"--root={root}", "--man=no", *units)
    return [line for line in run.stderr.splitlines() if "polewatch" in line]


@needs_systemd
def test_systemd_has_nothing_to_say_against_the_units(staged):
    assert complaints(staged) == []


@needs_systemd
def test_systemd_refuses_the_units_where_the_program_is_not_installed(staged):
    (staged / "opt/polewatch/venv/bin/polewatch").unlink()

    assert len(complaints(staged)) == len(SERVICES)


@needs_systemd
def test_systemd_names_a_directive_that_it_does_not_know(staged):
    unit = staged / "etc/systemd/system/polewatch-sense.service"
    unit.write_text(unit.read_text().replace("LimitFSIZE=0", "LimitFileSize=0"))

    assert any("LimitFileSize" in line for line in complaints(staged))


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_exposure_stays_within_its_limit(service):
    assert exposure(SYSTEMD / f"polewatch-{service}.service") <= LIMITS[service]


HEAVY = ["NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem", "SystemCallFilter", "RestrictNamespaces", "User"]


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("directive", HEAVY)
def test_exposure_rises_when_a_directive_is_dropped(service, directive, tmp_path):
    unit = tmp_path / f"polewatch-{service}.service"
    unit.write_text(without(text_of(service), directive))

    assert exposure(unit) > exposure(SYSTEMD / unit.name)


@needs_systemd
@pytest.mark.parametrize(("unit", "limit"), [("polewatch-sense", 1.0), ("polewatch-uplink", 1.5), ("mosquitto", 1.5)])
def test_exposure_stays_within_its_limit_with_every_drop_in(unit, limit, staged):
    system = staged / "etc/systemd/system"
    shutil.copytree(SYSTEMD / "drop-ins", system, dirs_exist_ok=True)
    if unit == "mosquitto" and not (staged / "usr/lib/systemd/system/mosquitto.service").exists():
        pytest.skip("this mosquitto is not Debian's: it brings no unit")

    assert exposure(f"{unit}.service", f"--root={staged}") <= limit


@pytest.mark.parametrize("service", SERVICES)
def test_a_unit_keeps_every_law(service):
    assert broken_laws(service, text_of(service)) == []


@pytest.mark.parametrize(
    ("service", "directive"), [(service, directive) for service in SERVICES for directive in LAWS[service]]
)
def test_a_law_notices_that_its_directive_is_dropped(service, directive):
    assert directive in broken_laws(service, without(text_of(service), directive))


@pytest.mark.parametrize(
    ("service", "added"),
    [
        *((service, f"{directive}=/srv/frames") for service in SERVICES for directive in WRITABLE),
        ("sense", "DeviceAllow=/dev/net/tun rw"),
        ("uplink", "DeviceAllow=char-video4linux rw"),
        ("update", "DeviceAllow=char-alsa rw"),
        ("sense", "PrivateNetwork=no"),
        ("sense", "LimitFSIZE=infinity"),
        ("sense", "RestrictAddressFamilies=AF_INET"),
    ],
)
def test_a_law_notices_what_is_added(service, added):
    text = text_of(service).replace("[Install]", f"{added}\n\n[Install]")

    assert broken_laws(service, text) == [added.partition("=")[0]]


def test_a_law_notices_that_shared_memory_is_open_again():
    assert broken_laws("sense", text_of("sense").replace(" -/dev/shm", "")) == ["InaccessiblePaths"]


@needs_systemd
@needs_root
def test_the_users_and_folders_come_from_two_files(tmp_path):
    (tmp_path / "etc").mkdir()
    for kind in ("sysusers", "tmpfiles"):
        shutil.copytree(SYSTEMD / f"{kind}.d", tmp_path / f"usr/lib/{kind}.d")

    subprocess.run(["systemd-sysusers", f"--root={tmp_path}"], check=True, capture_output=True)
    subprocess.run(["systemd-tmpfiles", f"--root={tmp_path}", "--create"], check=True, capture_output=True)

    users = {line.split(":")[2]: line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[2]: line.split(":")[0] for line in (tmp_path / "etc/group").read_text().splitlines()}
    made = {}
    ours = "var/lib/polewatch-uplink"
    for path in ("run/polewatch", ours, f"{ours}/active", f"{ours}/memory", "var/lib/polewatch"):
        stat = (tmp_path / path).stat()
        made[path] = f"{stat.st_mode & 0o7777:o} {users[str(stat.st_uid)]}:{groups[str(stat.st_gid)]}"
    assert made == {
        "run/polewatch": "750 polewatch-uplink:polewatch-airlock",
        "var/lib/polewatch-uplink": "700 polewatch-uplink:polewatch-airlock",
        "var/lib/polewatch-uplink/active": "750 polewatch-uplink:polewatch-airlock",
        "var/lib/polewatch-uplink/memory": "750 polewatch-uplink:polewatch-airlock",
        "var/lib/polewatch": "755 polewatch-update:polewatch-update",
    }
    assert (tmp_path / "etc/polewatch/tls").stat().st_mode & 0o777 == 0o700
