"""Where a new model comes from: a folder, its entry, its network beside its entry, or an https address of an entry.

An entry is a `model.toml`: a manifest of one model. It names the network's file and sha256, so that who vouches for the
entry vouches for both.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO

from node.config.manifest import MAX_MODEL_BYTES, is_of, parse, verify
from node.config.model_entry import Model
from node.errors import ModelError, OperatorError, UnreadableInputError

ENTRY = "model.toml"
_MAX_ENTRY_BYTES = 1_000_000
_TIMEOUT_S = 30.0


def fetch(source: str, sha256: str | None) -> tuple[Model, bytes]:
    """The entry and the verified bytes of a model that is to be installed.

    Args:
        source: a folder with a model.toml, a .toml, an .onnx with a .toml beside it, or an https address of a .toml.
        sha256: of the .toml, as the operator was told it by somebody else; needed for an address.

    Raises:
        OperatorError: the address is not https, or comes without a sha256.
        UnreadableInputError: something cannot be read or fetched.
        ModelError: the entry does not hold or is not the one with that sha256, or the network is not the one it names.
    """
    if "://" in source:
        return _fetch_address(source, sha256)
    path = _entry_of(Path(source))
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_ENTRY_BYTES)
    except OSError as error:
        raise UnreadableInputError(f"{path}: cannot be read ({error.strerror}); docs/models.md shows one") from error
    model = _entry(content, str(path), sha256)
    return model, verify(model, path.parent)


def _entry_of(path: Path) -> Path:
    """The entry that a path stands for.

    Raises:
        UnreadableInputError: it stands for none.
    """
    if path.is_dir():
        return path / ENTRY
    if path.suffix != ".onnx":
        return path
    own = path.with_suffix(".toml")
    found = own if own.exists() else path.with_name(ENTRY)
    if not found.exists():
        raise UnreadableInputError(
            f"{path}: needs its entry beside it ({own.name} or {ENTRY}); docs/models.md shows one"
        )
    return found


def _entry(content: bytes, name: str, sha256: str | None) -> Model:
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256.lower():
        raise ModelError(f"{name}: is not the file with the given sha256")
    models = parse(content, name).model
    if len(models) != 1:
        raise ModelError(f"{name}: names {len(models)} models; one is installed at a time")
    return models[0]


def _fetch_address(address: str, sha256: str | None) -> tuple[Model, bytes]:
    if not address.startswith("https://"):
        raise OperatorError(f"{address}: is not https; download it yourself and install the folder")
    if sha256 is None:
        raise OperatorError(f"{address}: needs --sha256, from somebody you trust")
    model = _entry(_download(address, _MAX_ENTRY_BYTES), address, sha256)
    content = _download(urllib.parse.urljoin(address, model.file), MAX_MODEL_BYTES)
    if not is_of(model, content):
        raise ModelError(f"model {model.name}: {model.file} is not the file that its entry names (sha256 differs)")
    return model, content


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to another https address, and to nothing else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request, or an error where it would leave https."""
        if not newurl.startswith("https://"):
            raise urllib.error.URLError("it is redirected away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, most: int) -> bytes:
    """What lies at an https address.

    Raises:
        UnreadableInputError: it cannot be fetched, or is larger than `most` bytes.
    """
    opener = urllib.request.build_opener(_HttpsOnly())
    try:
        with opener.open(address, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read(most + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:  # URLError is an OSError
        raise UnreadableInputError(f"{address}: cannot be fetched ({_reason(error)})") from error
    if len(content) > most:
        raise UnreadableInputError(f"{address}: is larger than {most} bytes")
    return content


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "reason", error)).split())[:120]
