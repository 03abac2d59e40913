"""Validators come, go and change their keys while vehicles drive: each time the same log goes on under another committee."""

import json
import re
import signal

import pytest

import logcheck
from committee import Committee, Validator, eventually, free_ports, waymark
from traffic import longest_pause, more, traffic
from vehicle import Session

COMMITTEE = "waymark/v1/committee"


class Town(Committee):
    """A committee that changes."""

    def __init__(self, folder):
        self.port = free_ports(40)
        result = waymark("keys", "committee", folder, "--port", self.port, "--http", self.port + 32)
        assert result.returncode == 0, result.stderr
        super().__init__(folder, self.port, self.port + 32)
        self.present, self.epoch = folder / "committee.json5", 1
        self.gone = []

    def keys(self, *words):
        result = waymark("keys", "committee", *words)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def newcomer(self, number):
        """A folder of its own, which starts with the next committee's file."""
        name = f"validator-{number}"
        folder = self.folder / name
        secret = self.folder / "validator-1/keys/log-secret.key"
        port, http = self.port + 4 * (number - 1), self.port + 31 + number
        self.keys(
            "member", folder, "--name", name, "--port", port, "--http", http, "--log-secret", secret, "--committee",
            f"../next-{self.epoch + 1}.json5")
        return Validator(folder, port, http)

    def decide(self, *changes, newcomers=(), signers=None):
        """A change, signed by a quorum of the present validators and by every newcomer, and the file with the decision."""
        change, decision = (self.folder / f"{kind}-{self.epoch + 1}" for kind in ("change.json5", "decision.bin"))
        committee = ("--committee", self.present)
        self.keys("change", *committee, *changes, change)
        n = len(self.validators)
        quorum = (n + (n - 1) // 3) // 2 + 1
        for validator in [*(signers or self.validators[:quorum]), *newcomers]:
            self.keys("sign", *committee, "--keys", validator.folder / "keys", change)
        following = self.folder / f"next-{self.epoch + 1}.json5"
        self.keys("decide", *committee, "--next", following, change, decision)
        return decision.read_bytes()

    def publish(self, decision, validator):
        with Session(validator.mqtt) as session:
            answer = session.publish(decision, COMMITTEE)
            assert answer.is_success, answer.reason

    def follow(self, validators, seconds=60):
        """Waits until all of these are in the next epoch and linked with each other."""
        self.epoch += 1
        self.present = self.folder / f"next-{self.epoch}.json5"
        self.gone += [validator for validator in self.validators if validator not in validators]
        self.validators = validators
        for each in self:
            eventually(
                lambda: each.status().get("epoch") == self.epoch and each.status()["peers"] == len(validators) - 1,
                seconds, f"epoch {self.epoch} on {each.folder.name}")

    def grow(self, *numbers):
        newcomers = [self.newcomer(number) for number in numbers]
        members = [word for each in newcomers for word in ("--add", each.folder / "member.json5")]
        self.publish(self.decide(*members, newcomers=newcomers), self[0])
        for each in newcomers:
            each.start()
        self.follow([*self.validators, *newcomers])

    def kill_all(self):
        for validator in [*self.validators, *self.gone]:
            if validator.process:
                validator.process.kill()
                validator.process.wait()


@pytest.fixture
def town(tmp_path):
    town = Town(tmp_path / "town")
    town.start()
    yield town
    town.kill_all()


def entries(validator, kind):
    result = waymark("inspect", "tail", validator.log, "--count", 100_000, "--json", timeout=60)
    assert result.returncode == 0, result.stderr
    lines = map(json.loads, result.stdout.splitlines())
    return [line["fields"] for line in lines if line["type"] == kind]


def test_four_become_five_and_four_and_seven_while_vehicles_drive(town):
    with traffic(town) as drivers:
        more(drivers)
        town.grow(5)
        more(drivers)
        # The second goes: those behind it move up.
        leaver = town[1]
        town.publish(town.decide("--remove", "validator-2"), town[4])
        town.follow([each for each in town if each is not leaver])
        eventually(lambda: "has no part in epoch 3" in leaver.tail(), what="a farewell")
        more(drivers)
        leaver.terminate()
        assert leaver.exit_code() == 0
        town.grow(6)
        more(drivers)
        # One dies in the middle of it and comes back into an epoch that it has not seen begin.
        town[3].kill()
        sleeper, newcomers = town[3], [town.newcomer(7), town.newcomer(8)]
        members = [word for each in newcomers for word in ("--add", each.folder / "member.json5")]
        decision = town.decide(*members, newcomers=newcomers, signers=[town[0], town[1], town[2], town[4]])
        town.publish(decision, town[0])
        for each in newcomers:
            each.start()
        eventually(lambda: all(each.status().get("epoch") == 5 for each in newcomers), 60, "epoch 5 on newcomers")
        more(drivers)
        sleeper.start()
        town.follow([*town.validators, *newcomers])
        more(drivers)
    print(f"four changes under load: at most {longest_pause(drivers):.1f} s without a receipt")
    decisions = entries(town[0], "committee")
    assert [(each["epoch"], each["validators"].count("validator-")) for each in decisions] == [
        ("2", 5), ("3", 4), ("4", 5), ("5", 7)]
    logs = [validator.log for validator in town]
    assert waymark("inspect", "compare", *logs).returncode == 0
    for log in logs:
        audit = waymark("inspect", "audit", log, timeout=60)
        assert audit.returncode == 0, audit.stdout + audit.stderr
    # Whoever has nothing but the first committee's file comes to those who sign now.
    policy = town.folder / "present.policy"
    followed = waymark(
        "inspect", "validators", logs[0], "--committee", town.folder / "committee.json5", "--write-policy", policy, "--json")
    assert followed.returncode == 0, followed.stderr
    followed = json.loads(followed.stdout)
    assert followed["epoch"] == 5 and len(followed["validators"]) == 7
    assert [(each["come"], each["go"]) for each in followed["decisions"]] == [
        (["validator-5"], []), ([], ["validator-2"]), (["validator-6"], []), (["validator-7", "validator-8"], [])]
    assert policy.read_bytes() == town[0].get("/log.policy")[2]
    # And so does a vehicle. Without the first, too few of the validators that it knew are left to sign a head.
    town[0].terminate()
    assert town[0].exit_code() == 0
    vehicle = town.folder / "car.json"
    assert waymark("keys", "vehicle", town.folder / "car.seed").returncode == 0
    enrolled = waymark(
        "keys", "enrol", "--committee", town.folder / "committee.json5", "--authority", town.folder / "authority.key",
        "--vehicle", town.folder / "car.seed", vehicle)
    assert enrolled.returncode == 0, enrolled.stderr
    drive = waymark(
        "vehicle", "--identity", vehicle, "--committee", town.folder / "committee.json5", timeout=60,
        input='{"kind": 6, "latitude": 61.0, "longitude": 25.0}\n')
    events = [json.loads(line) for line in drive.stdout.splitlines()]
    assert drive.returncode == 0, drive.stdout + drive.stderr
    epochs = [each["epoch"] for each in events if each["event"] == "committee"]
    assert epochs == sorted(epochs) and epochs[-1] == 5
    assert [each["event"] for each in events].count("acknowledged") == 1
    stranger = town.file
    stranger["validators"][0]["consensus_key"], stranger["validators"][1]["consensus_key"] = "11" * 32, "22" * 32
    (town.folder / "stranger.json5").write_text(json.dumps(stranger))
    refused = waymark("inspect", "validators", logs[0], "--committee", town.folder / "stranger.json5")
    assert refused.returncode == 1 and "changes the committee of epoch 1, but" in refused.stderr
    if logcheck.PATH:
        logcheck.check("-log", ",".join(map(str, logs)), "-policy", policy, "-audit")


def test_a_key_is_rotated_and_the_old_one_is_of_no_more_use(town):
    key = waymark("keys", "committee", "rotate", "--keys", town[2].folder / "keys").stdout.strip()
    assert re.fullmatch("[0-9a-f]{64}", key)
    with traffic(town) as drivers:
        more(drivers)
        decision = town.decide("--rotate", f"validator-3={key}", signers=[town[0], town[1], town[2]])
        town.publish(decision, town[3])
        town.follow(town.validators)
        more(drivers)
        # Whoever starts anew finds the epoch that it was in, and everybody at once too.
        for each in town:
            each.process.send_signal(signal.SIGKILL)
        for each in town:
            each.exit_code()
        for each in town:
            each.start()
        more(drivers)
    assert town[2].status()["epoch"] == 2
    with Session(town[0].mqtt) as session:
        again = session.publish(decision, COMMITTEE)
        assert not again.is_success and again.label == "out_of_bounds" and "epoch" in again.reason


def test_one_that_nobody_told_learns_that_its_epoch_is_over(town):
    with traffic(town) as drivers:
        more(drivers)
        town[3].process.send_signal(signal.SIGSTOP)
        newcomer = town.newcomer(5)
        decision = town.decide("--add", newcomer.folder / "member.json5", newcomers=[newcomer])
        town.publish(decision, town[0])
        newcomer.start()
        eventually(lambda: newcomer.status().get("epoch") == 2, 60, "epoch 2")
        more(drivers)
        town[3].process.send_signal(signal.SIGCONT)
        town.follow([*town.validators, newcomer])
        more(drivers)
    # It has executed every block, so it has the proof that its epoch is over and can show it to others.
    assert (town[3].folder / "epochs/1.end").exists()


def test_what_too_few_have_signed_is_refused_with_words(town):
    newcomer = town.newcomer(5)
    change = town.folder / "change.json5"
    committee = ("--committee", town.present)
    town.keys("change", *committee, "--add", newcomer.folder / "member.json5", change)
    for each in (town[0], town[1], newcomer):
        town.keys("sign", *committee, "--keys", each.folder / "keys", change)
    refused = waymark("keys", "committee", "decide", *committee, change, town.folder / "decision.bin")
    assert refused.returncode == 1
    assert "2 of the present validators have signed, 3 are needed" in refused.stderr
    stranger = waymark("keys", "committee", "change", *committee, "--remove", "validator-9", town.folder / "other.json5")
    assert stranger.returncode == 1 and "validator-9 is not a validator" in stranger.stderr
    with Session(town[0].mqtt) as session:
        answer = session.publish(b"\x00" * 40, COMMITTEE)
        assert not answer.is_success and answer.label == "malformed"
