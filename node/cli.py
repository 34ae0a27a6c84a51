"""`polewatch`: the command of the device. Each part is imported only when its command runs.

Exit codes: 0 fine, 1 it did not hold, 2 usage, 66 unreadable input, 69 unavailable, 78 configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from node import __version__
from node.errors import PolewatchError, StorageError
from node.ops.logs import printable, what_was_raised


def main(arguments: list[str] | None = None) -> int:
    """Runs a command, and gives its exit code. Whatever goes wrong is one line on stderr."""
    # One thread for numpy's linear algebra: the line's matrices are small, and a pole has few cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    chosen = _parser().parse_args(arguments)
    try:
        if sys.stdout is None:  # the shell closed it (>&-)
            raise StorageError("the output is closed")
        code = _run(chosen)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, it is told in one line
        code = _fail(error)
    return code


def _fail(error: Exception) -> int:
    """Says in one line what went wrong, and gives the exit code."""
    if isinstance(error, PolewatchError):
        return _say(str(error), error.exit_code)
    if isinstance(error, ModuleNotFoundError):
        return _say(f"{error.name} is not installed; 'pip install polewatch[tools]' brings all of it", 69)
    if isinstance(error, BrokenPipeError):
        return _abandon_output(0)  # the reader of our output has what it wanted
    if isinstance(error, OSError):
        # Files and devices have errors of ours; what is left is what was printed.
        return _abandon_output(_say(f"the output cannot be written ({error.strerror})", StorageError.exit_code))
    return _say(f"a fault of ours, please report it: {what_was_raised(error)}", 1)


def _say(text: str, code: int) -> int:
    """Says one line on stderr, and gives the exit code."""
    with contextlib.suppress(OSError, AttributeError):  # there may be no stderr either
        sys.stderr.write(f"polewatch: {printable(text)}\n")
    return code


def _abandon_output(code: int) -> int:
    """What Python would still flush has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return code


def _run(chosen: argparse.Namespace) -> int:
    """Runs the chosen command."""
    match chosen.command:
        case "sense" | "uplink" | "update":
            return _run_service(chosen)
        case "replay":
            return _run_replay(chosen)
        case "privacy" | "policy" | "audit":
            return _run_wall(chosen)
        case _:
            return _run_look(chosen)


def _run_wall(chosen: argparse.Namespace) -> int:
    """Runs a command that tells what may leave this node, and what has left it."""
    match chosen.command:
        case "policy":
            from node.cli_policy import run_policy  # noqa: PLC0415 - see the module

            return run_policy(chosen.file, chosen.config)
        case "audit":
            from node.cli_audit import run_audit  # noqa: PLC0415 - see the module

            return run_audit(chosen.config, chosen.head)
        case _ if chosen.public is not None:
            from node.cli_privacy_page import run_page  # noqa: PLC0415 - see the module

            return run_page(chosen.config, chosen.public)
        case _:
            from node.cli_privacy import run_privacy  # noqa: PLC0415 - see the module

            return run_privacy(chosen.config, as_json=chosen.json)


def _run_look(chosen: argparse.Namespace) -> int:
    """Runs a command that tells what this node is set to, and what it runs on."""
    match chosen.command:
        case "config":
            from node.cli_config import run_config  # noqa: PLC0415 - see the module

            return run_config(chosen.action, chosen.config, origin=getattr(chosen, "origin", False))
        case "models":
            from node.cli_models import run_models  # noqa: PLC0415 - see the module

            return run_models(chosen)
        case "devices":
            from node.cli_devices import run_devices  # noqa: PLC0415 - see the module

            return run_devices(listen_s=chosen.seconds)
        case _:
            from node.cli_doctor import run_doctor  # noqa: PLC0415 - see the module

            return run_doctor(chosen.config)


def _run_service(chosen: argparse.Namespace) -> int:
    """Runs one of the three services."""
    from node.ops.logs import configure  # noqa: PLC0415 - see the module

    configure(chosen.command)
    if chosen.command == "update":
        from node.update.app import run as run_update  # noqa: PLC0415 - see the module

        return run_update()
    from node.config.load import load  # noqa: PLC0415 - see the module

    settings = load(chosen.config).settings
    if chosen.command == "uplink":
        from node.uplink.app import run as run_uplink  # noqa: PLC0415 - uplink has no numpy

        return run_uplink(settings)
    from node.sense.app import run_devices as run_sense  # noqa: PLC0415 - sense has no paho

    return run_sense(settings)


