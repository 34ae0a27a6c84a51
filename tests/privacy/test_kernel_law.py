"""Kernel law: what the units' own text says keeps a hostile `sense` and `uplink` in, shown on a real kernel.

The text is made into mounts, limits and a seccomp filter (`unit_law.py`); a program then tries every way out.
The same text with one directive taken out lets that way open again: so the law would notice.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from node.airlock.listener import Listener
from node.airlock.record import IncidentBegan, Status, decode
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import Reader, until, write_config
from tests.privacy.unit_law import allowed_calls, command_under

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _can_enter(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Namespaces, libseccomp and systemd's lists. Root has them all; for others a machine may keep some back."""
    if shutil.which("systemd-analyze") is None or os.uname().machine != "x86_64":
        pytest.skip("the filter is made where systemd is installed, on x86-64")
    if not list(Path("/usr/lib").rglob("libseccomp.so.2")) and not list(Path("/lib").rglob("libseccomp.so.2")):
        pytest.skip("the filter is made by libseccomp")
    unit = tmp_path_factory.mktemp("law") / "unit"
    tried = subprocess.run(
        command_under(unit, text_of("sense"), {}, ["true"]), check=False, capture_output=True, text=True
    )
    if tried.returncode != 0 and os.geteuid() != 0:
        pytest.skip("this machine gives namespaces to root alone")
    assert tried.returncode == 0, tried.stderr


# Each way out is tried; what is printed is whether it was open, and the error otherwise.
ATTACKS = r"""
import ctypes, errno, json, mmap, os, socket, sys
folder = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def overwrite():
    with open(folder + "/there", "r+b") as file, mmap.mmap(file.fileno(), 4) as view:
        view[:4] = b"FACE"
def memfd():
    handle = os.memfd_create("frames")
    os.write(handle, b"FACE")
def memfd_map():
    handle = os.memfd_create("frames")
    os.ftruncate(handle, 4096)
    mmap.mmap(handle, 4096)[:4] = b"FACE"
ways = {
    "internet": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "internet6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET),
    "new file": lambda: os.write(os.open(folder + "/new", os.O_CREAT | os.O_WRONLY), b"FACE"),
    "mmap overwrite": overwrite,
    "truncate": lambda: os.truncate(folder + "/there", 2),
    "unlink": lambda: os.unlink(folder + "/there"),
    "memfd": memfd,
    "memfd mmap": memfd_map,
    "shm": lambda: os.write(os.open("/dev/shm/frames", os.O_CREAT | os.O_WRONLY), b"FACE"),
    "tmp": lambda: os.write(os.open("/tmp/frames", os.O_CREAT | os.O_WRONLY), b"FACE"),
    "mount": lambda: call(165, b"tmpfs", b"/mnt", b"tmpfs", 0, None),
    "ptrace": lambda: call(101, 0, 0, 0, 0),
    "keyring": lambda: call(248, b"user", b"frames", b"FACE", 4, -3),
    "io_uring": lambda: call(425, 1, ctypes.create_string_buffer(120)),
    "bpf": lambda: call(321, 0, 0, 0),
    "new namespace": lambda: call(272, 0x10000000),
    "executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "a device": lambda: os.open(sys.argv[2], os.O_RDONLY),
    "interfaces": lambda: 1 / (len(open("/proc/self/net/dev").readlines()) > 3),
}
said = {}
for name, way in ways.items():
    try:
        way()
        said[name] = "open"
    except OSError as error:
        said[name] = errno.errorcode.get(error.errno, str(error.errno))
    except ZeroDivisionError:
        said[name] = "none but lo"
print(json.dumps(said))
"""
DEVICE = "/dev/tty"


def text_of(service: str, without: str = "") -> str:
    text = (SYSTEMD / f"polewatch-{service}.service").read_text()
    return re.sub(rf"^{without}=.*\n", "", text, flags=re.MULTILINE) if without else text


def attack(folder: Path, text: str) -> dict[str, str]:
    """Every way out, and whether it was open."""
    target = ROOT / f".kernel-law-{os.getpid()}"
    target.mkdir()
    try:
        (target / "there").write_bytes(b"....")
        (folder / "attacks.py").write_text(ATTACKS)
        command = command_under(folder / "unit", text, {}, [sys.executable, "-c", ATTACKS, str(target), DEVICE])
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found: dict[str, str] = json.loads(done.stdout)
        assert (target / "there").exists() == (found["unlink"] != "open")
        return found
    finally:
        shutil.rmtree(target)


