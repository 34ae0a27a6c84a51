"""The public page of a pole: all that it can say, without scripts, from the books as they are."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from node.airlock.capacity import capacity
from node.airlock.record import IncidentBegan
from node.cli import main
from node.config.card import Headline
from node.config.manifest import shipped
from node.config.policy import Policy
from node.config.settings import Settings
from node.config.signed_policy import InForce
from node.contract.words import KINDS, Kind
from node.errors import UnreadableInputError
from node.public_page import MEANINGS, Facts, page
from node.uplink.recent import Recent, read_recent
from tests.unit.uplink.conftest import Side

SPIKE, SHOT = KINDS[Kind.NOISE_SPIKE].code, KINDS[Kind.SOUND_GUNSHOT].code


def facts(policy: Policy | None = None, recent: Recent | None = None, **tables: Any) -> Facts:
    policy = policy or Policy()
    return Facts(
        Settings.model_validate({"node": {"id": "pole-0042"}, **tables}),
        InForce(policy),
        900,
        capacity(policy, 900),
        (),
        recent,
        "2026-01-01T12:00:00Z",
    )


class _Elements(HTMLParser):
    """Collects every element with its attributes, and checks that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


GLASS = Headline("Made of sums.", {"glass_break": 0.72, "siren": None}, ("To tell voices apart.", "Alone."))


def heard(card: Headline | None = GLASS) -> str:
    return page(dataclasses.replace(facts(), models=[(shipped().model[0], card)]))


def test_what_a_model_hears_and_how_well_stands_there_in_plain_words() -> None:
    text = heard()

    assert "shots, explosions, fireworks, breaking glass, screams, sirens, horns and alarms, crowds" in text
    assert '<td>breaking glass</td><td class="n">72 of 100</td>' in text
    assert '<td>sirens</td><td class="n">not measured</td>' in text
    assert shipped().model[0].sha256[:12] in text


def test_what_a_model_must_not_be_used_for_stands_there_point_by_point() -> None:
    text = heard()

    assert "<h3>What it must not be used for</h3>" in text
    assert text.count("<li>") == 2
    assert "<li>To tell voices apart.</li>" in text


def test_a_model_without_a_card_is_said_to_be_unmeasured() -> None:
    assert "was not measured by us" in heard(None)


def test_a_pole_without_a_model_has_learnt_nothing() -> None:
    assert "Nothing. Sound is judged by level and shape" in page(facts())


def test_whatever_stands_in_a_card_is_no_markup() -> None:
    assert "<script" not in heard(Headline("<script>", {"<script>": 0.5}, ("<script>",)))


def test_the_page_of_a_pole_has_the_headline_of_the_model_that_listens(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    pages = []
    for name in ("", "none"):
        config.write_text(
            f'[node]\nid = "pole-0042"\n[outbox]\npath = "{tmp_path}/outbox.db"\n[sound_model]\nname = "{name}"\n'
        )
        main(["privacy", "--config", str(config), "--public", str(tmp_path / "page.html")])
        pages.append((tmp_path / "page.html").read_text(encoding="utf-8"))

    assert "polewatch-sounds-small" in pages[0]
    assert "What it must not be used for" in pages[0]
    assert "polewatch-sounds" not in pages[1]


def test_the_page_runs_no_script_and_loads_nothing() -> None:
    elements = _Elements(page(facts(recent=Recent({Kind.NOISE_SPIKE: 2}, 1)))).found

    assert not {tag for tag, _ in elements} & {"script", "img", "link", "iframe", "object", "form", "video", "audio"}
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on") or name == "src"]
    assert ("html", {"lang": "en"}) in elements


def test_every_kind_stands_on_the_page_in_plain_words() -> None:
    text = page(facts())

    assert set(MEANINGS) == set(Kind)
    assert all(meaning in text for meaning in MEANINGS.values())


def test_what_was_said_stands_there_by_kind_and_what_was_kept_back_by_its_power_of_ten() -> None:
    text = page(facts(recent=Recent({Kind.SOUND_SIREN: 12}, 34)))

    assert '<td>a siren</td><td class="n">12</td>' in text
    assert "10 or more were kept back" in text


def test_a_kind_that_the_policy_silences_is_said_to_be_held_back() -> None:
    assert "<td>a siren</td><td>no, held back</td>" in page(facts(Policy(kinds=frozenset(Kind) - {Kind.SOUND_SIREN})))


def test_a_pole_that_has_not_run_says_so() -> None:
    assert "it has not run" in page(facts())


@pytest.mark.parametrize(
    ("contact", "target"),
    [
        ("noise@city.example", "mailto:noise@city.example"),
        ("+49 30 1234-567", "tel:+49301234-567"),
        ("https://city.example/poles", "https://city.example/poles"),
    ],
)
def test_who_answers_can_be_reached_by_one_link(contact: str, target: str) -> None:
    links = [
        attributes["href"]
        for tag, attributes in _Elements(page(facts(operator={"name": "The Office", "contact": contact}))).found
        if tag == "a"
    ]

    assert links == [target]


def test_a_bound_that_does_not_hold_is_said_in_bold() -> None:
    demonstration = dataclasses.replace(facts(), bound=capacity(Policy(), 60))

    assert "<strong>This does not hold here" in page(demonstration)


def test_whatever_the_refusal_of_a_policy_says_it_is_no_markup() -> None:
    signed = dataclasses.replace(facts(), rules=InForce(Policy(), "<script>alert(1)</script>", is_signed=True))

    assert "<script" not in page(signed)


def test_the_books_tell_what_was_told_within_the_last_day_of_running(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db")
    side.take(IncidentBegan(SPIKE, 1, 1, 1), 100, sequence=1)
    side.take(IncidentBegan(SHOT, 2, 1, 1), 100 + 90_000, sequence=2)
    side.take(IncidentBegan(SHOT, 3, 1, 1), 200 + 90_000, sequence=3)
    side.store.close()

    assert read_recent(tmp_path / "outbox.db") == Recent({Kind.SOUND_GUNSHOT: 2}, 0)


def test_the_books_tell_how_many_incidents_were_kept_back(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", policy=Policy(1, 1))
    for number in range(1, 4):
        side.take(IncidentBegan(SHOT, number, 1, 1), 100 + number, sequence=number)

    assert read_recent(tmp_path / "outbox.db") == Recent({Kind.SOUND_GUNSHOT: 1}, 2)


def test_books_that_are_none_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"no database" * 100)

    with pytest.raises(UnreadableInputError, match=r"outbox\.db: cannot be read"):
        read_recent(tmp_path / "outbox.db")


def test_reading_the_books_writes_nothing_into_them(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db")
    side.take(IncidentBegan(SHOT, 1, 1, 1), 100, sequence=1)
    side.store.close()
    before = (tmp_path / "outbox.db").read_bytes()
    read_recent(tmp_path / "outbox.db")

    assert (tmp_path / "outbox.db").read_bytes() == before


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[node]\nid = "pole-0042"\n[outbox]\npath = "{tmp_path}/outbox.db"\n')
    code = main(["privacy", "--config", str(config), "--public", str(tmp_path / "page.html")])

    assert (code, "the public page of pole-0042" in capsys.readouterr().out) == (0, True)
    assert "What pole-0042 can say" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["config.toml", "page.html"]


def test_a_page_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[node]\nid = "pole-0042"\n[outbox]\npath = "{tmp_path}/outbox.db"\n')
    code = main(["privacy", "--config", str(config), "--public", str(tmp_path / "nowhere" / "page.html")])

    assert (code, capsys.readouterr().err.count("\n")) == (69, 1)
