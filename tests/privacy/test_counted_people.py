"""The law of T2 on its whole way: a count passes the real airlock, and leaves the pole once, as a noisy step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.airlock.alphabet import sizes_of
from node.airlock.listener import Listener
from node.airlock.record import Body, PeopleSeen, Record, Status, WindowSensed, decode, encode
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.cli import main
from node.config.policy import Policy
from node.config.settings import Settings
from node.contract.envelope import SummaryMessage
from node.contract.summary import PEOPLE_STEPS, PeopleStep, Summary
from node.errors import RecordError, StorageError
from node.ops.clock import FixedClock
from node.uplink.books import open_books
from node.uplink.card import Card
from node.uplink.health import HealthKeeper
from node.uplink.intake import Intake
from node.uplink.outbox import Outbox
from node.uplink.people import People
from node.uplink.reception import Reception
from node.uplink.summaries import Summaries

NOON_S = 1_767_268_800.0
SIGHT = WindowSensed(900, 0, 900, 0, 0, 0, 0, 0, 0)
# Of the algorithm's chances at epsilon 1/2 these are the ones of a noise of 3, its sign last (tests/unit/airlock).
THREE_LESS, THREE_MORE = (1, 1, 0, 0, 2, 0, 1, 1), (1, 1, 0, 0, 2, 0, 1, 0)


def scripted(*draws: int) -> Callable[[int], int]:
    """A source of chance that gives these draws, and fails when it is asked for more."""
    left: Iterator[int] = iter(draws)

    def below(bound: int) -> int:
        draw = next(left, None)
        assert draw is not None, "a second draw"
        assert 0 <= draw < bound
        return draw

    return below


@dataclass
class Pole:
    """The network side of a pole on a real file and a real socket, and a sender as `sense` has it."""

    folder: Path
    below: Callable[[int], int]
    policy: Policy = field(default_factory=Policy)
    now_s: float = 1.0
    epoch: int = 9

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Begins a run of both sides."""
        settings = Settings.model_validate({"node": {"id": "pole-0042"}})
        path = str(self.folder / "outbox.db")
        self.books = open_books(settings, FixedClock(NOON_S), path, below=self.below)
        summaries = Summaries(self.books, self.policy)
        self.intake = Intake(self.books, summaries, self.policy)
        self.listener = Listener(self.folder / "airlock.sock")
        self.reception = Reception(
            self.listener,
            self.intake,
            summaries,
            HealthKeeper(self.now_s),
            Card(self.books, lambda: self.now_s),
            lambda: self.now_s,
        )
        self.sender = Sender(self.folder / "airlock.sock", Ring(self.epoch), self.epoch)
        self.sender.start()
        self.reception.settle()

    def close(self) -> None:
        """Ends both sides."""
        self.sender.stop()
        self.listener.close()
        self.books.store.close()

    def restart(self) -> None:
        """What a power cut does, once everything is on the card."""
        self.close()
        self.epoch += 1
        self.open()

    def tell(self, *bodies: Body, at_s: float = 900.1) -> None:
        """Tells of something as `sense` does, and takes it in."""
        self.now_s = max(self.now_s, at_s)
        for body in bodies:
            self.sender.offer(body, round(at_s * 1000))
        until_s = time.monotonic() + 10.0
        while len(self.sender._ring) and time.monotonic() < until_s:
            self.reception.receive()
        assert not len(self.sender._ring), "the airlock took it"

    def end_window(self, now_s: float = 910.0) -> None:
        """`sense` lives on beyond the end of the window, and the window is told."""
        self.now_s = now_s
        self.sender.offer(Status(0, 1, 0, 0, 0), round(now_s * 1000))
        until_s = time.monotonic() + 10.0
        while self.reception._settled_s != now_s and time.monotonic() < until_s:
            self.reception.receive()
        self.reception.settle()

    def told(self) -> list[PeopleStep | None]:
        """What the summaries in the outbox say of people, in order."""
        rows = self.books.outbox.waiting("summary", 0, 1000)
        return [row.message.data.people_at_least for row in rows if isinstance(row.message, SummaryMessage)]


@pytest.fixture
def at_pole(tmp_path: Path) -> Iterator[Callable[..., Pole]]:
    """Makes a pole whose noise is known."""
    poles: list[Pole] = []

    def make(*draws: int, policy: Policy | None = None) -> Pole:
        poles.append(Pole(tmp_path, scripted(*draws), policy or Policy()))
        return poles[-1]

    yield make
    for pole in poles:
        pole.close()


def seen(mean: int, pictures: int = 900) -> PeopleSeen:
    return PeopleSeen(900, pictures, mean * pictures)


Make = Callable[..., Pole]


@pytest.mark.parametrize(
    ("mean", "draws", "told"),
    [
        (60, THREE_LESS, 50),  # 57, in steps
        (60, THREE_MORE, 60),  # 63
        (12, THREE_LESS, 0),  # 9: below k by the noisy count, and only that one decides
        (8, THREE_MORE, 10),  # 11
        (0, THREE_LESS, 0),  # no count is below none
    ],
)
def test_a_count_leaves_in_the_summary_of_its_window_as_a_step_of_the_noisy_count(
    at_pole: Make, mean: int, draws: tuple[int, ...], told: int
) -> None:
    pole = at_pole(*draws)
    pole.tell(seen(mean), SIGHT)
    pole.end_window()

    assert pole.told() == [told]


