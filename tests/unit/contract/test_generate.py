"""The documents of the wire are what the types say."""

from pathlib import Path

import pytest

from node.contract import generate
from node.contract.topics import CHANNELS

ROOT = Path(__file__).parents[3]


def test_the_committed_documents_are_the_generated_ones() -> None:
    assert generate.main(["--check", "--out", str(ROOT / "docs/wire")]) == 0


def test_a_changed_document_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate.main(["--out", str(tmp_path)])
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 2.0.0\n")

    assert generate.main(["--check", "--out", str(tmp_path)]) == 1
    assert "asyncapi.yaml is not what node/contract says" in capsys.readouterr().err


def test_every_message_in_both_directions_is_a_channel_of_the_one_quality() -> None:
    document = generate.asyncapi()

    assert {channel["address"] for channel in document["channels"].values()} == {
        f"polewatch/v1/{{node}}/{one.address}" for one in CHANNELS
    }
    assert all(operation["bindings"]["mqtt"]["qos"] == 1 for operation in document["operations"].values())


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document, written = generate.asyncapi(), generate.files()
    references: list[str] = []

    def collect(part: object) -> None:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            if key == "$ref":
                references.append(str(value))
            collect(value)

    collect(document)
    for reference in references:
        if reference.startswith("./"):
            assert reference.removeprefix("./") in written
        else:
            place = document
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]
    assert references
