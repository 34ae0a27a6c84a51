"""Runs a program under what a unit's own text says, without a service manager: `unit_law.py UNIT PROGRAM ARGUMENT...`

Each directive below is read from the unit; one that is not there has no effect, so that a test can take a brick out.
To be started inside new mount and network namespaces (`command_under`). What needs a service manager is not
emulated: users, credentials, the device filter of the control group (DeviceAllow), ProtectHome.
"""

from __future__ import annotations

import ctypes
import functools
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
EQUAL, GREATER_OR_EQUAL, MASKED_EQUAL = 4, 5, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80)
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
LAST_FAMILY = 64
LIMITS = {"LimitFSIZE": resource.RLIMIT_FSIZE, "LimitCORE": resource.RLIMIT_CORE}
STAGE = "/opt"
KEPT_DEVICES = ("null", "zero", "full", "random", "urandom")


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Filter:
    """One seccomp filter, made by libseccomp."""

    def __init__(self, default: int) -> None:
        self._lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self._lib.seccomp_init.restype = ctypes.c_void_p
        for name in ("seccomp_rule_add_array", "seccomp_load"):
            getattr(self._lib, name).argtypes = None
        self._filter = ctypes.c_void_p(self._lib.seccomp_init(ctypes.c_uint32(default)))

    def add(self, action: int, call: str, *comparisons: tuple[int, int, int, int]) -> None:
        """One rule; a call that this machine does not have needs none."""
        number = self._lib.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        array = (Comparison * len(comparisons))(*(Comparison(*one) for one in comparisons))
        added = self._lib.seccomp_rule_add_array(
            self._filter, ctypes.c_uint32(action), ctypes.c_int(number), ctypes.c_uint(len(comparisons)), array
        )
        assert added in {0, -17}, (call, added)

    def load(self) -> None:
        """From here on it holds, for this process and whatever it becomes."""
        assert self._lib.seccomp_load(self._filter) == 0


def values(text: str, directive: str) -> list[str]:
    """Every value of a directive, in order."""
    return re.findall(rf"^{directive}=(.*)$", text, flags=re.MULTILINE)


