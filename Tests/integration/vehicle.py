"""Vehicles made of nothing but the published schema: keys, certificates, signed messages, and an MQTT 5 session."""

import base64
import hashlib
import hmac
import json
import os
import queue
import threading
import time
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waymark.v1 import entry_pb2, vehicle_pb2

REPORTS, TELEMETRY = "waymark/v1/reports", "waymark/v1/telemetry"
REVOCATIONS = "waymark/v1/revocations"
DAY_MS = 86_400_000


def now_ms():
    return int(time.time() * 1000)


def sign(key, domain, chain, message: bytes):
    return key.sign(domain.encode() + b"\x00" + chain + message)


def seed_of(path):
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))


def enrol(key, authority, chain, start_ms, end_ms):
    """A SignedCertificate, as an authority makes it."""
    certificate = vehicle_pb2.Certificate(
        vehicle_key=key.public_key().public_bytes_raw(), not_before_ms=start_ms, not_after_ms=end_ms,
        authority_key=authority.public_key().public_bytes_raw()).SerializeToString()
    signature = sign(authority, "waymark.v1.certificate", chain, certificate)
    return vehicle_pb2.SignedCertificate(certificate=certificate, signature=signature)


def report_commitment(report: bytes) -> bytes:
    """What the log holds of a report."""
    return hmac.digest(vehicle_pb2.Report.FromString(report).salt, report, "sha256")


def report_entry(report: bytes) -> bytes:
    """The leaf by which a report stands in the log."""
    entry = entry_pb2.ReportEntry(commitment=report_commitment(report))
    return entry_pb2.Entry(report=entry).SerializeToString()


@dataclass
class Vehicle:
    """A key with its certificate, and the count of its reports."""

    chain: bytes
    key: Ed25519PrivateKey
    certificate: vehicle_pb2.SignedCertificate
    sequence: int = field(default_factory=now_ms)

    @staticmethod
    def enrolled(committee, start_ms=None, end_ms=None, authority=None):
        """A new vehicle; by default one that a member of the committee's authority enrolled for a day."""
        chain, key = bytes.fromhex(committee.file["chain_id"]), Ed25519PrivateKey.generate()
        authority = authority or seed_of(committee.folder / "authority.key")
        start, end = start_ms or now_ms() - DAY_MS, end_ms or now_ms() + DAY_MS
        return Vehicle(chain, key, enrol(key, authority, chain, start, end))

    @staticmethod
    def load(path):
        """The vehicle of an identity file (`waymark keys enrol`)."""
        file = json.loads(path.read_text())
        certificate = vehicle_pb2.SignedCertificate.FromString(base64.b64decode(file["certificate"]))
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file["vehicle_seed"]))
        return Vehicle(bytes.fromhex(file["chain_id"]), key, certificate)

    @property
    def certificate_digest(self) -> bytes:
        return hashlib.sha256(self.certificate.certificate).digest()

    def report(self, *observations, **fields) -> "SignedReport":
        """A signed report under the next sequence; `fields` replace what it would say by itself."""
        self.sequence += 1
        seen = observations or [observation(time_ms=fields.get("time_ms", now_ms()))]
        values = {
            "certificate_digest": self.certificate_digest, "sequence": self.sequence, "time_ms": now_ms(),
            "salt": os.urandom(32), "observations": seen}
        return self.signed(vehicle_pb2.Report(**(values | fields)).SerializeToString())

    def signed(self, report: bytes) -> "SignedReport":
        return SignedReport(report, sign(self.key, "waymark.v1.report", self.chain, report), self.certificate)

    def telemetry(self, **fields) -> bytes:
        """An encoded SignedTelemetry."""
        self.sequence += 1
        values = {
            "certificate_digest": self.certificate_digest, "sequence": self.sequence, "time_ms": now_ms(),
            "latitude_e7": 610000000, "longitude_e7": 250000000, "speed_cm_s": 1389, "heading_cdeg": 9000}
        telemetry = vehicle_pb2.Telemetry(**(values | fields)).SerializeToString()
        return vehicle_pb2.SignedTelemetry(
            telemetry=telemetry, signature=sign(self.key, "waymark.v1.telemetry", self.chain, telemetry),
            certificate=self.certificate.SerializeToString()).SerializeToString()


@dataclass
class SignedReport:
    """A report and what goes around it."""

    report: bytes
    signature: bytes
    certificate: vehicle_pb2.SignedCertificate

    @property
    def envelope(self) -> bytes:
        return vehicle_pb2.SignedReport(
            report=self.report, signature=self.signature,
            certificate=self.certificate.SerializeToString()).SerializeToString()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.report).hexdigest()


def observation(latitude=61.0, longitude=25.0, **fields):
    values = {
        "kind": 6, "polarity": vehicle_pb2.POLARITY_SEEN, "time_ms": now_ms(), "confidence_permille": 900,
        "latitude_e7": round(latitude * 1e7), "longitude_e7": round(longitude * 1e7)}
    return vehicle_pb2.Observation(**(values | fields))


@dataclass
class Answer:
    """What a PUBACK said, and the receipts that had come before it."""

    code: int
    reason: str
    receipts: dict

    @property
    def label(self) -> str:
        return self.reason.split(":")[0]

    @property
    def is_success(self) -> bool:
        return self.code < 0x80


class Session:
    """A connection of MQTT 5, or of 3.1.1, that keeps what it hears."""

    def __init__(self, port, version=mqtt.MQTTv5):
        self.messages, self.connection = queue.Queue(), queue.Queue()
        self.receipts, self.answers, self.order = {}, {}, []
        self.changed = threading.Condition()
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, protocol=version, reconnect_on_failure=False)
        self.client.on_connect = lambda c, u, flags, code, properties: self.connection.put(("open", code.value))
        self.client.on_disconnect = lambda c, u, flags, code, properties: self.connection.put(("closed", code.value))
        self.client.on_publish, self.client.on_message = self._published, self._heard
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self.connection.get(timeout=10) == ("open", 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()

    def _heard(self, client, user, message):
        if message.topic.startswith("waymark/v1/receipts/"):
            self.receipts[message.topic.rpartition("/")[2]] = message.payload
        self.messages.put((message.topic, message.payload, message.retain))

    def _published(self, client, user, identifier, code, properties):
        with self.changed:
            reason = getattr(properties, "ReasonString", "")
            self.answers[identifier] = Answer(code.value, reason, dict(self.receipts))
            self.order.append(identifier)
            self.changed.notify_all()

    def send(self, payload: bytes, topic=REPORTS):
        """Publishes at QoS 1 and does not wait; the packet's identifier."""
        return self.client.publish(topic, payload, qos=1).mid

    def answer(self, identifier, timeout=15) -> Answer:
        with self.changed:
            assert self.changed.wait_for(lambda: identifier in self.answers, timeout), "no PUBACK came"
            return self.answers[identifier]

    def publish(self, payload: bytes, topic=REPORTS) -> Answer:
        """Publishes at QoS 1 and waits for the PUBACK."""
        return self.answer(self.send(payload, topic))

    def commit(self, report: SignedReport) -> bytes:
        """Publishes a report that must be accepted; its receipt."""
        answer = self.publish(report.envelope)
        assert answer.is_success, f"refused: {answer.code:#x} {answer.reason}"
        assert report.digest in answer.receipts, "the PUBACK came without a receipt before it"
        return answer.receipts[report.digest]
