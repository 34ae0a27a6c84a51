"""A service manager for a test: systemd as process 1 of namespaces of its own, over a file system that is thrown away.

Everything that only a service manager does is then real: users, credentials, the device filter, folders of state. What
it needs: root, systemd, and a device controller (cgroup version 1). Nothing outside is changed but for groups
of processes that are made for it and removed.

`stage/` of a folder is laid over the copy; `out/` of it is seen inside as `/out`.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CONTROL = Path("/sys/fs/cgroup")
HIERARCHIES = ("systemd", "devices", "unified")
SYSTEMD = Path("/lib/systemd/systemd")
CHECKOUT = Path(__file__).resolve().parents[2]
LIBRARIES = Path(sysconfig.get_path("purelib"))
PYTHON = f"""#!/bin/sh
export LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/checkout:/opt/libraries PYTHONDONTWRITEBYTECODE=1
exec /opt/python/bin/python{sys.version_info.major}.{sys.version_info.minor} """
"""The beginning of a script that runs this Python inside, where no home is seen; its arguments follow."""
PSEUDO_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
PLAIN_TARGETS = ("sysinit", "basic", "shutdown", "sound", "network", "polewatch")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NODES = {
    "video0": (81, 0),
    "snd-control": (116, 0),
    "mem": (1, 1),
    "serial": (4, 64),
    "disk": (254, 0),
    "misc": (10, 63),
}
"""Devices that stand in /dev for everybody to open: only a filter refuses them. (10, 63) has no driver anywhere."""


def why_not() -> str:
    """Why this machine cannot do it; nothing where it can."""
    if os.geteuid() != 0:
        return "a service manager needs root"
    if not SYSTEMD.exists() or shutil.which("systemd-sysusers") is None:
        return "systemd is not installed"
    if not all((CONTROL / one / "cgroup.procs").exists() for one in HIERARCHIES):
        return "there is no device controller of cgroup version 1 (a filter of version 2 needs BPF)"
    probe = CONTROL / "devices" / f"polewatch-probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError:
        return "this machine lets nobody make groups of processes"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False, capture_output=True).returncode:
        return "this machine gives no namespaces"
    return ""


class ServiceManager:
    """One boot.

    Args:
        folder: with `stage/` and `out/`.
        unit: what is started, with what it requires.
    """

    def __init__(self, folder: Path, unit: str) -> None:
        self._folder = folder
        self._groups = [CONTROL / one / f"polewatch-law-{os.getpid()}" for one in HIERARCHIES]
        for group in self._groups:
            group.mkdir()
        self._console, console = os.openpty()
        self.said = ""
        """What was read of its console so far."""
        spaces = ("--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net", "--cgroup")
        self._process = subprocess.Popen(
            ["unshare", *spaces, sys.executable, __file__, str(folder), unit, str(console)],
            stdout=console,
            stderr=console,
            pass_fds=[console],
            preexec_fn=self._enter,  # noqa: PLW1509 - no other thread of a test is alive here
        )
        os.close(console)

    def _enter(self) -> None:
        """Puts the process to be into groups of its own, so that inside they are all there is."""
        for group in self._groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))

    def hear(self, until: Callable[[str], bool], patience_s: float) -> str:
        """What systemd has said on its console, as soon as it says enough, or when patience ends."""
        end_s = time.monotonic() + patience_s
        while not until(self.said) and (left_s := end_s - time.monotonic()) > 0:
            if select.select([self._console], [], [], left_s)[0] and not self._read():
                break
        return self.said

    def _read(self) -> bool:
        """Reads on; False at the end. The end of a terminal is an error."""
        try:
            part = os.read(self._console, 65_536)
        except OSError:
            return False
        self.said += _COLOURS.sub("", part.decode(errors="replace"))
        return bool(part)

    def close(self) -> None:
        """Ends process 1, and with it all others."""
        self._process.kill()
        self._process.wait(60)
        while self._read():
            pass
        os.close(self._console)
        for group in self._groups:
            _remove(group)


def _remove(group: Path) -> None:
    """Removes a group of processes and those in it, as soon as they have ended."""
    for _ in range(200):
        for inner in sorted(group.rglob("*"), reverse=True):
            if inner.is_dir():
                with contextlib.suppress(OSError):
                    inner.rmdir()
        with contextlib.suppress(OSError):
            group.rmdir()
        if not group.exists():
            return
        time.sleep(0.02)


@contextlib.contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A socket in the place of the journal's: what a service says on its output comes here."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        path.chmod(0o666)
        server.listen(8)
        server.settimeout(90.0)
        yield server


def first_words(server: socket.socket) -> str:
    """All that the first service that connects says before it ends."""
    connection, _ = server.accept()
    with connection:
        connection.settimeout(90.0)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode()


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def _build(folder: Path, root: Path, console: int) -> None:
    """Makes the file system: this machine's, with nothing of its services, and what was staged."""
    _mount("--make-rprivate", "/")
    space = folder / "space"
    space.mkdir()
    _mount("-t", "tmpfs", "tmpfs", space)
    for name in ("up", "work", "root"):
        (space / name).mkdir()
    _mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={space}/up,workdir={space}/work", root)
    places = {"checkout": CHECKOUT, "libraries": LIBRARIES, "python": Path(sys.base_prefix)}
    for inside, outside in {**{f"opt/{name}": path for name, path in places.items()}, "out": folder / "out"}.items():
        (root / inside).mkdir(parents=True, exist_ok=True)
        _mount("--bind", outside, root / inside)
    _mount("-t", "proc", "proc", root / "proc")
    _mount("--bind", "-o", "ro", root / "proc/sys", root / "proc/sys")
    _mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    _mount("-t", "tmpfs", "tmpfs", root / "sys/fs/cgroup")
    for name, kind in (("systemd", "none,name=systemd"), ("devices", "devices"), ("unified", "")):
        (root / "sys/fs/cgroup" / name).mkdir()
        how = ("-t", "cgroup", "-o", kind) if kind else ("-t", "cgroup2")
        _mount(*how, "cgroup", root / "sys/fs/cgroup" / name)
    for name in ("run", "tmp", "etc/systemd/system", "lib/systemd/system", "etc/polewatch"):
        (root / name).mkdir(exist_ok=True)
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root / name)
    _build_devices(root / "dev", console)


