"""Rounds of learning from outside: Python vehicles teach four validators, and Python computes the same version."""

import hashlib
import json
import os
import random
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass

import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import aggregation_rounds
import learner
import learning as example
import logcheck
import travel_time_rounds
from committee import Committee, eventually, free_ports, waymark
from learner import (
    NAMES, PARAMETERS, PERCEPTION, TRAVEL_TIMES, UPDATES, Announced, Classroom, Pulse, SignedUpdate,
    perception_payload, signed_update, travel_time_payload)
from vehicle import DAY_MS, TELEMETRY, Vehicle, enrol, now_ms
from waymark.v1 import entry_pb2, vehicle_pb2

NOT_AUTHORIZED, PAYLOAD_FORMAT_INVALID, IMPLEMENTATION_SPECIFIC = 0x87, 0x99, 0x83
COHORT_LIMIT = 8
TERMS = {"interval_s": 7, "duration_s": 5, "cohort_minimum": 2, "cohort_limit": COHORT_LIMIT}
PROMOTED, REFUSED = entry_pb2.VERSION_DECISION_PROMOTED, entry_pb2.VERSION_DECISION_REFUSED


@dataclass
class Lesson:
    """A round from its opening to its decision, as each validator's vehicles heard of it."""

    opened: Announced
    updates: list[SignedUpdate]
    accepted: list[Announced]
    decided: list[Announced]
    files: list[bytes]

    @property
    def number(self) -> int:
        return self.opened.entry.round

    @property
    def inputs(self) -> list[tuple[bytes, bytes, bytes]]:
        """Nullifier, commitment and payload of each update, in the order of nullifiers."""
        payloads = [vehicle_pb2.Update.FromString(update.update).payload for update in self.updates]
        entries = [announced.entry for announced in self.accepted]
        return sorted((entry.nullifier, entry.commitment, payload) for entry, payload in zip(entries, payloads))


def enrolled(committee, count) -> list[Vehicle]:
    return [Vehicle.enrolled(committee) for _ in range(count)]


def hold(committee, rooms, model, payloads) -> Lesson:
    """Each payload is another vehicle's, and they take turns at the validators."""
    opened = rooms[0].round(model, left_ms=3500)
    made = payloads(opened.entry)
    vehicles = enrolled(committee, len(made))
    updates = [signed_update(vehicle, opened.entry, payload) for vehicle, payload in zip(vehicles, made)]
    accepted = [rooms[number % len(rooms)].teach(update) for number, update in enumerate(updates)]
    decided = [room.version(model, opened.entry.round) for room in rooms]
    files = [room.file(each.entry.current, each.blob_bytes) for room, each in zip(rooms, decided)]
    return Lesson(opened, updates, accepted, decided, files)


def small_update():
    """A payload that changes next to nothing, unlike any other."""
    return perception_payload([random.randint(-3, 3) for _ in range(PARAMETERS)])


def served_file(validator, digest: bytes) -> bytes:
    # Others may have decided on a version that this validator still computes.
    def answer():
        status, _, body = validator.get(f"/blobs/{digest.hex()}")
        return body if status == 200 else None
    return eventually(answer, what=f"the file {digest.hex()}")


def served_round(validator, model, number, after: Announced):
    """A round once the validator's log has what was announced."""
    return validator.json(f"/api/v1/models/{NAMES[model]}/rounds/{number}?size={after.index + 1}")


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """A committee that trains both models in a hurry."""
    port = free_ports(20)
    committee = Committee(tmp_path_factory.mktemp("school") / "four", port, port + 16)
    result = waymark("keys", "committee", committee.folder, "--learning", "--port", port, "--http", port + 16)
    assert result.returncode == 0, result.stderr
    learner.hurry(committee, perception=TERMS, travel_times=TERMS | {"groups": 3, "groups_minimum": 2})
    committee.start()
    yield committee
    for validator in committee:
        if validator.process:
            validator.kill()


@pytest.fixture(scope="module")
def rooms(four):
    """A connection to each validator, while blocks go on."""
    with Pulse(four):
        rooms = [Classroom(validator.mqtt) for validator in four]
        yield rooms
        for room in rooms:
            room.__exit__()


@pytest.fixture
def room(rooms) -> Classroom:
    return rooms[0]


@pytest.fixture(scope="module")
def hold_out(four):
    return learner.hold_out((four.folder / "hold-out.bin").read_bytes())


