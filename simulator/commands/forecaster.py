"""The command of the reference reader: what a forecaster of the city needs to do, and no more."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.live import Live

from node.errors import BrokerError, OperatorError
from simulator.commands.options import AsJson, finite
from simulator.live.signals import stop_signals

_DRAWN_EVERY_S = 1.0

if TYPE_CHECKING:
    from simulator.forecaster.reader import Reader
    from simulator.forecaster.shelf import Shelf


def forecaster(  # noqa: PLR0913, PLR0917 - typer: an option is an argument
    db: Annotated[Path, typer.Option(help="Where it keeps what it gets; its own file.")] = Path("forecaster.db"),
    host: Annotated[str, typer.Option(help="Of the broker.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Of the broker: 8883 with TLS.")] = 1883,
    ca: Annotated[Path | None, typer.Option(help="The city's authority (PEM); turns TLS 1.3 on.")] = None,
    cert: Annotated[Path | None, typer.Option(help="Our certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Our private key (PEM).")] = None,
    client_id: Annotated[str, typer.Option(help="Under which the broker keeps our session.")] = "forecaster",
    ask: Annotated[bool, typer.Option(help="Ask nodes to send again what is missing.")] = True,
    seconds: Annotated[
        float | None, typer.Option(min=0.0, help="Ends by itself; 0 only shows what there is.", callback=finite)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reads what nodes say, durably, and proves that nothing is missing: else exit code 1. Ctrl-C ends it."""
    from simulator.forecaster.reader import Reader, accounts, are_complete  # noqa: PLC0415 - `--help` without paho
    from simulator.forecaster.shelf import Shelf  # noqa: PLC0415 - same
    from simulator.forecaster.subscriber import Place, Subscriber  # noqa: PLC0415 - same

    if (cert or key) and not (ca and cert and key):
        raise OperatorError("--cert and --key stand together, and with --ca")
    shelf, asked = Shelf(db), 0
    try:
        if seconds is None or seconds > 0:
            place = Place(host, port, client_id, *(None if path is None else str(path) for path in (ca, cert, key)))
            with Subscriber(place) as subscriber:
                reader = Reader(subscriber, shelf, client_id, asks=ask)
                _read(reader, shelf, seconds, as_json=as_json)
                if not subscriber.subscribed:
                    raise BrokerError(f"the broker at {host}:{port} has not answered: nothing is proved")
            asked = reader.asking.asked
            if reader.asking.denied:
                print(
                    "polewatch-sim: the broker lets us ask nothing: city IT may, with the --cert of resync",
                    file=sys.stderr,
                )
        _show(shelf, asked, as_json=as_json)
        made = accounts(shelf)
        # Only to look into a new file claims nothing; to have read and heard of no node does.
        is_complete = are_complete(made) or (seconds == 0 and not made)
    finally:
        shelf.close()
    raise typer.Exit(0 if is_complete else 1)


def _show(shelf: Shelf, asked: int, *, as_json: bool) -> None:
    """What there is, for whoever looks."""
    from simulator.forecaster import show  # noqa: PLC0415 - `--help` answers without loading paho

    if as_json:
        print(json.dumps(show.as_json(shelf, asked)))
    elif sys.stdout.isatty():
        Console().print(show.table(shelf))
    else:
        show.lines(Console(), shelf)


def _read(reader: Reader, shelf: Shelf, seconds: float | None, *, as_json: bool) -> None:
    """Reads until the time is over or somebody ends it, and shows it meanwhile."""
    from simulator.forecaster import show  # noqa: PLC0415 - `--help` answers without loading paho

    console = Console()
    until_s = None if seconds is None else time.monotonic() + seconds
    screen = Live(show.table(shelf), console=console, transient=True, auto_refresh=False)
    is_screen, is_new, drawn_s = console.is_terminal and not as_json, False, 0.0
    with stop_signals() as stop:
        if is_screen:
            screen.start()
        try:
            while not stop.is_set() and (until_s is None or time.monotonic() < until_s):
                said = reader.turn(0.25)
                is_new |= bool(said)
                if is_screen and is_new and time.monotonic() - drawn_s > _DRAWN_EVERY_S:
                    screen.update(show.table(shelf), refresh=True)
                    is_new, drawn_s = False, time.monotonic()
                elif not is_screen and not as_json:
                    for one in said:
                        console.print(show.line(one), highlight=False, soft_wrap=True, markup=False)
        finally:
            if is_screen:
                screen.stop()
