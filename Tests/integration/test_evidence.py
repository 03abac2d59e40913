"""What a validator signs against itself convicts it, in the log, for anybody to check; and a fork names who made it."""

import contextlib
import json
import socket
import ssl
import struct

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


@contextlib.contextmanager
def link(committee, sender, receiver):
    """A link from one validator to another, as docs/PROTOCOL/peers.md has it, greeted from this side."""
    keys = committee[sender].folder / "keys"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Who the other is, its pin says; this side is the one that is tested.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(keys / "tls.certificate.pem", keys / "tls.key.pem")
    with socket.create_connection(("127.0.0.1", committee[receiver].peers)) as plain:
        with context.wrap_socket(plain) as secure:
            greeting = b"WMPL" + struct.pack(">H", 3) + bytes.fromhex(committee.file["chain_id"])
            frame(secure, greeting + struct.pack(">QII", committee.file["epoch"], sender, receiver))
            yield secure


def frame(secure, body):
    secure.sendall(struct.pack(">I", len(body)) + body)


def notarize(committee, signer, view, block):
    """The frame of a vote to notarize a block in a view."""
    message = struct.pack(">QQ", 1, view) + block
    key = seed_of(committee[signer].folder / "keys" / "consensus.key")
    signature = sign(key, "waymark.v1.notarize", bytes.fromhex(committee.file["chain_id"]), message)
    return b"\x01\x05\x01" + message + struct.pack(">H", signer) + signature


def test_a_validator_that_votes_twice_is_convicted(four):  # noqa: F811
    """Somebody has its key, and tells one other of two votes in one view."""
    assert evidence(four[1].log) == []
    four[0].terminate()
    assert four[0].exit_code() == 0
    view = int(four[1].metric("waymark_view")) + 10
    with link(four, 0, 1) as secure:
        for block in (bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32):
            frame(secure, notarize(four, 0, view, block))
        rows = eventually(lambda: evidence(four[2].log), seconds=30, what="evidence")
    # Once for the view, whatever else was said in it.
    assert [(row["validator"], row["kind"], row["about"], row["verdict"]) for row in rows] == [
        ("validator-1", "conflicting votes", f"view {view}", "proven")]
    four[0].start()
    size = int(four.equal_heads(size=rows[0]["index"] + 1)[1])
    assert evidence(four[0].log) == rows
    answers = [entry["evidence"] for entry in entries(four[1], size) if "evidence" in entry]
    assert [answer["kind"] for answer in answers] == ["conflicting votes"]


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