@functools.cache
def group(name: str) -> frozenset[str]:
    """The system calls of a group, as systemd has it."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True)
    words = [line.strip() for line in said.stdout.splitlines()[1:] if line.strip() and "#" not in line]
    return frozenset().union(*(group(word) if word.startswith("@") else {word} for word in words))


def allowed_calls(text: str) -> frozenset[str] | None:
    """The system calls that the unit leaves, or None where it filters none (systemd.exec(5), SystemCallFilter=)."""
    lines = values(text, "SystemCallFilter")
    if not lines:
        return None
    found = group("@default")
    for line in lines:
        named = [group(word) if word.startswith("@") else {word} for word in line.removeprefix("~").split()]
        found = found.difference(*named) | group("@default") if line.startswith("~") else found.union(*named)
    return found


def restrict_mounts(text: str, binds: dict[str, str]) -> None:
    """What the unit sees of the file system, and what of it can be written: the parts that carry the load.

    Args:
        text: of the unit.
        binds: what a test puts in the place of folders that the unit has bound read-only: inside, outside.
    """
    if values(text, "ProtectSystem") == ["strict"]:
        _seal_system()
    sources = {inside: os.open(outside, os.O_PATH) for inside, outside in binds.items()}
    empty = [word.partition(":") for line in values(text, "TemporaryFileSystem") for word in line.split()]
    for point, _, _ in empty:
        _mount("-t", "tmpfs", "tmpfs", point)
    for inside, source in sources.items():
        Path(inside).mkdir(parents=True, exist_ok=True)
        _mount("--bind", f"/proc/self/fd/{source}", inside, keep=source)
        _mount("-o", "remount,bind,ro", inside)
    for point, _, mode in empty:
        if mode == "ro":
            _mount("-o", "remount,ro", point)
    closed = [word.removeprefix("-") for line in values(text, "InaccessiblePaths") for word in line.split()]
    for path in closed:
        if Path(path).is_dir():
            _mount("-t", "tmpfs", "-o", "mode=000,ro", "tmpfs", path)
    if values(text, "PrivateDevices") == ["yes"]:
        _replace_devices()


def _seal_system() -> None:
    """All of the file system can only be read, but for what the kernel shows of itself."""
    points = {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}
    for point in sorted(points):
        if not point.startswith(("/proc", "/sys", "/dev")):
            _mount("-o", "remount,bind,ro", point)


def _replace_devices() -> None:
    """A /dev without devices."""
    kept = {name: os.open(f"/dev/{name}", os.O_PATH) for name in KEPT_DEVICES}
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/dev")
    for name, source in kept.items():
        Path(f"/dev/{name}").touch()
        _mount("--bind", f"/proc/self/fd/{source}", f"/dev/{name}", keep=source)
    _mount("-o", "remount,ro", "/dev")


def _mount(*arguments: str, keep: int | None = None) -> None:
    """Mounts something."""
    subprocess.run(["mount", *arguments], check=True, pass_fds=() if keep is None else (keep,))


def restrict_process(text: str) -> None:
    """Limits, rights and system calls."""
    for name, number in LIMITS.items():
        for value in values(text, name):
            resource.setrlimit(number, (int(value), int(value)))
    libc = ctypes.CDLL(None, use_errno=True)
    if values(text, "CapabilityBoundingSet") == [""]:
        for capability in range(64):
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
        head, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert libc.capset(head, none) == 0
    if values(text, "NoNewPrivileges") == ["yes"]:
        assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    _restrict_calls(text)


def _restrict_calls(text: str) -> None:
    """The filters: what some calls may not be given, and then which calls there are."""
    given = Filter(ALLOW)
    if values(text, "MemoryDenyWriteExecute") == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        given.add(EPERM, "mmap", (2, MASKED_EQUAL, both, both))
        for call in ("mprotect", "pkey_mprotect"):
            given.add(EPERM, call, (2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC))
        given.add(EPERM, "shmat", (2, MASKED_EQUAL, SHM_EXEC, SHM_EXEC))
    if values(text, "RestrictNamespaces") == ["yes"]:
        given.add(EPERM, "unshare")
        given.add(EPERM, "setns")
        given.add(ENOSYS, "clone3")
        for flag in NAMESPACES:
            given.add(EPERM, "clone", (0, MASKED_EQUAL, flag, flag))
    families = {FAMILIES[word] for line in values(text, "RestrictAddressFamilies") for word in line.split()}
    if families:
        for family in set(range(LAST_FAMILY)) - families:
            given.add(EPERM, "socket", (0, EQUAL, family, 0))
        given.add(EPERM, "socket", (0, GREATER_OR_EQUAL, LAST_FAMILY, 0))
    given.load()
    calls = allowed_calls(text)
    if calls is not None:
        left = Filter(EPERM)
        for call in sorted(calls):
            left.add(ALLOW, call)
        left.load()


def command_under(unit: Path, text: str, binds: dict[str, str], program: list[str]) -> list[str]:
    """The command that runs a program under a unit, in namespaces of its own. Without root: as root of its own."""
    unit.write_text(text)
    spaces = "-m" + ("n" if values(text, "PrivateNetwork") == ["yes"] else "") + ("" if os.geteuid() == 0 else "r")
    bound = [f"--bind={outside}:{inside}" for inside, outside in binds.items()]
    return ["unshare", spaces, "--propagation", "private", sys.executable, __file__, str(unit), *bound, "--", *program]


def bring_on_stage(program: list[str]) -> list[str]:
    """The checkout stands at a place that no unit hides (it may lie under /tmp); the command with its paths there."""
    root = str(Path(__file__).resolve().parents[2])
    _mount("--rbind", root, STAGE)
    os.chdir(STAGE)
    os.environ["PYTHONPATH"] = STAGE
    return [word.replace(root, STAGE) for word in program]


def main() -> None:
    """Puts itself under the unit, and becomes the program."""
    place = sys.argv.index("--")
    unit, bound, program = sys.argv[1], sys.argv[2:place], bring_on_stage(sys.argv[place + 1 :])
    text = Path(unit).read_text()
    pairs = [one.removeprefix("--bind=").split(":") for one in bound]
    allowed_calls(text)  # asks systemd-analyze while that can still be asked
    restrict_mounts(text, {inside: outside for outside, inside in pairs})
    restrict_process(text)
    os.execvp(program[0], program)  # noqa: S606 - that is what this program is for


if __name__ == "__main__":
    main()