@pytest.fixture(scope="module")
def lessons(four, rooms, hold_out):
    """The first rounds of both models at once. Four vehicles learn to perceive; a fifth pulls as far away as it may."""
    first = learner.parameters(example.first_perception())

    def perception(opened):
        learnt = [learner.learn(first, hold_out[part::4], opened.clip_bound, opened.scale_bits) for part in range(4)]
        liar = learner.shortened([random.choice([-800, 800]) for _ in range(PARAMETERS)], opened.clip_bound)
        return [perception_payload(quanta) for quanta in [*learnt, liar]]

    def travel_times(opened):
        return [
            travel_time_payload([(4, 30, 3, 2, 400 + 10 * k, 200_000), (5, 30, 3, 1, -90 * k, 90_000)], (90, 130, 1))
            for k in range(6)]

    found = {}
    other = threading.Thread(
        target=lambda: found.update({TRAVEL_TIMES: hold(four, rooms, TRAVEL_TIMES, travel_times)}))
    other.start()
    found[PERCEPTION] = hold(four, rooms, PERCEPTION, perception)
    other.join()
    return found


@pytest.fixture(scope="module")
def lesson(lessons) -> Lesson:
    return lessons[PERCEPTION]


# A round.


def test_an_open_round_is_announced_as_the_committee_file_has_it(four, lesson):
    opened, terms = lesson.opened.entry, four.file["learning"]["perception"]
    for field in ["cohort_minimum", "cohort_limit", "attackers_permille", "clip_bound", "scale_bits", "noise_milli"]:
        assert getattr(opened, field) == terms[field], field
    assert opened.hold_out.hex() == terms["hold_out"]
    assert opened.aggregation == entry_pb2.AGGREGATION_KIND_MIXED_TRIMMED_MEAN
    assert opened.base_version == hashlib.sha256(example.first_perception()).digest()


def test_an_update_is_acknowledged_with_its_entry(lessons):
    for model, lesson in lessons.items():
        assert [each.entry.commitment for each in lesson.accepted] == [each.commitment for each in lesson.updates]
        assert {(each.entry.model, each.entry.round) for each in lesson.accepted} == {(model, lesson.number)}


def test_a_nullifier_is_the_vehicles_in_this_round(four, lesson):
    secret = bytes.fromhex((four[2].folder / "keys" / "log-secret.key").read_text())
    for update, accepted in zip(lesson.updates, lesson.accepted):
        enrolment = vehicle_pb2.Update.FromString(update.update).certificate_digest
        assert accepted.entry.nullifier == example.nullifier(secret, enrolment, PERCEPTION, lesson.number)


@logcheck.needed
def test_every_announcement_leads_to_a_head_of_the_committee(four, lessons, tmp_path):
    for lesson in lessons.values():
        for announced in [lesson.opened, *lesson.accepted, *lesson.decided]:
            announced.check(four.policy, tmp_path)


def test_every_gateway_announces_one_version_and_has_its_file(lessons):
    for lesson in lessons.values():
        assert len({announced.leaf for announced in lesson.decided}) == 1
        decided = lesson.decided[0].entry
        assert (decided.decision, decided.current) == (PROMOTED, decided.version)
        for announced, file in zip(lesson.decided, lesson.files):
            assert len(file) == announced.blob_bytes
            assert hashlib.sha256(file).digest() == decided.version


def test_a_perception_version_is_what_python_computes(lesson):
    opened, inputs = lesson.opened.entry, lesson.inputs
    vectors = [list(learner.quanta(payload)) for _, _, payload in inputs]
    attackers = len(vectors) * opened.attackers_permille // 1000
    assert attackers == 1
    delta = aggregation_rounds.aggregate(vectors, opened.aggregation, attackers, opened.scale_bits)
    base = learner.parameters(example.first_perception())
    assert learner.perception_file(w + d for w, d in zip(base, delta)) == lesson.files[0]


def test_a_travel_time_version_is_what_python_computes(lessons):
    lesson = lessons[TRAVEL_TIMES]
    nullifiers = [nullifier for nullifier, _, _ in lesson.inputs]
    updates = [(nullifier, *learner.statistics(payload)) for nullifier, _, payload in lesson.inputs]
    seed = hashlib.sha256(b"".join(nullifiers)).digest()
    model = travel_time_rounds.version(({}, {}), 3, 2, 9, 10, seed, 1_000_000, updates)
    assert len(model[0]) == 4 and len(model[1]) == 1
    assert travel_time_rounds.encoded(model) == lesson.files[0]


