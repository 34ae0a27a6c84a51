"""The city's broker as `firmware_config/mosquitto` sets it up: a real mosquitto, real certificates, real clients."""

from __future__ import annotations

import datetime as dt
import os
import queue
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.integration.node_side import UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

FILES = Path(__file__).parents[2] / "firmware_config/mosquitto"
PATIENCE_S = 10.0
NOT_AUTHORISED = 135
NOW = dt.datetime.now(dt.UTC)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Authority:
    """A throwaway certificate authority of a city; its files lie in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a city's authority")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # noqa: FBT003 - its order
        builder = self.builder(self.name, self.key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)  # noqa: FBT003 - critical
        own = builder.add_extension(usage, critical=True).sign(self.key, hashes.SHA256())
        (folder / "ca.crt").write_bytes(own.public_bytes(serialization.Encoding.PEM))
        self.revoke()

    def builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            self.name,
            subject,
            key.public_key(),
            x509.random_serial_number(),
            NOW - dt.timedelta(1),
            NOW + dt.timedelta(2),
        )

    def issue(self, name: str, *, server: bool = False) -> x509.Certificate:
        """Writes `{name}.crt` and `{name}.key`."""
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self.builder(subject, key).add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if server:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        (self.folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(key_pem(key))
        return certificate

    def revoke(self, *certificates: x509.Certificate) -> None:
        """Writes `crl.pem` with these certificates and no others."""
        crl = x509.CertificateRevocationListBuilder(self.name, NOW - dt.timedelta(1), NOW + dt.timedelta(2))
        for one in certificates:
            crl = crl.add_revoked_certificate(x509.RevokedCertificateBuilder(one.serial_number, NOW).build())
        signed = crl.sign(self.key, hashes.SHA256())
        (self.folder / "crl.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Authority:
    """An authority that knows two poles, the three readers, the broker, and one pole that was stolen."""
    authority = Authority(tmp_path_factory.mktemp("pki"))
    authority.issue("broker", server=True)
    for name in ("pole-1", "pole-2", "fleet", "forecaster", "resync"):
        authority.issue(name)
    authority.revoke(authority.issue("stolen"))
    return authority


@pytest.fixture(scope="module")
def port(city, tmp_path_factory):
    """The production broker on a free loopback port; of its file only paths and the door are rewritten."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert program, "mosquitto is missing: make install"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    text = (FILES / "polewatch.conf").read_text()
    text = text.replace("listener 8883", f"listener {number} 127.0.0.1")
    text = text.replace("/etc/mosquitto/polewatch", str(city.folder))
    text = text.replace("/var/lib/mosquitto", str(tmp_path_factory.mktemp("state")))
    if os.geteuid() == 0:  # else mosquitto turns into a user who cannot read pytest's folders
        text = f"user root\n{text}"
    shutil.copy(FILES / "acl", city.folder / "acl")
    (city.folder / "acl").chmod(0o600)
    (city.folder / "conf").write_text(text)
    with subprocess.Popen([program, "-c", str(city.folder / "conf")], stderr=subprocess.PIPE, text=True) as broker:
        deadline = time.monotonic() + PATIENCE_S
        while not accepts(number):
            assert broker.poll() is None, broker.stderr and broker.stderr.read()
            assert time.monotonic() < deadline, "mosquitto does not listen"
        yield number
        broker.terminate()
        broker.communicate(timeout=PATIENCE_S)