def open_ways(found: dict[str, str]) -> set[str]:
    return {name for name, said in found.items() if said == "open"}


def test_a_hostile_sense_finds_no_way_out_but_the_airlock(tmp_path: Path) -> None:
    # The device filter is the control group's (DeviceAllow), which only a service manager sets.
    assert open_ways(attack(tmp_path, text_of("sense"))) - {"a device"} == {"unix"}


def test_a_hostile_uplink_has_the_network_and_no_device(tmp_path: Path) -> None:
    found = attack(tmp_path, text_of("uplink"))

    assert found["internet"] == "open"
    assert found["a device"] == "ENOENT"
    assert not open_ways(found) & {"new file", "mmap overwrite", "truncate", "mount", "ptrace", "bpf", "io_uring"}


@pytest.mark.parametrize(
    ("directive", "way"),
    [
        ("RestrictAddressFamilies", "internet"),
        ("PrivateNetwork", "interfaces"),
        ("ProtectSystem", "mmap overwrite"),
        ("LimitFSIZE", "memfd"),
        ("RestrictNamespaces", "new namespace"),
        ("MemoryDenyWriteExecute", "executable memory"),
        ("SystemCallFilter", "io_uring"),
    ],
)
def test_without_its_directive_a_way_is_open(tmp_path: Path, directive: str, way: str) -> None:
    lighter = text_of("sense", without=directive)
    if directive == "RestrictNamespaces":  # a namespace also needs the right to make one
        lighter = re.sub(r"^CapabilityBoundingSet=\n", "", lighter, flags=re.MULTILINE)

    assert way in open_ways(attack(tmp_path, lighter))


@pytest.mark.parametrize("service", ["sense", "uplink", "update"])
def test_no_unit_leaves_a_call_that_looks_into_other_processes_or_loads_code(service: str) -> None:
    calls = allowed_calls(text_of(service))

    assert calls is not None
    assert not calls & {
        "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "userfaultfd", "io_uring_setup", "bpf", "kexec_load",
        "init_module", "finit_module", "mount", "move_mount", "umount2", "pivot_root", "swapon", "reboot", "add_key",
        "keyctl", "iopl", "perf_event_open", "settimeofday", "clock_settime", "setuid", "capset", "open_by_handle_at",
    }  # fmt: skip


def test_the_real_sense_runs_under_its_own_unit_and_speaks_through_the_airlock(tmp_path: Path) -> None:
    outside = tmp_path / "run"
    outside.mkdir()
    (outside / "config.toml").write_text(
        '[node]\nid = "pole-0042"\n[microphone]\nsource = "nowhere"\n'
        '[airlock]\nsocket = "/run/polewatch/airlock.sock"\n'
    )
    listener = Listener(outside / "airlock.sock")
    program = [sys.executable, "-m", "node.cli", "sense", "--config", "/run/polewatch/config.toml"]
    command = command_under(tmp_path / "unit", text_of("sense"), {"/run/polewatch": str(outside)}, program)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)
    try:
        content, until_s = None, time.monotonic() + 90
        while content is None and time.monotonic() < until_s and process.poll() is None:
            content = listener.receive()
            time.sleep(0.02)
    finally:
        process.terminate()
        said = process.communicate()[1].decode()
        listener.close()

    assert content is not None, said
    # It has no microphone: either it says how it is, or that this is a fault.
    assert isinstance(decode(content).body, Status | IncidentBegan)


def test_the_real_uplink_runs_under_the_filter_of_its_unit_and_reaches_its_broker(
    tmp_path: Path, broker: PrivateBroker
) -> None:
    config, reader = write_config(tmp_path, broker.port), Reader(broker.port)
    program = [sys.executable, "-m", "node.cli", "uplink", "--config", str(config)]
    # Where it may write is made by the service manager (StateDirectory, RuntimeDirectory): here it is a test's folder.
    command = command_under(tmp_path / "unit", text_of("uplink", without="ProtectSystem"), {}, program)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)
    try:
        until(lambda: reader.of("health"), what="a message of health")
    finally:
        process.terminate()
        said = process.communicate()[1].decode()
        reader.close()

    assert process.returncode == 0, said
    assert "Traceback" not in said
