"""What is refused: each with its reason, to the sender and in /metrics, and none of it to anyone's harm."""

import hashlib
import os
import socket
import ssl

import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from committee import eventually, waymark
from vehicle import DAY_MS, REVOCATIONS, TELEMETRY, Session, Vehicle, now_ms, observation, report_commitment
from waymark.v1 import vehicle_pb2

NOT_AUTHORIZED, PAYLOAD_FORMAT_INVALID, QUOTA_EXCEEDED, IMPLEMENTATION_SPECIFIC = 0x87, 0x99, 0x97, 0x83


def refused(validator, kind, label):
    return validator.metric(f'waymark_refused_total{{kind="{kind}",reason="{label}"}}')


def stranger(committee):
    """A vehicle of an authority that the committee does not know."""
    return Vehicle.enrolled(committee, authority=Ed25519PrivateKey.generate())


def forged(vehicle):
    signed = vehicle.report()
    signed.signature = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]
    return signed.envelope


def for_another_committee(vehicle):
    """A good signature, but under another committee's chain id."""
    vehicle.chain = os.urandom(32)
    return vehicle.report().envelope


def without_certificate(vehicle):
    return vehicle_pb2.SignedReport(**(
        {"report": vehicle.report().report, "signature": bytes(64)})).SerializeToString()


