"""What a node is and goes by: its models, its name and certificate, its last policy. Each change of it is audited."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from node.config.installed import installed
from node.config.manifest import Model, shipped
from node.config.settings import Settings
from node.errors import ModelError
from node.uplink.accepted import accepted
from node.uplink.audit import Audit
from node.uplink.chain import What, digest_of

_MAX_CERTIFICATE_BYTES = 65_536


def models_here(settings: Settings) -> tuple[Model, ...]:
    """Every model that this node may load, by name. Those of a manifest that does not hold cannot be loaded."""
    found = [*shipped().model]
    with contextlib.suppress(ModelError):  # `doctor` and `models list` say so
        found += installed(settings.sound_model.path).model
    return tuple(sorted(found, key=lambda model: model.name))


def model_digest(model: Model) -> bytes:
    """What the audit log says of one model. Its loader takes no file of another SHA-256 than this one."""
    return digest_of(model.name.encode(), model.sha256.encode())


def models_digest(models: tuple[Model, ...]) -> bytes:
    """What the audit log says of all of them."""
    return digest_of(*(model_digest(model) for model in models))


def identity_digest(settings: Settings) -> bytes | None:
    """What the audit log says of who this node is; None where its certificate cannot be read now."""
    path = settings.broker.certificate_file
    if not path:
        return digest_of(settings.node.id.encode(), b"")
    fingerprint = _fingerprint(Path(path))
    return None if fingerprint is None else digest_of(settings.node.id.encode(), fingerprint)


def note_standing(audit: Audit, settings: Settings, policy_number: int, now_s: float) -> None:
    """Notes the models, the identity and the number of the policy where they are not those that the log has.

    Args:
        audit: the log.
        settings: the configuration.
        policy_number: of the last signed policy that was accepted, 0 where there was none.
        now_s: on the boot clock.
    """
    models = models_here(settings)
    if audit.stand(What.MODELS, now_s, models_digest(models)):
        for model in models:
            audit.note(What.MODEL, now_s, model_digest(model))
    if (identity := identity_digest(settings)) is not None:
        audit.stand(What.IDENTITY, now_s, identity)
    if policy_number:
        audit.stand(What.ACCEPTED, now_s, accepted(settings.policy.root_key, policy_number))


def _fingerprint(path: Path) -> bytes | None:
    """The SHA-256 of a certificate, or of what stands in its place; None where there is nothing to read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_CERTIFICATE_BYTES)
    except OSError:
        return None
    try:
        return x509.load_pem_x509_certificate(content).fingerprint(SHA256())
    except (ValueError, x509.InvalidVersion):
        return hashlib.sha256(content).digest()  # the word `absent`, of a pole without a certificate
