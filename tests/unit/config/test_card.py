"""The headline of a card: read from what ships, and from any text without a fall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.card import Headline, headline, read
from node.config.manifest import Model, shipped
from node.errors import ModelError

CARD = """# a-model

It is a `model`
of [sums](https://example.org).

## At the thresholds

| class | threshold | recall test | recall synthetic |
| --- | --- | --- | --- |
| siren | 0.77 | 0.88 | 0.9 |
| scream | 0.95 | - | 0.1 |

## What it must not be used for

- As the only ground for
  **any** decision.
- Indoors.

## More

- nothing of this
"""


def test_a_card_says_what_the_model_is_how_well_it_does_and_what_it_is_not_for() -> None:
    assert read(CARD) == Headline(
        "It is a model of sums.", {"siren": 0.88, "scream": None}, ("As the only ground for any decision.", "Indoors.")
    )


@pytest.mark.parametrize("model", [one for one in shipped().model if one.card], ids=lambda one: one.name)
def test_every_card_that_ships_has_a_headline_of_all_its_classes(model: Model) -> None:
    found = headline(model)

    assert found is not None
    assert len(found.text) > 40
    assert set(found.found) == set(model.classes)
    assert len(found.not_for) >= 3
    assert all(len(point) > 10 for point in found.not_for)


def test_a_model_without_a_card_has_no_headline() -> None:
    assert headline(shipped().model[0].model_copy(update={"card": None})) is None


def test_a_card_that_is_missing_is_one_line() -> None:
    with pytest.raises(ModelError, match=r"its card cards/nowhere\.md cannot be read"):
        headline(shipped().model[0].model_copy(update={"card": "cards/nowhere.md"}))


@given(st.text(alphabet="#|-` \n[]()*.01ab", max_size=200))
def test_any_text_is_a_headline_of_shares_between_none_and_all(text: str) -> None:
    found = read(text + "\n| class | recall test |\n| --- | --- |\n" + text)

    assert all(share is None or 0.0 <= share <= 1.0 for share in found.found.values())
