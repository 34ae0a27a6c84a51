"""The audit log says what a node is and goes by, says it when it changes, and never forgets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.config.installed import install
from node.config.manifest import Model, shipped
from node.config.settings import Settings
from node.ops.clock import FixedClock
from node.uplink import audit as module
from node.uplink import chain
from node.uplink.audit import Audit
from node.uplink.chain import What, digest_of
from node.uplink.history import history_of
from node.uplink.inventory import identity_digest, model_digest, models_here, note_standing

CLOCK = FixedClock(1_767_268_800.0)
PEM = """-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAgEHMAUGAytlcDAUMRIwEAYDVQQDDAlwb2xlLTAwNDIwHhcN
-----END CERTIFICATE-----
"""


def settings(folder: Path, node_id: str = "pole-0042", certificate: str = "") -> Settings:
    broker = {"ca_file": "/ca", "certificate_file": certificate, "key_file": "/key"} if certificate else {}
    return Settings.model_validate(
        {"node": {"id": node_id}, "sound_model": {"folder": str(folder / "models")}, "broker": broker}
    )


def start(folder: Path, node_id: str = "pole-0042", certificate: str = "", policy_number: int = 0) -> None:
    """What a start of `uplink` writes down."""
    log = Audit(folder / "audit", CLOCK)
    note_standing(log, settings(folder, node_id, certificate), policy_number, 1.0)
    log.flush()


def written(folder: Path) -> list[What]:
    return [entry.what for entry in chain.walk(folder / "audit")]


def another_model(content: bytes = b"weights") -> tuple[Model, bytes]:
    import hashlib  # noqa: PLC0415 - only here

    entry = shipped().model[0].model_copy(update={"name": "another", "sha256": hashlib.sha256(content).hexdigest()})
    return entry, content


def test_the_first_start_says_who_the_node_is_and_names_each_model(tmp_path: Path) -> None:
    start(tmp_path)

    assert written(tmp_path) == [What.MODELS, *[What.MODEL] * len(shipped().model), What.IDENTITY]


def test_a_start_with_nothing_new_says_nothing(tmp_path: Path) -> None:
    start(tmp_path)
    before = written(tmp_path)
    start(tmp_path)

    assert written(tmp_path) == before


def test_a_model_that_was_installed_since_the_last_run_is_in_the_log_by_name_and_digest(tmp_path: Path) -> None:
    start(tmp_path)
    count = len(written(tmp_path))
    model = install(tmp_path / "models", *another_model())
    start(tmp_path)

    new = list(chain.walk(tmp_path / "audit"))[count:]
    assert [entry.what for entry in new] == [What.MODELS, *[What.MODEL] * (len(shipped().model) + 1)]
    assert digest_of(b"another", model.sha256.encode()) in [entry.digest for entry in new]


def test_another_file_of_the_same_name_is_a_change_of_that_model_alone(tmp_path: Path) -> None:
    install(tmp_path / "models", *another_model(b"first"))
    start(tmp_path)
    before = history_of(chain.walk(tmp_path / "audit")).models
    second = install(tmp_path / "models", *another_model(b"second"))
    start(tmp_path)
    after = history_of(chain.walk(tmp_path / "audit")).models

    assert after.keys() - before.keys() == {model_digest(second)}
    assert {digest: after[digest] for digest in before if digest in after} == {
        digest: entry for digest, entry in before.items() if digest in after
    }


def test_a_manifest_that_does_not_hold_is_a_set_of_models_without_its_own(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/manifest.toml").write_bytes(b"\xff\x00")

    assert [model.name for model in models_here(settings(tmp_path))] == sorted(one.name for one in shipped().model)


def test_another_node_id_is_in_the_log(tmp_path: Path) -> None:
    start(tmp_path)
    start(tmp_path, "pole-0043")

    assert written(tmp_path).count(What.IDENTITY) == 2


def test_another_certificate_is_in_the_log(tmp_path: Path) -> None:
    certificate = tmp_path / "node.crt"
    certificate.write_text("absent")
    start(tmp_path, certificate=str(certificate))
    certificate.write_text(PEM)
    start(tmp_path, certificate=str(certificate))

    assert written(tmp_path).count(What.IDENTITY) == 2


def test_the_identity_of_a_real_certificate_is_its_fingerprint_whatever_stands_around_it(tmp_path: Path) -> None:
    certificate = tmp_path / "node.crt"
    pem = _certificate()
    found = []
    for text in (pem, "Subject: CN=pole-0042\n" + pem + "\n"):
        certificate.write_text(text)
        found.append(identity_digest(settings(tmp_path, certificate=str(certificate))))

    assert found[0] == found[1]


def test_a_certificate_that_cannot_be_read_is_no_other_identity(tmp_path: Path) -> None:
    assert identity_digest(settings(tmp_path, certificate=str(tmp_path / "nowhere.crt"))) is None


def test_what_holds_is_said_again_before_its_file_is_the_third_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in (chain, module):
        monkeypatch.setattr(owner, "ENTRIES_A_FILE", 8)
    log = Audit(tmp_path / "audit", CLOCK)
    for number in range(100):
        log.stand(What.IDENTITY, float(number), b"i" * 16)
        log.note(What.LEFT, float(number), digest_of(str(number).encode()))
        log.flush()
        assert chain.standing(tmp_path / "audit")[What.IDENTITY].digest == b"i" * 16

    assert 10 <= written(tmp_path).count(What.IDENTITY) <= 30


def test_a_log_that_was_put_aside_has_it_said_again(tmp_path: Path) -> None:
    start(tmp_path)
    (tmp_path / "audit" / f"{1:015d}.audit").write_bytes(b"x" * 640)
    start(tmp_path)

    assert What.IDENTITY in written(tmp_path)
    assert written(tmp_path)[0] is What.PUT_ASIDE


def _certificate() -> str:
    """A certificate that signs itself."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    from cryptography import x509  # noqa: PLC0415 - same
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - same
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - same

    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pole-0042")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, None)
    )
    return made.public_bytes(Encoding.PEM).decode()