def test_the_hold_outs_verdict_is_what_python_counts(four, lesson, hold_out):
    outcome = served_round(four[0], PERCEPTION, lesson.number, lesson.decided[0])["outcome"]
    assert outcome["samples"] == len(hold_out)
    assert outcome["parent_correct"] == learner.correct(learner.parameters(example.first_perception()), hold_out)
    assert outcome["correct"] == learner.correct(learner.parameters(lesson.files[0]), hold_out)
    assert outcome["correct"] > outcome["parent_correct"], "what the vehicles learnt is lost on the way"


def test_the_inputs_root_is_that_of_the_updates(four, lesson):
    round = served_round(four[3], PERCEPTION, lesson.number, lesson.decided[0])
    leaves = [nullifier + commitment for nullifier, commitment, _ in lesson.inputs]
    assert round["inputs_root"] == learner.tree_root(leaves).hex()
    assert [update["index"] for update in round["accepted"]] == sorted(each.index for each in lesson.accepted)


def test_no_validator_claimed_another_version(four, lesson):
    for validator in four:
        metrics = validator.metrics()
        assert metrics["waymark_claims_divergent_total"] == metrics["waymark_rounds_not_computed_total"] == 0
        assert metrics["waymark_updates_committed_total"] >= 11


def test_vehicles_are_counted_by_the_version_that_they_run(four, room, lesson):
    version = lesson.decided[0].entry.version
    telemetry = Vehicle.enrolled(four).telemetry(model_digest=version)
    assert room.publish(telemetry, TELEMETRY).code == 0
    name = 'waymark_vehicles_running{model="perception",version="current"}'
    eventually(lambda: four[0].metric(name) == 1, what=name)


def test_a_version_that_loses_on_the_hold_out_is_refused(four, rooms, lesson, hold_out):
    """All vehicles of a round agree to see the same surface everywhere."""
    def spoilt(opened):
        return [perception_payload([*[0] * (PARAMETERS - 5), 32_000, 0, 0, 0, 0])] * 3
    lost = hold(four, rooms, PERCEPTION, spoilt)
    decided = lost.decided[0].entry
    assert (decided.decision, decided.current) == (REFUSED, lost.opened.entry.base_version)
    assert decided.version != decided.current
    assert served_file(four[0], decided.version) != lost.files[0] == served_file(four[0], decided.current)


# Who is refused.


def refusals(validator, label):
    return validator.metric(f'waymark_refused_total{{kind="update",reason="{label}"}}')


def refusals_in_log_order(validator):
    """Of updates that came too late to be refused at once."""
    return sum(
        validator.metric(f'waymark_refused_at_execution_total{{reason="{label}"}}')
        for label in ["second_update", "round_not_open"])


def stranger(vehicle):
    """The same vehicle with a certificate of an authority that the committee does not know."""
    start, end = now_ms() - DAY_MS, now_ms() + DAY_MS
    vehicle.certificate = enrol(vehicle.key, Ed25519PrivateKey.generate(), vehicle.chain, start, end)
    return vehicle


def update(vehicle, opened, payload=None, **fields) -> SignedUpdate:
    return signed_update(vehicle, opened, small_update() if payload is None else payload, **fields)


def forged(vehicle, opened):
    signed = update(vehicle, opened)
    signed.signature = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]
    return signed


def uncertified(vehicle, opened):
    signed = update(vehicle, opened)
    signed.certificate = b""
    return signed


def for_another_committee(vehicle, opened):
    vehicle.chain = os.urandom(32)
    return update(vehicle, opened)