REFUSALS = {
    "bad signature": (forged, "bad_signature", NOT_AUTHORIZED),
    "another committee": (for_another_committee, "bad_signature", NOT_AUTHORIZED),
    "no certificate": (without_certificate, "uncertified", NOT_AUTHORIZED),
    "stale": (lambda v: v.report(time_ms=now_ms() - 60_000).envelope, "stale", PAYLOAD_FORMAT_INVALID),
    "future": (lambda v: v.report(time_ms=now_ms() + 60_000).envelope, "future", PAYLOAD_FORMAT_INVALID),
    "unknown kind": (lambda v: v.report(observation(kind=4711)).envelope, "out_of_bounds", PAYLOAD_FORMAT_INVALID),
    "no place on Earth": (
        lambda v: v.report(observation(latitude=91)).envelope, "out_of_bounds", PAYLOAD_FORMAT_INVALID),
    "too many observations": (
        lambda v: v.report(*[observation()] * 65).envelope, "out_of_bounds", PAYLOAD_FORMAT_INVALID),
    "sequence 0": (lambda v: v.report(sequence=0).envelope, "out_of_bounds", PAYLOAD_FORMAT_INVALID),
    "short salt": (lambda v: v.report(salt=b"salt").envelope, "out_of_bounds", PAYLOAD_FORMAT_INVALID),
    "nonsense": (lambda v: b"\xff" * 100, "malformed", PAYLOAD_FORMAT_INVALID),
    "cut short": (lambda v: v.report().envelope[:-70], "malformed", PAYLOAD_FORMAT_INVALID),
    "oversized": (lambda v: v.report().envelope + bytes(10_000), "oversized", IMPLEMENTATION_SPECIFIC),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_report_is_refused_with_its_reason(committee, session, vehicle, case):
    make, label, code = REFUSALS[case]
    before = refused(committee[0], "report", label)
    answer = session.publish(make(vehicle))
    assert (answer.label, answer.code) == (label, code)
    assert len(answer.reason) > len(label) + 2, "the reason has words for people, too"
    assert not answer.receipts
    eventually(lambda: refused(committee[0], "report", label) == before + 1, what=f"a count of {label}")
    # The session and the server go on.
    session.commit(vehicle.report() if case != "another committee" else Vehicle.enrolled(committee).report())


@pytest.mark.parametrize("label,start,end", [
    ("certificate_expired", -2 * DAY_MS, -DAY_MS), ("certificate_not_yet_valid", DAY_MS, 2 * DAY_MS)])
def test_a_certificate_counts_in_its_time_only(committee, session, label, start, end):
    answer = session.publish(Vehicle.enrolled(committee, now_ms() + start, now_ms() + end).report().envelope)
    assert (answer.label, answer.code) == (label, NOT_AUTHORIZED)


def test_an_unknown_authoritys_vehicle_is_uncertified(committee, session):
    answer = session.publish(stranger(committee).report().envelope)
    assert (answer.label, answer.code) == ("uncertified", NOT_AUTHORIZED)


def test_telemetry_is_judged_as_strictly(committee, session, vehicle):
    before = refused(committee[0], "telemetry", "stale")
    answer = session.publish(vehicle.telemetry(time_ms=now_ms() - 60_000), TELEMETRY)
    assert (answer.label, answer.code) == ("stale", PAYLOAD_FORMAT_INVALID)
    eventually(lambda: refused(committee[0], "telemetry", "stale") == before + 1)
    assert session.publish(vehicle.telemetry(speed_cm_s=10_001), TELEMETRY).label == "out_of_bounds"
    assert session.publish(vehicle.telemetry(), TELEMETRY).code == 0


def test_a_revoked_certificate_is_refused_everywhere(committee, vehicle, tmp_path):
    file = tmp_path / "revocation"
    arguments = [
        "--committee", committee.folder / "committee.json5", "--authority", committee.folder / "authority.key"]
    result = waymark("keys", "revoke", *arguments, "--certificate", vehicle.certificate_digest.hex(), file)
    assert result.returncode == 0, result.stderr
    with Session(committee[0].mqtt) as session:
        session.commit(vehicle.report())
        assert session.publish(file.read_bytes(), REVOCATIONS).code == 0
    with Session(committee[2].mqtt) as session:
        answer = eventually(
            lambda: [answer for answer in [session.publish(vehicle.report().envelope)] if not answer.is_success])[0]
        assert (answer.label, answer.code) == ("revoked", NOT_AUTHORIZED)
    eventually(lambda: refused(committee[2], "report", "revoked") >= 1)


def test_only_the_authority_revokes(committee, session, vehicle):
    revocation = vehicle_pb2.Revocation(
        certificate_digest=vehicle.certificate_digest, time_ms=now_ms(), salt=os.urandom(32),
        authority_key=vehicle.key.public_key().public_bytes_raw()).SerializeToString()
    payload = vehicle_pb2.SignedRevocation(revocation=revocation, signature=bytes(64)).SerializeToString()
    assert session.publish(payload, REVOCATIONS).label == "uncertified"
    session.commit(vehicle.report())


def test_a_sequence_below_the_window_is_refused(session, vehicle):
    session.commit(vehicle.report(sequence=5000))
    session.commit(vehicle.report(sequence=5000 - 1023))
    answer = session.publish(vehicle.report(sequence=5000 - 1024).envelope)
    assert (answer.label, answer.code) == ("below_window", PAYLOAD_FORMAT_INVALID)


def test_a_vehicle_above_its_rate_is_refused_and_others_are_not(committee, session, vehicle):
    sent = [session.send(vehicle.report().envelope) for _ in range(200)]
    with Session(committee[0].mqtt) as other:
        other.commit(Vehicle.enrolled(committee).report())
    answers = [session.answer(identifier, timeout=30) for identifier in sent]
    labels = {answer.label for answer in answers if not answer.is_success}
    assert labels == {"rate_exceeded"}
    assert sum(answer.is_success for answer in answers) >= 100


def test_a_repeat_gets_its_receipt_again_and_adds_nothing(committee, session, vehicle):
    signed = vehicle.report()
    first = session.commit(signed)
    for validator in committee:
        with Session(validator.mqtt) as other:
            again = other.commit(signed)
            assert again.splitlines()[1] == first.splitlines()[1], "the receipt is of another entry"
    # Another report closes the block in which a repeat would stand.
    session.commit(vehicle.report())
    log = waymark(
        "inspect", "tail", committee[0].url, "--policy", committee.policy, "--count", 100_000, "--json").stdout
    assert log.count(report_commitment(signed.report).hex()) == 1


def test_a_report_signed_again_is_the_same_report(session, vehicle):
    first = session.commit(vehicle.report(sequence=77))
    again = vehicle.report(sequence=77, time_ms=now_ms() + 1)
    assert session.commit(again).splitlines()[1] == first.splitlines()[1]


def test_another_maps_edges_are_ignored_and_the_answer_says_so(committee, session, vehicle):
    place = {"latitude": 61.8, "longitude": 25.8, "kind": 20, "edge": 1, "direction": vehicle_pb2.DIRECTION_FORWARD}
    signed = vehicle.report(observation(**place), map_digest=hashlib.sha256(b"another map").digest())
    answer = session.publish(signed.envelope)
    assert (answer.code, answer.reason) == (0, "unknownMap")
    assert signed.digest in answer.receipts
    hazards = eventually(lambda: committee[0].json("/api/v1/hazards?kind=violence")["hazards"])
    assert "edge" not in hazards[0] or hazards[0]["edge"] is None


def test_an_edge_that_the_map_does_not_have_is_out_of_bounds(committee, session, vehicle):
    digest = bytes.fromhex(committee.file["map"]["digest"])
    edge = {"edge": committee.file["map"]["segments"], "direction": vehicle_pb2.DIRECTION_FORWARD}
    answer = session.publish(vehicle.report(observation(**edge), map_digest=digest).envelope)
    assert (answer.label, answer.code) == ("out_of_bounds", PAYLOAD_FORMAT_INVALID)
    edge["edge"] -= 1
    assert session.publish(vehicle.report(observation(**edge), map_digest=digest).envelope).code == 0


def test_nobody_publishes_on_other_topics(session, vehicle):
    answer = session.publish(b"", "waymark/v1/hazards/1")
    assert answer.code == NOT_AUTHORIZED
    session.commit(vehicle.report())


def test_a_frame_above_the_limit_ends_its_connection(committee):
    before = committee[0].metric('waymark_sessions_closed_total{reason="fault"}')
    with Session(committee[0].mqtt) as session:
        session.send(bytes(100_000))
        # paho does not read the reason of a DISCONNECT that has no properties.
        assert session.connection.get(timeout=10)[0] == "closed"
    eventually(lambda: committee[0].metric('waymark_sessions_closed_total{reason="fault"}') == before + 1)


def test_mqtt_3_is_told_the_reason_and_then_closed(committee, vehicle):
    payload = vehicle.report(time_ms=now_ms() - 60_000).envelope
    with Session(committee[0].mqtt, version=mqtt.MQTTv311) as session:
        identifier = session.send(payload)
        topic, reason, _ = session.messages.get(timeout=10)
        assert topic == f"waymark/v1/refusals/{hashlib.sha256(payload).hexdigest()}"
        assert reason.startswith(b"stale: ")
        assert session.connection.get(timeout=10)[0] == "closed"
        assert identifier not in session.answers


def test_strangers_are_not_let_in_among_the_validators(committee):
    """TLS without a certificate that the committee file pins."""
    before = committee[0].metric("waymark_strangers_refused_total")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with socket.create_connection(("127.0.0.1", committee[0].peers), timeout=5) as connection:
            with context.wrap_socket(connection) as stream:
                stream.sendall(bytes(1000))
                if not stream.recv(1):
                    raise ConnectionError("closed")
    eventually(lambda: committee[0].metric("waymark_strangers_refused_total") == before + 1)


def test_nothing_older_than_tls_1_3_is_spoken(committee):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", committee[0].mqtts), timeout=5) as connection:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection)


@pytest.mark.parametrize("port", ["peers", "mqtt", "mqtts", "http"])
def test_garbage_on_a_port_disturbs_nobody(committee, vehicle, port):
    for seed in [os.urandom(4096), b"\x10\xff\xff\xff\x7f" + bytes(100), b"\x16\x03\x01\x00\xff" + bytes(300), b""]:
        with socket.create_connection(("127.0.0.1", getattr(committee[0], port)), timeout=5) as connection:
            try:
                connection.sendall(seed)
                connection.settimeout(0.2)
                connection.recv(4096)
            except (TimeoutError, ConnectionError):
                pass
    with Session(committee[0].mqtt) as session:
        session.commit(vehicle.report())
    assert committee[0].get("/healthz")[0] == 200
    assert committee[0].status()["peers"] == 3
