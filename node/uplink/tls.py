"""Who the broker is, and who we are: TLS 1.3 with the city's authority and this node's certificate."""

from __future__ import annotations

import ssl

from node.config.settings import BrokerSettings
from node.errors import BrokerError


def tls_context(broker: BrokerSettings) -> ssl.SSLContext:
    """TLS 1.3 with the city's authority, and this node's certificate.

    Raises:
        BrokerError: a file cannot be read or does not fit.
    """
    try:
        context = ssl.create_default_context(cafile=broker.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if broker.certificate_file:
            context.load_cert_chain(broker.certificate_file, broker.key_file)
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(f"broker.ca_file, certificate_file or key_file: {error}") from error
    return context
