"""`polewatch models`, as an operator meets it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from node.cli import main
from node.config.installed import to_toml
from node.config.model_entry import Model
from tests.unit.sense.audio.tiny_models import breaks_on_a_square, entry, mean_size


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f'[node]\nid = "pole-1"\n[sound_model]\nfolder = "{tmp_path}/models"\n')
    return path


def offered(tmp_path: Path, content: bytes | None = None, toml: str = "model", **changes: Any) -> Path:
    """A folder with a model, as one is given to an operator."""
    content = mean_size() if content is None else content
    folder = tmp_path / "offered"
    folder.mkdir(exist_ok=True)
    (folder / "tiny.onnx").write_bytes(content)
    (folder / f"{toml}.toml").write_text(to_toml(entry(content, **changes)))
    return folder


def run(config: Path, *arguments: str) -> int:
    return main(["models", *arguments, "--config", str(config)])


def test_an_installed_model_is_listed_verified_and_tried(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "install", str(offered(tmp_path))) == 0
    assert [run(config, action) for action in ("list", "verify")] == [0, 0]
    assert run(config, "self-test", "tiny") == 0

    told = capsys.readouterr().out
    assert "tiny" in told
    assert "model tiny: is whole" in told
    assert "model tiny: gives what it should" in told


@pytest.mark.parametrize("source", ["offered", "offered/model.toml", "offered/tiny.onnx"])
def test_a_folder_an_entry_and_a_network_beside_its_entry_are_the_same(
    tmp_path: Path, config: Path, source: str
) -> None:
    offered(tmp_path)

    assert run(config, "install", str(tmp_path / source)) == 0


def test_a_network_may_have_an_entry_of_its_own_name(tmp_path: Path, config: Path) -> None:
    assert run(config, "install", str(offered(tmp_path, toml="tiny") / "tiny.onnx")) == 0


def test_the_list_for_scripts_has_every_entry(tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "install", str(offered(tmp_path)))
    capsys.readouterr()
    run(config, "list", "--json")

    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["tiny"]["shipped"] is False
    assert listed["tiny"]["sha256"] == hashlib.sha256(mean_size()).hexdigest()


def test_without_a_known_answer_what_it_gives_here_becomes_one(tmp_path: Path, config: Path) -> None:
    run(config, "install", str(offered(tmp_path)))
    manifest = (tmp_path / "models/manifest.toml").read_text()

    assert "[model.self_test]" in manifest


def test_a_model_that_was_changed_after_its_install_is_told(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, "install", str(offered(tmp_path)))
    next((tmp_path / "models").glob("*.onnx")).write_bytes(b"another")

    assert run(config, "verify") == 1
    assert "MEND  model tiny:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"content": b"no network"}, 1, "onnxruntime cannot load it"),
        ({"content": mean_size(width=3)}, 1, "the manifest names 2"),
        ({"content": mean_size(rate_hz=48_000)}, 1, "its front end gives"),
        ({"self_test": {"seed": 1, "expected": [0.5, 0.5], "tolerance": 0.1}}, 1, "its self-test is off"),
        ({"sha256": "0" * 64}, 1, "sha256 differs"),
        ({"name": "head", "audio": {"backbone": "yamnet"}}, 1, "model yamnet: is not installed"),
    ],
)
def test_a_model_that_does_not_hold_is_not_installed(
    changes: dict[str, Any], code: int, says: str, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "install", str(offered(tmp_path, **changes))) == code

    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert not (tmp_path / "models").exists()


def test_a_model_of_a_refused_task_is_not_installed(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = offered(tmp_path)
    toml = folder / "model.toml"
    toml.write_text(toml.read_text().replace("audio-tag", "speaker-id"))

    assert run(config, "install", str(folder)) == 1
    assert "this node does not tell people apart" in capsys.readouterr().err


def test_an_operator_is_told_how_to_use_a_model_that_tells_sounds(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, "install", str(offered(tmp_path)))

    assert 'to use it: [sound_model] name = "tiny", then restart' in capsys.readouterr().out


def test_an_embedding_is_for_a_head_and_not_offered_as_the_sound_model(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = offered(tmp_path, classes=[], audio={"output": "embedding", "thresholds": None})

    assert run(config, "install", str(folder)) == 0
    told = capsys.readouterr().out
    assert 'to use it: a head with backbone = "tiny" takes it' in told
    assert "[sound_model]" not in told


def test_a_model_of_another_task_is_not_offered_as_the_sound_model(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = offered(tmp_path)
    facts = entry(mean_size()).model_dump(mode="json", exclude={"audio", "self_test"}) | {"task": "crowd-density"}
    (folder / "model.toml").write_text(to_toml(Model.model_validate(facts)))

    assert run(config, "install", str(folder)) == 0
    told = capsys.readouterr().out
    assert "nothing of this version asks for a model of the task crowd-density" in told
    assert "[sound_model]" not in told


def test_a_model_that_fails_on_some_sounds_is_installed_as_it_passes_its_test(tmp_path: Path, config: Path) -> None:
    assert run(config, "install", str(offered(tmp_path, breaks_on_a_square()))) == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["install", "nothing"], (66, "nothing: cannot be read")),
        (["install", "lonely.onnx"], (66, "needs its entry beside it")),
        (["install", "two.toml"], (1, "names 0 models")),
        (["install", "config.toml"], (1, "config.toml: version: is missing")),
        (["install", "http://localhost/model.toml"], (2, "is not https")),
        (["install", "https://localhost/model.toml"], (2, "needs --sha256")),
        (["install", "https://localhost:1/model.toml", "--sha256", "0" * 64], (66, "cannot be fetched")),
        (["install", "offered", "--sha256", "0" * 64], (1, "is not the file with the given sha256")),
        (["self-test", "nobody"], (1, "model nobody: is not installed")),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(
    arguments: list[str],
    expected: tuple[int, str],
    tmp_path: Path,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    offered(tmp_path)
    Path("lonely.onnx").touch()
    Path("two.toml").write_text("version = 1")

    assert run(config, *arguments) == expected[0]
    told = capsys.readouterr().err
    assert expected[1] in told
    assert told.startswith("polewatch: ")
    assert told.count("\n") == 1


class Shelf(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; `/away` leads to plain http, `/round` to the entry."""

    def do_GET(self) -> None:
        leads = {"/away": "http://localhost/model.toml", "/round": "/model.toml"}.get(self.path)
        if leads is None:
            super().do_GET()
            return
        self.send_response(302)
        self.send_header("Location", leads)
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Says nothing."""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real https server of the offered folder, with a certificate that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    handler = functools.partial(Shelf, directory=str(offered(tmp_path)))
    server = http.server.ThreadingHTTPServer(("localhost", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def hash_of_entry(tmp_path: Path) -> str:
    return hashlib.sha256((tmp_path / "offered/model.toml").read_bytes()).hexdigest()


@pytest.mark.parametrize("page", ["model.toml", "round"])
def test_a_model_is_fetched_by_https(tmp_path: Path, config: Path, shelf: str, page: str) -> None:
    assert run(config, "install", f"{shelf}/{page}", "--sha256", hash_of_entry(tmp_path)) == 0
    assert len(list((tmp_path / "models").glob("tiny-*.onnx"))) == 1


@pytest.mark.parametrize(
    ("page", "sha256", "says"),
    [
        ("model.toml", "f" * 64, "is not the file with the given sha256"),
        ("away", "f" * 64, "redirected away from https"),
        ("missing.toml", "f" * 64, "cannot be fetched"),
    ],
)
def test_what_comes_by_https_is_what_the_operator_was_told_or_nothing(
    page: str, sha256: str, says: str, config: Path, shelf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "install", f"{shelf}/{page}", "--sha256", sha256) != 0
    assert says in capsys.readouterr().err
    assert not (config.parent / "models").exists()


def test_a_network_that_is_not_the_one_of_its_entry_is_refused(
    tmp_path: Path, config: Path, shelf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "offered/tiny.onnx").write_bytes(b"another")

    assert run(config, "install", f"{shelf}/model.toml", "--sha256", hash_of_entry(tmp_path)) == 1
    assert "sha256 differs" in capsys.readouterr().err