def _run_replay(chosen: argparse.Namespace) -> int:
    """Replays files."""
    from node.config.load import load_for_replay  # noqa: PLC0415 - see the module
    from node.replay import Request, run  # noqa: PLC0415 - see the module

    settings = load_for_replay(chosen.config).settings
    request = Request(chosen.audio, chosen.video, chosen.start, chosen.seed, chosen.scores)
    return run(settings, request, sys.stdout)


def _parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="polewatch",
        description="The sensor node of one pole: it tells that something happened, never who was there.",
    )
    parser.add_argument("--version", action="version", version=f"polewatch {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, does in (
        ("sense", "service: camera and microphone, no network"),
        ("uplink", "service: gate, outbox and MQTT, no devices"),
    ):
        _with_config(commands.add_parser(name, help=does, description=does))
    commands.add_parser("update", help="service: installs verified models and policy, no network")
    _add_replay(commands.add_parser("replay", help="files through the whole pipeline and gate; one CloudEvent a line"))
    config = commands.add_parser("config", help="check, show, or print an example of the configuration")
    actions = config.add_subparsers(dest="action", required=True, metavar="ACTION")
    _with_config(actions.add_parser("check", help="says whether the configuration holds"))
    show = _with_config(actions.add_parser("show", help="prints every setting"))
    show.add_argument("--origin", action="store_true", help="with where each value comes from")
    example = actions.add_parser("example", help="prints a commented example")
    example.set_defaults(config=None)
    _add_models(commands.add_parser("models", help="lists, installs, verifies and tries models"))
    privacy = _with_config(commands.add_parser("privacy", help="how many bits a day this pole can say at most"))
    form = privacy.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object, for a script")
    form.add_argument("--public", type=Path, metavar="FILE", help="writes this pole's public page, for residents")
    policy = commands.add_parser("policy", help="reads a signed policy")
    reads = policy.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = _with_config(reads.add_parser("check", help="says whether a signed policy holds here, and what it allows"))
    check.add_argument("file", type=Path, metavar="FILE", help="a signed policy, as /etc/polewatch/policy.signed")
    audit = commands.add_parser("audit", help="checks the log of what left")
    checks = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = _with_config(checks.add_parser("verify", help="finds what was edited, dropped, reordered or cut off"))
    verify.add_argument("--head", metavar="HEX", help="a head that left with health: it must stand in the log")
    devices = commands.add_parser("devices", help="cameras and microphones with their stable names and levels")
    devices.add_argument("--seconds", type=_seconds, default=3.0, help="how long to listen to each microphone (0: not)")
    _with_config(commands.add_parser("doctor", help="says what works on this machine and what to mend"))
    return parser


def _add_models(models: argparse.ArgumentParser) -> None:
    """The actions of `models`."""
    actions = models.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = _with_config(actions.add_parser("list", help="which models this node has"))
    listing.add_argument("--json", action="store_true", help="every entry of the manifests, for a script")
    _with_config(actions.add_parser("verify", help="whether each file is the one that the manifest names"))
    trial = _with_config(actions.add_parser("self-test", help="whether each does here what it should, and how fast"))
    trial.add_argument("name", nargs="?", metavar="NAME", help="only this one")
    install = _with_config(actions.add_parser("install", help="takes in a model that you vouch for"))
    install.add_argument(
        "source", metavar="SOURCE", help="a folder, model.toml or .onnx, or an https URL of a model.toml"
    )
    install.add_argument("--sha256", metavar="HEX", help="of the model.toml: it must be that one (needed for a URL)")


def _add_replay(replay: argparse.ArgumentParser) -> None:
    """The options of `replay`."""
    _with_config(replay)
    replay.add_argument("--audio", type=Path, metavar="FILE", help="WAV, FLAC or OGG")
    replay.add_argument("--video", type=Path, metavar="FILE", help="MP4 or AVI")
    replay.add_argument("--start", default="2026-01-01T00:00:00Z", metavar="TIME", help="time of the first sample")
    replay.add_argument("--seed", type=_seed, default=0, metavar="N", help="becomes the epoch in the events' ids")
    replay.add_argument(
        "--scores", type=Path, metavar="FILE", help="writes levels and scores of each hop as JSON lines"
    )


def _with_config(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds `--config`."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="instead of /etc/polewatch/config.toml")
    return parser


def _seconds(text: str) -> float:
    """A number of seconds, 0..60."""
    with contextlib.suppress(ValueError):
        if 0.0 <= (value := float(text)) <= 60.0:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 60")


def _seed(text: str) -> int:
    """A seed, 0..2^32-1."""
    with contextlib.suppress(ValueError):
        if 0 <= (value := int(text)) < 2**32:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 4294967295")


if __name__ == "__main__":
    sys.exit(main())
