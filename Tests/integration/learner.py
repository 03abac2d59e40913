"""Vehicles that take part in rounds of learning, made of the published schema and docs/PROTOCOL/learning.md alone."""

import hashlib
import hmac
import json
import math
import os
import struct
import threading
from dataclasses import dataclass

import paho.mqtt.client as mqtt

import logcheck
from vehicle import Session, Vehicle, now_ms, sign
from waymark.v1 import entry_pb2, vehicle_pb2

UPDATES = "waymark/v1/updates"
PERCEPTION, TRAVEL_TIMES = vehicle_pb2.LEARNED_MODEL_PERCEPTION, vehicle_pb2.LEARNED_MODEL_TRAVEL_TIMES
NAMES = {PERCEPTION: "perception", TRAVEL_TIMES: "travel-times"}
INPUTS, HIDDEN, SURFACES, PARAMETERS = 38, 32, 5, 1413
CHUNK = 65_536


def hurry(committee, **terms):
    """Rewrites the committee file: rounds of the named models on other terms. Before any validator starts."""
    file = committee.file
    for model, changed in terms.items():
        file["learning"][model].update(changed)
    (committee.folder / "committee.json5").write_text(json.dumps(file, indent=2))


# What a vehicle sends.


@dataclass
class SignedUpdate:
    """An update and what goes around it."""

    update: bytes
    signature: bytes
    certificate: bytes

    @property
    def envelope(self) -> bytes:
        return vehicle_pb2.SignedUpdate(
            update=self.update, signature=self.signature, certificate=self.certificate).SerializeToString()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.update).hexdigest()

    @property
    def commitment(self) -> bytes:
        return hmac.digest(vehicle_pb2.Update.FromString(self.update).salt, self.update, "sha256")


def signed_update(vehicle: Vehicle, opened, payload: bytes, **fields) -> SignedUpdate:
    """A signed update for a round; `fields` replace what it would say by itself."""
    values = {
        "certificate_digest": vehicle.certificate_digest, "time_ms": now_ms(), "salt": os.urandom(32),
        "model": opened.model, "round": opened.round, "base_version": opened.base_version, "payload": payload}
    update = vehicle_pb2.Update(**(values | fields)).SerializeToString()
    signature = sign(vehicle.key, "waymark.v1.update", vehicle.chain, update)
    return SignedUpdate(update, signature, vehicle.certificate.SerializeToString())


def perception_payload(quanta) -> bytes:
    return struct.pack(f">{len(quanta)}h", *quanta)


def quanta(payload: bytes) -> tuple:
    return struct.unpack(f">{PARAMETERS}h", payload)


def travel_time_payload(cells, errors) -> bytes:
    """Of cells (arc, slot, class, traversals, sum, squares) and errors (base, parent, traversals)."""
    packed = b"".join(struct.pack(">IHBBiI", *cell) for cell in cells)
    return b"\x01" + struct.pack(">I", len(cells)) + packed + struct.pack(">3I", *errors)


def statistics(payload: bytes):
    """The cells and errors of a travel-time payload."""
    return list(struct.iter_unpack(">IHBBiI", payload[5:-12])), struct.unpack(">3I", payload[-12:])