CASES = {
    "wrong base": (lambda v, o: update(v, o, base_version=os.urandom(32)), "wrong_base"),
    "long vector": (lambda v, o: update(v, o, perception_payload([1000] * PARAMETERS)), "norm_exceeded"),
    "one number less": (lambda v, o: update(v, o, bytes(2 * PARAMETERS - 2)), "out_of_bounds"),
    "one byte more": (lambda v, o: update(v, o, bytes(2 * PARAMETERS + 1)), "out_of_bounds"),
    "nothing": (lambda v, o: update(v, o, b""), "out_of_bounds"),
    "other model's payload": (lambda v, o: update(v, o, model=TRAVEL_TIMES), "out_of_bounds"),
    "short salt": (lambda v, o: update(v, o, salt=b"salt"), "out_of_bounds"),
    "next round": (lambda v, o: update(v, o, round=o.round + 1), "round_not_open"),
    "last round": (lambda v, o: update(v, o, round=o.round - 1), "round_not_open"),
    "bad signature": (forged, "bad_signature"),
    "another committee": (for_another_committee, "bad_signature"),
    "no certificate": (uncertified, "uncertified"),
    "unknown authority": (lambda v, o: update(stranger(v), o), "uncertified"),
    "stale": (lambda v, o: update(v, o, time_ms=now_ms() - 60_000), "stale"),
    "future": (lambda v, o: update(v, o, time_ms=now_ms() + 60_000), "future"),
    "oversized": (lambda v, o: update(v, o, bytes(66_000)), "oversized"),
    "cut short": (lambda v, o: update(v, o).envelope[:-70], "malformed"),
    "nonsense": (lambda v, o: b"\xff" * 3000, "malformed"),
}
CODES = {"bad_signature": NOT_AUTHORIZED, "uncertified": NOT_AUTHORIZED, "oversized": IMPLEMENTATION_SPECIFIC}


def refused(committee, room, case, opened):
    """The answer to a case's update by a new vehicle."""
    made = CASES[case][0](Vehicle.enrolled(committee), opened)
    return room.publish(made if isinstance(made, bytes) else made.envelope, UPDATES)


@pytest.mark.parametrize("case", CASES)
def test_an_update_is_refused_with_its_reason(four, room, lesson, case):
    label = CASES[case][1]
    answer = refused(four, room, case, room.round(PERCEPTION, after=lesson.number).entry)
    assert (answer.label, answer.code) == (label, CODES.get(label, PAYLOAD_FORMAT_INVALID))
    assert len(answer.reason) > len(label) + 2, "the reason has words for people, too"
    assert not any(topic.startswith("waymark/v1/refusals/") for topic in room.board), "version 5 has reason strings"
    # The session goes on.
    assert room.publish(Vehicle.enrolled(four).telemetry(), TELEMETRY).code == 0


def test_refusals_are_counted_by_their_reason(four, rooms, lesson):
    """At a validator that has refused nothing before: /metrics is a moment old."""
    expected = Counter(label for _, label in CASES.values())
    opened = rooms[1].round(PERCEPTION, after=lesson.number).entry
    for case in CASES:
        refused(four, rooms[1], case, opened)
    for label, count in expected.items():
        eventually(lambda: refusals(four[1], label) == count, what=f"{count} refusals as {label}")


def test_one_update_of_a_vehicle_counts_and_its_repeats_get_the_same_receipt(four, rooms, lesson):
    vehicle, payload = Vehicle.enrolled(four), small_update()
    opened = rooms[0].round(PERCEPTION, left_ms=2500, after=lesson.number).entry
    first = rooms[0].teach(update(vehicle, opened, payload))
    for validator, room in zip(four, rooms):
        again = room.teach(update(vehicle, opened, payload))
        assert (again.leaf, again.index) == (first.leaf, first.index)
        answer = room.publish(update(vehicle, opened).envelope, UPDATES)
        assert (answer.label, answer.code) == ("second_update", PAYLOAD_FORMAT_INVALID)
        eventually(lambda: refusals(validator, "second_update") == 1)


def test_mqtt_3_is_told_the_reason_and_then_closed(four, lesson):
    payload = update(Vehicle.enrolled(four), lesson.opened.entry, perception_payload([1000] * PARAMETERS)).envelope
    topic = f"waymark/v1/refusals/{hashlib.sha256(payload).hexdigest()}"
    with Classroom(four[0].mqtt, version=mqtt.MQTTv311) as old:
        identifier = old.send(payload, UPDATES)
        reason = eventually(lambda: old.board.get(topic), what="a reason")
        assert reason.startswith(b"norm_exceeded: ")
        assert old.connection.get(timeout=10)[0] == "closed"
        assert identifier not in old.answers


def test_an_update_after_the_rounds_end_is_refused(four, room, lesson):
    opened = room.round(PERCEPTION, after=lesson.number).entry
    room.rests(PERCEPTION)
    answer = room.publish(update(Vehicle.enrolled(four), opened).envelope, UPDATES)
    assert (answer.label, answer.code) == ("round_not_open", PAYLOAD_FORMAT_INVALID)


def test_of_two_updates_at_once_one_counts_and_a_full_cohort_ends_its_round(four, rooms, lesson):
    """Each vehicle sends different updates to two validators that do not know of each other's yet: where one of them is slow, it may."""
    for _ in range(3):
        fill_a_round_twice(four, rooms)
        time.sleep(1)
        if refusals_in_log_order(four[0]) > 0:
            break
    for validator in four:
        eventually(lambda: refusals_in_log_order(validator) > 0, what="a refusal in log order")