def test_where_nobody_counts_nothing_is_drawn_and_the_summary_has_no_count(at_pole: Make) -> None:
    pole = at_pole()
    pole.tell(SIGHT)
    pole.end_window()

    assert pole.told() == [None]


def test_a_restart_neither_draws_again_nor_changes_what_was_drawn(at_pole: Make) -> None:
    pole = at_pole(*THREE_LESS)
    pole.tell(seen(60), SIGHT)
    pole.end_window()
    told = []
    for _ in range(3):
        pole.restart()
        pole.end_window(pole.now_s + 1)
        told.append(pole.told())

    assert told == [[50]] * 3


def test_two_stretches_of_a_window_are_drawn_once_as_one_mean(at_pole: Make) -> None:
    pole = at_pole(*THREE_LESS)
    pole.tell(PeopleSeen(300, 300, 300 * 20), WindowSensed(300, 0, 300, 0, 0, 0, 0, 0, 0), at_s=300.0)
    pole.tell(PeopleSeen(600, 600, 600 * 80), WindowSensed(600, 0, 600, 0, 0, 0, 0, 0, 0))
    pole.end_window()

    assert pole.told() == [50]  # (300 * 20 + 600 * 80) / 900 = 60, less 3


def test_a_count_of_people_is_on_no_card_before_its_draw(at_pole: Make) -> None:
    pole = at_pole()
    kept = {}
    for mean in (20, 120):
        pole.tell(seen(mean), at_s=300.0)
        rows = [name for (name,) in pole.books.store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept[mean] = {str(name): pole.books.store.rows(f"SELECT * FROM {name}") for name in rows}  # noqa: S608 - its own tables
    changed = {name for name in kept[20] if kept[20][name] != kept[120][name]}

    assert changed <= {"seen"}, "which record came last, and nothing of what it said"


def test_a_restart_within_a_window_loses_what_it_counted_before_and_draws_once(at_pole: Make) -> None:
    pole = at_pole(*THREE_LESS)
    pole.tell(PeopleSeen(300, 300, 300 * 20), WindowSensed(300, 0, 300, 0, 0, 0, 0, 0, 0), at_s=300.0)
    pole.restart()
    pole.tell(PeopleSeen(600, 600, 600 * 60), WindowSensed(600, 0, 600, 0, 0, 0, 0, 0, 0))
    pole.end_window()

    assert pole.told() == [50]  # 60, less 3


def test_a_count_that_comes_after_its_window_was_told_is_lost_and_not_drawn(at_pole: Make) -> None:
    pole = at_pole()
    pole.tell(SIGHT)
    pole.end_window()
    pole.tell(seen(60), at_s=900.2)
    pole.end_window(1000.0)

    assert (pole.told(), pole.intake.lost) == ([None], 1)


def test_a_draw_that_the_card_did_not_take_is_gone_and_there_is_no_second_one(
    at_pole: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    pole = at_pole(*THREE_LESS)
    pole.tell(seen(60), SIGHT)
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise StorageError("the card is full")

        broken.setattr(Outbox, "add", full)
        with pytest.raises(StorageError):
            pole.end_window()
    pole.reception.settle()

    assert pole.told() == [None]


def test_the_policy_in_force_decides_below_how_many_none_are_told(at_pole: Make) -> None:
    pole = at_pole(*THREE_LESS, policy=Policy(k=60))
    pole.tell(seen(60), SIGHT)
    pole.end_window()

    assert pole.told() == [0]


def test_a_count_of_a_window_in_which_nothing_was_seen_is_not_told(at_pole: Make) -> None:
    pole = at_pole(*THREE_LESS)
    pole.tell(seen(60), WindowSensed(900, 0, 0, 0, 0, 0, 0, 0, 0))
    pole.end_window()

    assert pole.told() == [None]


def test_more_people_than_the_pictures_can_hold_do_not_pass_the_airlock() -> None:
    good = encode(Record(1, 1, 0, PeopleSeen(900, 2, 254)))

    assert decode(good).body == PeopleSeen(900, 2, 254)
    with pytest.raises(RecordError, match="more than its pictures"):
        encode(Record(1, 1, 0, PeopleSeen(900, 2, 255)))


def test_the_bound_of_t1_counts_every_step_and_the_absence_of_a_count() -> None:
    assert sizes_of(Summary)["people_at_least"] == len(PEOPLE_STEPS) + 1


def test_the_command_tells_the_epsilon_the_k_and_the_window_that_the_gate_uses(
    at_pole: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[node]\nid = "pole-0042"\n[policy]\nfile = "/nowhere"\n')
    main(["privacy", "--config", str(config), "--json"])
    said = json.loads(capsys.readouterr().out)["occupancy"]
    pole = at_pole()

    assert (said["epsilon"], said["k"], said["window_s"]) == (
        float(pole.policy.epsilon),
        pole.policy.k,
        pole.books.window_s,
    )


def test_this_law_notices_a_build_that_draws_twice(at_pole: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    pole = at_pole(*THREE_LESS, *THREE_MORE)
    pole.tell(seen(60), SIGHT)
    kept = PeopleSeen(900, 900, 60 * 900)
    draw = People.draw

    def leaky(self: People, window: int, *how: object) -> object:
        found = draw(self, window, *how)  # type: ignore[arg-type]  # handed on as they came
        self.see(window, kept)
        return found

    with monkeypatch.context() as build:
        build.setattr(People, "draw", leaky)
        pole.end_window()
    pole.end_window(1810.0)

    assert len(set(pole.told())) > 1