def tree_root(leaves) -> bytes:
    """RFC 6962's root."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


# What it hears.


@dataclass
class Announced:
    """An entry of the log, the proof that it stands there, and the size of the file that goes with it."""

    leaf: bytes
    receipt: bytes
    blob_bytes: int

    @staticmethod
    def of(payload: bytes):
        announcement = vehicle_pb2.Announcement.FromString(payload)
        return Announced(announcement.entry, announcement.receipt, announcement.blob_bytes)

    @property
    def entry(self):
        """The message inside the entry."""
        entry = entry_pb2.Entry.FromString(self.leaf)
        return getattr(entry, entry.WhichOneof("entry"))

    @property
    def index(self) -> int:
        return int(self.receipt.split(b"\n")[1].removeprefix(b"index "))

    def check(self, policy, folder):
        """Has logcheck verify the proof; fails where it does not hold."""
        (folder / "proof").write_bytes(self.receipt)
        (folder / "leaf").write_bytes(self.leaf)
        said = logcheck.check("-policy", policy, "-proof", folder / "proof", "-leaf", folder / "leaf")
        assert f"proof: OK index={self.index}" in said


class Classroom(Session):
    """A connection that also hears of rounds, versions and the files of versions."""

    def __init__(self, port, version=mqtt.MQTTv5):
        self.board = {}
        super().__init__(port, version)
        self.client.subscribe([("waymark/v1/learning/#", 1), ("waymark/v1/blobs/#", 1)])

    def _heard(self, client, user, message):
        super()._heard(client, user, message)
        with self.changed:
            self.board[message.topic] = message.payload
            self.changed.notify_all()

    def _await(self, question, seconds, what):
        with self.changed:
            assert self.changed.wait_for(question, seconds), f"{what} did not come within {seconds} s"
            return question()

    def _told(self, model, kind, wanted):
        payload = self.board.get(f"waymark/v1/learning/{NAMES[model]}/{kind}")
        announced = Announced.of(payload) if payload else None
        return announced if announced and wanted(announced.entry) else None

    def round(self, model, left_ms=1500, after=0, seconds=20) -> Announced:
        """The open round, later than `after` and with so much time left; waits for it."""
        def fits(opened):
            return opened.round > after and opened.deadline_ms - now_ms() >= left_ms
        return self._await(lambda: self._told(model, "round", fits), seconds, "an open round")

    def next_round(self, model) -> Announced:
        """A round that opens from now on: nobody has sent anything in it."""
        topic = f"waymark/v1/learning/{NAMES[model]}/round"
        heard = self.board.get(topic)
        return self.round(model, left_ms=2500, after=Announced.of(heard).entry.round if heard else 0)

    def rests(self, model, seconds=20):
        """Waits until no round is open."""
        topic = f"waymark/v1/learning/{NAMES[model]}/round"
        self._await(lambda: self.board.get(topic) == b"", seconds, "the end of the round")

    def version(self, model, round=0, seconds=20) -> Announced:
        """What was decided in that round or a later one."""
        return self._await(
            lambda: self._told(model, "version", lambda decided: decided.round >= round), seconds, "a version")

    def file(self, digest: bytes, size: int, seconds=10) -> bytes:
        """A version's file, put together from its chunks."""
        topics = [f"waymark/v1/blobs/{digest.hex()}/{chunk}" for chunk in range(-(-size // CHUNK))]
        self._await(lambda: all(self.board.get(topic) for topic in topics), seconds, "the version's file")
        return b"".join(self.board[topic] for topic in topics)

    def teach(self, update: SignedUpdate) -> Announced:
        """Publishes an update that must count; what its receipt announces."""
        answer = self.publish(update.envelope, UPDATES)
        assert answer.is_success, f"refused: {answer.code:#x} {answer.reason}"
        assert update.digest in answer.receipts, "the PUBACK came without a receipt before it"
        return Announced.of(answer.receipts[update.digest])


class Pulse:
    """A vehicle that reports four times a second: log time goes on with blocks."""

    def __init__(self, committee, validator=0):
        self.vehicle, self.port = Vehicle.enrolled(committee), committee[validator].mqtt
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self):
        with Session(self.port) as session:
            while not self.ended.wait(0.25):
                session.send(self.vehicle.report().envelope)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(10)


# The perception model, in plain integers; floating point where a vehicle learns.


def parameters(file: bytes) -> list[int]:
    assert file[:10] == b"WPM\x01" + struct.pack(">3H", INPUTS, HIDDEN, SURFACES)
    return list(struct.unpack(f">{PARAMETERS}i", file[10:]))


def perception_file(values) -> bytes:
    clamped = [max(-2**31, min(2**31 - 1, value)) for value in values]
    return b"WPM\x01" + struct.pack(f">3H{PARAMETERS}i", INPUTS, HIDDEN, SURFACES, *clamped)


def hold_out(file: bytes) -> list[tuple[int, tuple]]:
    """Its samples: surface and features."""
    assert file[:4] == b"WHO\x01"
    samples = [(surface, features) for surface, *features in struct.iter_unpack(">B38h", file[8:])]
    assert len(samples) == int.from_bytes(file[4:8], "big")
    return samples


def hidden(values, features) -> list[int]:
    bias = values[HIDDEN * INPUTS:]
    sums = [
        sum(w * x for w, x in zip(values[unit * INPUTS:(unit + 1) * INPUTS], features)) + (bias[unit] << 8)
        for unit in range(HIDDEN)]
    return [min(2**26 - 1, (max(0, value) + 2**11) >> 12) for value in sums]


def correct(values, samples) -> int:
    """How many of the samples the model tells right."""
    rows, bias = values[HIDDEN * (INPUTS + 1):], values[-SURFACES:]

    def surface(features):
        h = hidden(values, features)
        scores = [
            sum(w * x for w, x in zip(rows[HIDDEN * row:HIDDEN * (row + 1)], h)) + (bias[row] << 12)
            for row in range(SURFACES)]
        return scores.index(max(scores))
    return sum(surface(features) == label for label, features in samples)


def learn(values, samples, bound, scale_bits, rate=0.05, passes=8) -> list[int]:
    """What a vehicle learns of its samples for the output layer, in quanta and within the bound."""
    first = HIDDEN * (INPUTS + 1)
    weights = [[value / 65536 for value in values[first + HIDDEN * row:first + HIDDEN * (row + 1)]]
               + [values[row - SURFACES] / 65536] for row in range(SURFACES)]
    start = [list(row) for row in weights]
    inputs = [(label, [h / 4096 for h in hidden(values, features)] + [1.0]) for label, features in samples]
    for _ in range(passes):
        for label, x in inputs:
            logits = [sum(w * h for w, h in zip(row, x)) for row in weights]
            powers = [math.exp(logit - max(logits)) for logit in logits]
            for row in range(SURFACES):
                step = rate * ((row == label) - powers[row] / sum(powers))
                weights[row] = [w + step * h for w, h in zip(weights[row], x)]
    delta = [[w - old for w, old in zip(row, before)] for row, before in zip(weights, start)]
    change = [w for row in delta for w in row[:-1]] + [row[-1] for row in delta]
    return shortened([0.0] * first + [value * 2**scale_bits for value in change], bound)


def shortened(vector, bound) -> list[int]:
    """The vector in whole numbers, no longer than the bound: they round to zero, so it only gets shorter."""
    norm = math.sqrt(sum(value * value for value in vector))
    return [int(value * min(1, bound / norm)) for value in vector]