def fill_a_round_twice(four, rooms):
    opened = rooms[0].next_round(PERCEPTION).entry
    pairs = [[update(vehicle, opened) for _ in range(2)] for vehicle in enrolled(four, COHORT_LIMIT)]
    sent = [[room.send(each.envelope, UPDATES) for room, each in zip(rooms[2:], pair)] for pair in pairs]
    for pair, identifiers in zip(pairs, sent):
        answers = [room.answer(identifier) for room, identifier in zip(rooms[2:], identifiers)]
        [(counted, good)] = [(each, answer) for each, answer in zip(pair, answers) if answer.is_success]
        [bad] = [answer for answer in answers if not answer.is_success]
        assert bad.label in ("second_update", "round_not_open")
        assert Announced.of(good.receipts[counted.digest]).entry.commitment == counted.commitment
    decided = rooms[0].version(PERCEPTION, opened.round)
    round = served_round(four[0], PERCEPTION, opened.round, decided)
    assert len(round["accepted"]) == COHORT_LIMIT and round["outcome"]["closed_ms"] < opened.deadline_ms


# What a validator serves.


def inspect(*arguments):
    """What `waymark inspect model` prints as JSON."""
    result = waymark("inspect", "model", *arguments, "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def decided_rounds(validator, model):
    models = validator.json(f"/api/v1/models?model={NAMES[model]}&limit=256")["models"]
    return {version["round"]: version for version in models[0]["versions"]}


def test_a_round_without_a_cohort_is_abandoned(four, room, lesson):
    rounds = eventually(
        lambda: [each for each in decided_rounds(four[1], TRAVEL_TIMES).values() if each["updates"] < 2],
        what="a round in which nobody took part")
    for each in rounds:
        assert each["decision"] == "abandoned" and "version" not in each and each["current"] == each["parent"]


def test_every_version_is_served_as_a_file_and_nothing_else_is(four, lessons):
    for lesson in lessons.values():
        version = lesson.decided[0].entry.version
        for validator in four:
            assert served_file(validator, version) == lesson.files[0]
            assert (validator.folder / "models" / version.hex()).read_bytes() == lesson.files[0]
    for wrong in ["0" * 64, version.hex()[:-1], version.hex().upper(), f"{version.hex()}/0", ""]:
        assert four[0].get(f"/blobs/{wrong}")[0] == 404, wrong
    for wrong in ["perception/rounds/99999", "weather/rounds/1", "perception"]:
        assert four[0].get(f"/api/v1/models/{wrong}")[0] == 404, wrong


def test_a_running_validators_versions_are_computed_again(four, lessons):
    report = inspect("verify", four[1].folder)
    assert report["passed"] and report["head_matched"]
    assert {lesson.decided[0].entry.version.hex() for lesson in lessons.values()} <= {
        version["version"] for version in report["versions"] if version["equal"]}


# Validators that end and start again.


def test_a_validator_that_dies_in_a_round_comes_back_to_it(four, rooms, lesson):
    opened = rooms[0].round(PERCEPTION, left_ms=3500, after=lesson.number).entry
    with Classroom(four[3].mqtt) as room:
        signed = [update(vehicle, opened) for vehicle in enrolled(four, 3)]
        accepted = [room.teach(signed[0]), rooms[0].teach(signed[1])]
        four[3].kill()
    accepted.append(rooms[1].teach(signed[2]))
    four[3].start()
    decided = rooms[0].version(PERCEPTION, opened.round)
    assert decided.entry.round == opened.round and decided.entry.decision == PROMOTED
    eventually(lambda: four[3].status().get("peers") == 3, seconds=20, what="the fourth validator")
    with Classroom(four[3].mqtt) as room:
        told = room.version(PERCEPTION, opened.round)
        assert told.leaf == decided.leaf
        assert room.file(told.entry.current, told.blob_bytes) == served_file(four[0], decided.entry.current)
    for validator in four:
        round = served_round(validator, PERCEPTION, opened.round, decided)
        assert {each.index for each in accepted} <= {each["index"] for each in round["accepted"]}


def test_files_of_versions_are_computed_again(four, lessons):
    kept = {path.name: path.read_bytes() for path in (four[2].folder / "models").iterdir()}
    four[3].kill()
    shutil.rmtree(four[3].folder / "models")
    four[3].start()
    eventually(lambda: four[3].status().get("peers") == 3, seconds=20, what="the fourth validator")
    for name, file in kept.items():
        path = four[3].folder / "models" / name
        eventually(path.exists, what=f"version {name}")
        assert path.read_bytes() == file == served_file(four[3], bytes.fromhex(name))


def test_learning_goes_on_when_all_four_were_away(four, rooms, lesson):
    opened = rooms[0].round(PERCEPTION, left_ms=2500, after=lesson.number).entry
    accepted = rooms[0].teach(update(Vehicle.enrolled(four), opened))
    before = decided_rounds(four[0], PERCEPTION)
    assert four.stop() == [0, 0, 0, 0]
    four.start()
    after = {number: each for number, each in decided_rounds(four[1], PERCEPTION).items() if number in before}
    assert after == before
    with Pulse(four), Classroom(four[1].mqtt) as room:
        # The round that was open goes on, or it is over and what was counted in it is still there.
        counted = four[1].json(f"/api/v1/models/perception/rounds/{opened.round}")["accepted"]
        assert accepted.index in [update["index"] for update in counted]
        now = room.round(PERCEPTION, left_ms=2500).entry
        for vehicle in enrolled(four, 2):
            room.teach(update(vehicle, now))
        decided = room.version(PERCEPTION, now.round).entry
        assert (decided.round, decided.decision) == (now.round, PROMOTED)
        four.equal_heads()


# What they leave.


@pytest.fixture(scope="module")
def left(four, lessons) -> Committee:
    """The committee after its end."""
    if four[0].process:
        assert four.stop() == [0, 0, 0, 0]
    return four


def test_the_log_tells_where_a_version_comes_from(left, lesson):
    log, version = left[0].log, lesson.decided[0].entry.version.hex()
    shown = inspect("show", log, "perception", version)
    assert shown["round"]["round"] == lesson.number and shown["round"]["updates_match"]
    assert {(each["nullifier"], each["commitment"]) for each in shown["round"]["accepted"]} == {
        (nullifier.hex(), commitment.hex()) for nullifier, commitment, _ in lesson.inputs}
    rounds = {model["model"]: model["rounds"] for model in inspect("list", log)["models"]}
    assert [each["round"] for each in rounds["perception"]] == list(range(1, len(rounds["perception"]) + 1))
    lineage = inspect("lineage", log, "perception")
    assert lineage["rounds"][-1]["version"] == version and lineage["first_is_built_in"]
    assert all(each["decision"] == "promoted" for each in lineage["rounds"])


def test_a_version_is_exported_as_it_was_announced(left, lesson, tmp_path):
    version = lesson.decided[0].entry.version.hex()
    result = waymark(
        "inspect", "model", "export", left[3].log, "perception", version, tmp_path / "version", "--format", "raw")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "version").read_bytes() == lesson.files[0]