def accepts(number: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", number), timeout=0.2).close()
    except OSError:
        time.sleep(0.02)
        return False
    return True


def tls(city: Authority, name: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(city.folder / "ca.crt"))
    if name:
        context.load_cert_chain(city.folder / f"{name}.crt", city.folder / f"{name}.key")
    return context


class Client:
    """One MQTT 5 client with a certificate; waits for the broker's answers, never for a time."""

    def __init__(self, city: Authority, port: int, name: str, client_id: str) -> None:
        self.answers: queue.Queue[int] = queue.Queue()
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
        self.paho.tls_set_context(tls(city, name))
        self.paho.on_connect = lambda _c, _u, _f, code, _p: self.answers.put(code.value)
        self.paho.on_publish = lambda _c, _u, _m, code, _p: self.answers.put(code.value)
        self.paho.on_subscribe = lambda _c, _u, _m, codes, _p: self.answers.put(codes[0].value)
        self.paho.on_message = lambda _c, _u, message: self.heard.put((message.topic, bytes(message.payload)))
        self.paho.connect("localhost", port)
        self.paho.loop_start()
        assert self.answers.get(timeout=PATIENCE_S) == 0

    def publish(self, topic: str) -> int:
        """The broker's reason code: below 128 it took the message."""
        self.paho.publish(f"polewatch/v1/{topic}", b"{}", qos=1)
        return self.answers.get(timeout=PATIENCE_S)

    def subscribe(self, topic: str) -> None:
        self.paho.subscribe(topic, options=SubscribeOptions(qos=1))
        self.answers.get(timeout=PATIENCE_S)


@pytest.fixture
def connect(city, port):
    """Connects under the name of a certificate; all are gone when the test ends."""
    open_ones: list[Client] = []

    def one(name: str, client_id: str = "") -> Client:
        open_ones.append(Client(city, port, name, client_id or name))
        return open_ones[-1]

    yield one
    for client in open_ones:
        client.paho.disconnect()
        client.paho.loop_stop()


@pytest.mark.parametrize("topic", ["info", "state", "event/noise.spike", "summary", "health", "reported"])
def test_a_node_publishes_its_own_topics(connect, topic):
    assert connect("pole-1").publish(f"pole-1/{topic}") < 128


@pytest.mark.parametrize("topic", ["pole-2/event/noise.spike", "pole-1/desired", "pole-1/event/a/b", "fleet/x"])
def test_a_node_publishes_nothing_else(connect, topic):
    assert connect("pole-1").publish(topic) == NOT_AUTHORISED


def test_a_node_with_anothers_client_id_is_still_itself(connect):
    client = connect("pole-1", client_id="pole-2")

    assert client.publish("pole-2/state") == NOT_AUTHORISED
    assert client.publish("pole-1/state") < 128


def test_the_forecaster_hears_events_and_a_nosy_node_does_not(connect):
    forecaster, nosy, node = connect("forecaster"), connect("pole-2"), connect("pole-1")
    forecaster.subscribe("polewatch/v1/+/event/#")
    nosy.subscribe("#")

    node.publish("pole-1/event/noise.spike")
    nosy.publish("pole-2/event/noise.spike")

    topics = {forecaster.heard.get(timeout=PATIENCE_S)[0] for _ in range(2)}
    assert topics == {"polewatch/v1/pole-1/event/noise.spike", "polewatch/v1/pole-2/event/noise.spike"}
    assert nosy.heard.empty()


def test_the_forecaster_publishes_nothing(connect):
    assert connect("forecaster").publish("pole-1/command") == NOT_AUTHORISED


@pytest.mark.parametrize(("topic", "is_taken"), [("command", True), ("desired", False), ("job", False)])
def test_who_asks_for_what_is_lacking_asks_and_does_nothing_else(connect, topic, is_taken):
    assert (connect("resync").publish(f"pole-1/{topic}") < 128) is is_taken


def test_a_node_hears_what_city_it_desires(connect):
    node, fleet = connect("pole-1"), connect("fleet")
    node.subscribe("polewatch/v1/pole-1/desired")

    fleet.publish("pole-1/desired")

    assert node.heard.get(timeout=PATIENCE_S) == ("polewatch/v1/pole-1/desired", b"{}")


@pytest.mark.parametrize("name", [None, "stolen"])
def test_without_a_valid_certificate_nobody_comes_in(city, port, name):
    raw = socket.create_connection(("localhost", port), timeout=PATIENCE_S)

    with pytest.raises(OSError, match="alert"), tls(city, name).wrap_socket(raw, server_hostname="localhost") as door:
        door.recv(1)  # with TLS 1.3 the server's refusal comes after the client's part of the handshake


def test_tls_1_2_is_refused(city, port):
    context = tls(city, "pole-1")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    raw = socket.create_connection(("localhost", port), timeout=PATIENCE_S)

    with raw, pytest.raises(ssl.SSLError, match="version"):
        context.wrap_socket(raw, server_hostname="localhost")


@pytest.fixture
def pole(city, port, tmp_path):
    """Starts the real `polewatch uplink` of pole-1, with the certificate of a given name."""
    started: list[UplinkProcess] = []

    def start(certificate: str) -> UplinkProcess:
        config = write_config(tmp_path, port)
        files = {"ca_file": "ca.crt", "certificate_file": f"{certificate}.crt", "key_file": f"{certificate}.key"}
        names = "".join(f'{key} = "{city.folder / name}"\n' for key, name in files.items())
        text = config.read_text().replace('"pole-0042"', '"pole-1"').replace('"127.0.0.1"', '"localhost"')
        config.write_text(text + names)
        started.append(UplinkProcess(config))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.stop()


def test_the_real_node_tells_its_birth_to_the_production_broker(connect, pole):
    forecaster = connect("forecaster")
    forecaster.subscribe("polewatch/v1/pole-1/info")
    pole("pole-1")

    def born() -> bool:
        topic, payload = forecaster.heard.get(timeout=PATIENCE_S)
        return topic == "polewatch/v1/pole-1/info" and b"org.polewatch.info.v1" in payload

    until(born, what="the birth")


@pytest.mark.parametrize("certificate", ["stolen", "missing"])
def test_a_node_with_a_wrong_certificate_says_so_once_and_keeps_its_outbox(pole, certificate):
    uplink = pole(certificate)
    until(lambda: "messages wait in the outbox" in uplink.said(), what="the line")

    assert uplink.alive
    assert uplink.said().count("no broker at localhost") == 1
    assert "Traceback" not in uplink.said()
