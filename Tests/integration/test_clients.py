"""Clients that the project did not write: mosquitto, paho-mqtt, and the documented Python example."""

import json
import queue
import subprocess
import sys
import threading

import pytest

import logcheck
import report as example
from committee import eventually, waymark
from vehicle import TELEMETRY, Session, Vehicle, observation, report_entry
from waymark.v1 import hazard_pb2

EXAMPLE = example.__file__


class Subscriber:
    """A mosquitto_sub, as lines of topic and payload."""

    def __init__(self, port, topic):
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            ["mosquitto_sub", "-p", str(port), "-q", "1", "-t", topic, "-F", "%t %x"],
            stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            topic, payload = line.split()
            self.lines.put((topic, bytes.fromhex(payload)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def hazard(self, wanted, timeout=15):
        """The first hazard for which `wanted` is true, with its topic."""
        while True:
            topic, payload = self.lines.get(timeout=timeout)
            hazard = hazard_pb2.Hazard.FromString(payload)
            if wanted(hazard):
                return topic, hazard


def publish(validator, payload, folder, *options):
    """Publishes with mosquitto_pub at QoS 1; its exit code is 0 once the PUBACK has come."""
    file = folder / "payload"
    file.write_bytes(payload)
    return subprocess.run(
        ["mosquitto_pub", "-q", "1", "-t", "waymark/v1/reports", "-f", str(file), *options], timeout=20).returncode


@pytest.fixture
def identity(committee, tmp_path):
    """An identity file as an operator makes it, on the command line."""
    return enrol(committee, tmp_path, "vehicle")


def enrol(committee, folder, name):
    seed, identity = folder / f"{name}.seed", folder / f"{name}.json"
    key = waymark("keys", "vehicle", seed)
    assert key.returncode == 0 and len(key.stdout.strip()) == 64
    result = waymark(
        "keys", "enrol", "--committee", committee.folder / "committee.json5", "--authority",
        committee.folder / "authority.key", "--vehicle", seed, identity)
    assert result.returncode == 0, result.stderr
    assert identity.stat().st_mode & 0o077 == 0
    return identity


def test_the_documented_example_is_committed_with_a_receipt(committee, identity):
    result = subprocess.run(
        [sys.executable, EXAMPLE, str(identity), "--port", str(committee[0].mqtt), "--latitude", "61.1"],
        capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("Success")
    assert "c2sp.org/tlog-proof@v1" in result.stdout


@logcheck.needed
def test_a_receipt_proves_the_reports_entry_to_anyone(committee, identity, session, tmp_path):
    signed = Vehicle.load(identity).report()
    (tmp_path / "receipt").write_bytes(session.commit(signed))
    (tmp_path / "leaf").write_bytes(report_entry(signed.report))
    said = logcheck.check("-policy", committee.policy, "-proof", tmp_path / "receipt", "-leaf", tmp_path / "leaf")
    assert "proof: OK" in said


def test_mosquitto_publishes_over_plain_mqtt_3(committee, vehicle, tmp_path):
    commits = committee[0].metric("waymark_reports_committed_total")
    assert publish(committee[0], vehicle.report().envelope, tmp_path, "-p", str(committee[0].mqtt)) == 0
    eventually(lambda: committee[0].metric("waymark_reports_committed_total") > commits)


def test_mosquitto_publishes_over_tls(committee, vehicle, tmp_path):
    certificate = committee[3].folder / "keys" / "tls.certificate.pem"
    options = ["--cafile", str(certificate), "--insecure", "--tls-version", "tlsv1.3", "-p", str(committee[3].mqtts)]
    assert publish(committee[3], vehicle.report().envelope, tmp_path, *options) == 0


def test_mosquitto_publishes_over_mqtt_5(committee, vehicle, tmp_path):
    options = ["-V", "5", "-p", str(committee[2].mqtt)]
    assert publish(committee[2], vehicle.report().envelope, tmp_path, *options) == 0


def test_three_vehicles_confirm_a_hazard_for_every_subscriber(committee, tmp_path):
    """Each vehicle reports to another validator, and the subscriber listens to the fourth."""
    place = {"latitude": 61.3, "longitude": 25.3, "kind": 10}
    vehicles = [Vehicle.load(enrol(committee, tmp_path, f"vehicle-{number}")) for number in range(3)]
    with Subscriber(committee[3].mqtt, "waymark/v1/hazards/#") as subscriber:
        for vehicle, validator in zip(vehicles, committee):
            with Session(validator.mqtt) as session:
                session.commit(vehicle.report(observation(**place)))
        topic, hazard = subscriber.hazard(lambda hazard: hazard.kind == 10 and hazard.vehicles == 3)
    assert hazard.state == hazard_pb2.HAZARD_STATE_CONFIRMED
    assert abs(hazard.latitude_e7 / 1e7 - 61.3) < 0.003 and abs(hazard.longitude_e7 / 1e7 - 25.3) < 0.003
    prefix, digits = topic.split("/")[:3], topic.split("/")[3:20]
    assert prefix == ["waymark", "v1", "hazards"] and "".join(digits) == quadkey(hazard.cell)
    assert topic.endswith(f"/{hazard.id.hex()}")
    # Whoever subscribes later, to the area only and anywhere, is told what is there.
    area = "/".join(prefix + digits[:12])
    with Subscriber(committee[1].mqtt, f"{area}/#") as late:
        assert late.hazard(lambda other: other.id == hazard.id)[1] == hazard
    confirmed = committee[0].json("/api/v1/hazards?kind=obstacle&state=confirmed")["hazards"]
    assert hazard.id.hex() in [each["id"] for each in confirmed]


def test_two_vehicles_warn_before_anything_is_final(committee, tmp_path):
    place = {"latitude": 61.7, "longitude": 25.7, "kind": 12}
    vehicles = [Vehicle.load(enrol(committee, tmp_path, f"early-{number}")) for number in range(2)]
    with Subscriber(committee[0].mqtt, "waymark/v1/hazards/#") as subscriber, Session(committee[0].mqtt) as session:
        session.commit(vehicles[0].report(observation(**place)))
        final = subscriber.hazard(lambda hazard: hazard.kind == 12)[1]
        assert final.state == hazard_pb2.HAZARD_STATE_REPORTED and final.vehicles == 1
        session.commit(vehicles[1].report(observation(**place)))
        # In the order in which they came: the warning, and then what is in the log.
        topic, warning = subscriber.hazard(lambda hazard: hazard.kind == 12)
        assert warning.state == hazard_pb2.HAZARD_STATE_PROVISIONAL and warning.vehicles == 2
        assert warning.id != final.id and topic.endswith(f"/{warning.id.hex()}")
        after = subscriber.hazard(lambda hazard: hazard.kind == 12)[1]
        assert (after.id, after.state, after.vehicles) == (final.id, hazard_pb2.HAZARD_STATE_REPORTED, 2)
    # Nobody is told later: a warning is not retained.
    with Subscriber(committee[0].mqtt, "waymark/v1/hazards/#") as late:
        assert late.hazard(lambda hazard: hazard.kind == 12)[1] == after
        assert all(warning.id.hex() not in heard for heard, _ in list(late.lines.queue))


def quadkey(cell):
    return "".join(str(cell >> 2 * digit & 3) for digit in reversed(range(17)))


def test_one_vehicle_alone_confirms_nothing(committee, session, vehicle):
    place = {"latitude": 61.4, "longitude": 25.4, "kind": 11}
    for _ in range(3):
        session.commit(vehicle.report(observation(**place), observation(**place)))
    hazards = committee[0].json("/api/v1/hazards?kind=animal")["hazards"]
    assert [(each["state"], each["vehicles"]) for each in hazards] == [("reported", 1)]


def test_telemetry_is_verified_and_answered(committee, session, vehicle):
    before = committee[0].metric("waymark_telemetry_verified_total")
    answer = session.publish(vehicle.telemetry(), TELEMETRY)
    assert answer.code == 0 and not answer.receipts
    eventually(lambda: committee[0].metric("waymark_telemetry_verified_total") == before + 1)


def test_receipts_go_to_the_session_that_reported_and_no_other(committee, vehicle):
    with Session(committee[0].mqtt) as reporter, Session(committee[0].mqtt) as stranger:
        stranger.client.subscribe("#", 1)
        eventually(lambda: committee[0].metric("waymark_sessions") >= 2)
        signed = vehicle.report(observation(61.5, 25.5, kind=12))
        reporter.commit(signed)
        # The hazard is published after the block; once it is here, a receipt would be, too.
        eventually(lambda: any("/hazards/" in topic for topic, _, _ in list(stranger.messages.queue)))
        assert not stranger.receipts


def test_answers_come_in_the_order_of_the_reports(session, vehicle):
    """A refusal is known at once, a commit takes a round of the committee: the session still hears them in order."""
    payloads = [vehicle.report().envelope if number % 2 else b"nonsense" for number in range(8)]
    sent = [session.send(payload) for payload in payloads]
    answers = [session.answer(identifier) for identifier in sent]
    assert [answer.is_success for answer in answers] == [False, True] * 4
    assert session.order == sent


def test_a_log_outgrows_its_first_tile(committee, session, vehicle, tmp_path):
    """Five reports of 64 observations: more entries than a bundle holds."""
    for _ in range(5):
        session.commit(vehicle.report(*[observation(61.6, 25.6 + number / 100) for number in range(64)]))
    committee.equal_heads(size=5 * 65)
    status, headers, bundle = committee[0].get("/tile/entries/000")
    assert status == 200 and bundle
    for validator in committee:
        result = waymark("inspect", "audit", validator.url, "--policy", committee.policy)
        assert result.returncode == 0, result.stdout + result.stderr
        if logcheck.PATH:
            assert "root agrees" in logcheck.check("-log", validator.url, "-policy", committee.policy, "-audit")


def test_the_tool_is_a_vehicle(committee, identity):
    """`waymark vehicle` goes over TLS, with the validator's key pinned, and checks its receipt itself."""
    lines = [json.dumps({"kind": 9, "latitude": 61.7, "longitude": 25.7 + number / 100}) for number in range(3)]
    result = waymark(
        "vehicle", "--identity", identity, "--committee", committee.folder / "committee.json5",
        input="\n".join(lines) + "\n")
    assert result.returncode == 0, result.stdout + result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    acknowledged = [event for event in events if event["event"] == "acknowledged"]
    assert len(acknowledged) == 3
    assert all(event["leaf"] < event["size"] for event in acknowledged)


def test_a_simulated_fleet_drives_against_a_running_committee(committee):
    result = waymark(
        "simulate", "--committee", committee.folder / "committee.json5", "--authority",
        committee.folder / "authority.key", "--map", committee.folder / "town.osm.pbf", "--vehicles", 10,
        "--duration", 3, "--json", timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    assert report["connected"] == 10 and report["telemetry_verified"] > 0
    assert report["reports_acknowledged"] == report["reports_sent"] and report["waiting_reports"] == 0