def _build_devices(devices: Path, console: int) -> None:
    """A /dev with the usual pseudo devices, and with some that only a filter keeps from whoever asks."""
    kept = {name: os.open(f"/dev/{name}", os.O_PATH) for name in PSEUDO_DEVICES} | {"console": console}
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", devices)
    for name, source in kept.items():
        (devices / name).touch()
        subprocess.run(
            ["mount", "--bind", f"/proc/self/fd/{source}", str(devices / name)], check=True, pass_fds=[source]
        )
    for name in ("pts", "shm"):
        (devices / name).mkdir()
    _mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", devices / "pts")
    (devices / "ptmx").symlink_to("pts/ptmx")
    for name, (major, minor) in NODES.items():
        os.mknod(devices / name, 0o020666, os.makedev(major, minor))
        (devices / name).chmod(0o666)


def _stage(folder: Path, root: Path) -> None:
    """The units as they ship, their users and folders, and what a test lays over them."""
    units = root / "etc/systemd/system"
    for unit in (CHECKOUT / "systemd").glob("*.service"):
        shutil.copy(unit, units / unit.name)
    for name in PLAIN_TARGETS:
        (units / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    for kind in ("sysusers", "tmpfiles"):
        tool = [f"systemd-{kind}", f"--root={root}", *(["--create"] if kind == "tmpfiles" else [])]
        subprocess.run([*tool, str(CHECKOUT / f"systemd/{kind}.d/polewatch.conf")], check=True)
    shutil.copytree(folder / "stage", root, dirs_exist_ok=True, symlinks=True)
    if (folder / "files.conf").exists():
        subprocess.run(["systemd-tmpfiles", f"--root={root}", "--create", str(folder / "files.conf")], check=True)


def main() -> None:
    """Builds the file system, goes into it, and becomes systemd."""
    folder, unit, console = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    root = folder / "space/root"
    _build(folder, root, console)
    _stage(folder, root)
    (root / "old").mkdir()
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "old"], check=True)
    subprocess.run(["umount", "-l", "/old"], check=True)
    _mount("--make-rshared", "/")  # by that a service's credentials reach it
    environment = {"container": "polewatch", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    words = [str(SYSTEMD), f"--unit={unit}", "--log-target=console", "--log-level=notice"]
    os.execve(SYSTEMD, words, environment)  # noqa: S606 - that is what this program is for


if __name__ == "__main__":
    main()
