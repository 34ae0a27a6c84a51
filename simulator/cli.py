"""`polewatch-sim`: a street without hardware, for developers and integrators."""

from __future__ import annotations

import os
import sys

from node.errors import PolewatchError, StorageError

# As `polewatch` does on a pole, and before numpy is loaded: the matrices are small, and the other core renders.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    import typer

    from simulator.commands import alarms, bench, chaos, forecaster, live, suite, timelapse, trials
except ModuleNotFoundError as error:
    sys.exit(f"polewatch-sim: {error.name} is not installed; 'pip install polewatch[tools]' brings all of it")
except KeyboardInterrupt:  # most of the start is loading these: Ctrl-C is no traceback then either
    sys.exit(130)

app = typer.Typer(
    name="polewatch-sim",
    help="A street that can be seen and heard, in place of a pole's camera and microphone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(live.demo)
app.command()(live.node)
app.command(name="list")(trials.list_)
app.command()(trials.run)
app.command()(trials.render)
app.command()(suite.suite)
app.command(name="contact-sheet")(suite.contact_sheet)
app.command()(suite.critic)
app.command(name="time-lapse")(timelapse.time_lapse)
app.command()(bench.bench)
app.command()(alarms.fireworks)
app.command(name="false-alarms")(alarms.false_alarms)
app.command()(forecaster.forecaster)
app.command()(chaos.chaos)


def with_names(arguments: list[str]) -> list[str]:
    """The arguments, with the name `default` behind a `--mic` or `--camera` that has none."""
    named = []
    for argument, after in zip(arguments, [*arguments, "--"][1:], strict=True):
        named.append(argument)
        if argument in {"--mic", "--camera"} and after.startswith("-"):
            named.append("default")
    return named


def main() -> None:
    """The command's entry: an error of ours is one line and its exit code, and Ctrl-C is 130."""
    try:
        app(with_names(sys.argv[1:]))
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except PolewatchError as error:
        print(f"polewatch-sim: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our lines has gone (`| head`): Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # Files and devices have errors of ours; what is left is what was printed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"polewatch-sim: the output cannot be written ({error.strerror})", file=sys.stderr)
        sys.exit(StorageError.exit_code)


if __name__ == "__main__":
    main()
