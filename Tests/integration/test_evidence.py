"""Two machines with one validator's key: what they sign against each other convicts it, in the log, for anybody to check."""

import json
import shutil
import struct
import time

from committee import eventually, waymark
from test_survival import four  # noqa: F401 (a fixture)
from vehicle import Session, Vehicle, seed_of, sign


def evidence(log, *options):
    """What `inspect evidence` prints of a log."""
    result = waymark("inspect", "evidence", log, "--json", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def entries(validator, size):
    """The entries below a size of the served log."""
    pages = (validator.json(f"/api/v1/entries?from={first}&limit=100") for first in range(0, size, 100))
    return [entry for page in pages for entry in page["entries"]]


def crc32c(data, before=0):
    """The Castagnoli checksum, a bit at a time, of data behind what has the checksum `before`."""
    crc = before ^ 0xFFFF_FFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F6_3B78 if crc & 1 else 0)
    return crc ^ 0xFFFF_FFFF


def journal(folder, *payloads):
    """A journal of these records in a data folder, as docs/PROTOCOL/journal.md has it."""
    salt = b"salt"
    header = b"WAYMRKJ1" + struct.pack(">QQ", 1, 1) + salt
    segment = header + struct.pack(">I", crc32c(header))
    for sequence, payload in enumerate(payloads, 1):
        frame = struct.pack(">IQQ", len(payload), sequence, sequence)
        segment += frame + struct.pack(">I", crc32c(frame + payload, int.from_bytes(salt, "big"))) + payload
    (folder / "journal").mkdir(parents=True)
    (folder / "journal" / "0000000001.journal").write_bytes(segment)


def nullification(committee, view, signers):
    """The certificate that these validators give a view up, as a record."""
    chain = bytes.fromhex(committee.file["chain_id"])
    message = struct.pack(">QQ", 1, view) + bytes(32)
    keys = [seed_of(committee[signer].folder / "keys" / "consensus.key") for signer in signers]
    signatures = b"".join(sign(key, "waymark.v1.nullify", chain, message) for key in keys)
    return b"\x04\x02" + message + sum(1 << signer for signer in signers).to_bytes(16, "big") + signatures


def second_machine(validator, folder, shift):
    """Another machine with the validator's key and its folder of now, which listens elsewhere."""
    shutil.copytree(validator.folder, folder)
    configuration = folder / "validator.json5"
    text = configuration.read_text().replace("../committee.json5", str(validator.folder.parent / "committee.json5"))
    for port in (validator.peers, validator.mqtt, validator.mqtts, validator.http):
        text = text.replace(str(port), str(port + shift))
    configuration.write_text(text)
    return type(validator)(folder, validator.peers + shift, validator.http + shift)


def say_two_things(committee, twin):
    """Both machines begin the next life of their lane in one second, mostly before one hears of the other's."""
    time.sleep(1 - time.time() % 1)
    committee[0].start()
    twin.start()
    eventually(lambda: twin.status().get("size") and committee[0].status().get("size"), what="two machines")
    time.sleep(3)
    for machine in (twin, committee[0]):
        machine.process.kill()
        machine.exit_code()


def test_two_machines_with_one_key_are_caught(four, tmp_path):  # noqa: F811
    """The others listen to one of them at a time, and hear what excludes each other."""
    assert evidence(four[1].log) == []
    four[0].terminate()
    assert four[0].exit_code() == 0
    twin = second_machine(four[0], tmp_path / "twin", 1000)
    for _ in range(10):
        say_two_things(four, twin)
        if any(validator.metric("waymark_evidence_total") for validator in list(four)[1:]):
            break
    four[0].start()
    rows = eventually(lambda: evidence(four[1].log), seconds=30, what="evidence")
    assert {row["validator"] for row in rows} == {"validator-1"}
    assert {row["verdict"] for row in rows} == {"proven"}
    size = int(four.equal_heads(size=int(four[1].head()[1]))[1])
    assert evidence(four[2].log)[: len(rows)] == rows
    answers = [entry["evidence"] for entry in entries(four[1], size) if "evidence" in entry]
    assert [answer["kind"] for answer in answers[: len(rows)]] == [row["kind"] for row in rows]


def test_one_history_has_no_fork(four):  # noqa: F811
    with Session(four[0].mqtt) as session:
        session.commit(Vehicle.enrolled(four).report())
    assert four.stop() == [0, 0, 0, 0]
    result = waymark("inspect", "fork", *(validator.folder for validator in four))
    assert result.returncode == 0, result.stderr
    assert "validators that sign both: none" in result.stdout
    result = waymark("inspect", "fork", four[0].folder, "/nowhere")
    assert result.returncode == 1 and "/nowhere/journal: no such folder" in result.stderr
    assert waymark("inspect", "fork", four[0].folder).returncode == 2


def test_a_fork_names_who_made_it(four, tmp_path):  # noqa: F811
    """Three sign that a view which became final was given up: two of them at least said the opposite before."""
    with Session(four[0].mqtt) as session:
        session.commit(Vehicle.enrolled(four).report())
    size = four.equal_heads()[1]
    views = [entry["block"]["view"] for entry in entries(four[3], int(size)) if "block" in entry]
    assert four.stop() == [0, 0, 0, 0]
    journal(tmp_path / "other", *(nullification(four, view, [0, 1, 2]) for view in views))
    committee = ["--committee", four.folder / "committee.json5"]
    result = waymark("inspect", "fork", four[3].folder, tmp_path / "other", "--json", *committee)
    assert result.returncode == 1, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len({row["validator"] for row in rows}) >= 2
    assert {(row["kind"], row["verdict"]) for row in rows} == {("conflicting votes", "proven")}
    assert f"view {views[-1]}" in {row["about"] for row in rows}
    journal(tmp_path / "forged", nullification(four, views[0], [0, 1]))
    result = waymark("inspect", "fork", four[3].folder, tmp_path / "forged", *committee)
    assert result.returncode == 1 and "is not this committee's" in result.stderr