def test_every_validators_versions_are_computed_again(left):
    reports = [inspect("verify", validator.folder) for validator in left]
    assert all(report["passed"] for report in reports)
    assert len({json.dumps(report["versions"]) for report in reports}) == 1
    assert len(reports[0]["versions"]) >= 5


@pytest.fixture
def copy(left, tmp_path) -> Committee:
    shutil.copytree(left.folder, tmp_path / "copy")
    return Committee(tmp_path / "copy", 0, 0, runs=False)


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place if place >= 0 else len(data) + place] ^= 1
    path.write_bytes(data)


def test_versions_do_not_follow_from_another_hold_out(copy):
    flip(copy.folder / "hold-out.bin", -1)
    result = waymark("inspect", "model", "verify", copy[1].folder)
    assert result.returncode == 1 and "hold" in result.stderr, result.stderr


def test_versions_do_not_follow_from_a_changed_journal(copy):
    journal = sorted((copy[1].folder / "journal").glob("*.journal"))[0]
    flip(journal, journal.stat().st_size // 2)
    result = waymark("inspect", "model", "verify", copy[1].folder, "--json")
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert not report["passed"] and not report["head_matched"]


def test_a_log_does_not_follow_from_other_terms(copy):
    learner.hurry(copy, perception={"attackers_permille": 0})
    assert waymark("inspect", "model", "verify", copy[1].folder).returncode == 1
    result = waymark("serve", "--config", copy[1].folder / "validator.json5")
    assert result.returncode == 1 and "learning" in result.stderr, result.stderr
