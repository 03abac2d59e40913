"""`waymark serve`: a validator on its own, and what keeps one from starting."""

import shutil

import pytest

from committee import Committee, free_ports, waymark
from vehicle import Session, Vehicle


@pytest.fixture
def alone(tmp_path):
    """A committee of one, not yet running."""
    port = free_ports(5)
    result = waymark("keys", "committee", tmp_path / "alone", "--validators", 1, "--port", port, "--http", port + 4)
    assert result.returncode == 0, result.stderr
    committee = Committee(tmp_path / "alone", port, port + 4, validators=1)
    yield committee
    if committee[0].process:
        committee.stop()


def refusal_to_start(validator):
    """What `serve` says when it does not start."""
    result = waymark("serve", "--config", validator.folder / "validator.json5", timeout=15)
    assert result.returncode == 1, result.stderr
    return result.stderr


def test_one_validator_alone_is_a_useful_node(alone):
    alone.start()
    with Session(alone[0].mqtt) as session:
        session.commit(Vehicle.enrolled(alone).report())
    assert alone.stop() == [0]
    assert waymark("inspect", "audit", alone[0].log).returncode == 0


def test_a_committee_is_never_overwritten(alone):
    again = waymark("keys", "committee", alone.folder, "--validators", 1)
    assert again.returncode == 1 and "never overwritten" in again.stderr


def test_two_processes_do_not_share_a_validator(alone):
    alone.start()
    assert "waymark: " in refusal_to_start(alone[0])
    with Session(alone[0].mqtt) as session:
        session.commit(Vehicle.enrolled(alone).report())


def test_a_taken_port_is_named(alone, tmp_path):
    alone.start()
    copy = tmp_path / "copy"
    shutil.copytree(alone.folder, copy, ignore=shutil.ignore_patterns("journal", "work", "log", "index*"))
    said = refusal_to_start(Committee(copy, 0, 0, validators=1, runs=False)[0])
    assert str(alone[0].peers) in said, said


def test_wrong_keys_and_files_are_named(alone, tmp_path):
    key = alone[0].folder / "keys" / "consensus.key"
    right = key.read_text()
    key.write_text("0" * 63 + "1\n")
    assert "the consensus key in" in refusal_to_start(alone[0])
    key.unlink()
    assert f"cannot read {key}" in refusal_to_start(alone[0])
    key.write_text(right)
    (alone.folder / "committee.json5").write_text("not JSON")
    assert "committee.json5" in refusal_to_start(alone[0])
    assert waymark("serve", "--config", tmp_path / "nothing.json5").returncode == 1


def test_a_damaged_journal_stops_the_validator_and_says_so(alone):
    alone.start()
    with Session(alone[0].mqtt) as session:
        for _ in range(3):
            session.commit(Vehicle.enrolled(alone).report())
    assert alone.stop() == [0]
    journal = sorted((alone[0].folder / "journal").glob("*.journal"))[0]
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 1
    journal.write_bytes(data)
    assert "journal" in refusal_to_start(alone[0])


def test_index_and_tiles_are_made_again_from_the_journal(alone):
    alone.start()
    with Session(alone[0].mqtt) as session:
        signed = Vehicle.enrolled(alone).report()
        receipt = session.commit(signed)
    assert alone.stop() == [0]
    for path in alone[0].folder.glob("index.sqlite*"):
        path.unlink()
    for name in ["log", "work"]:
        shutil.rmtree(alone[0].folder / name)
    alone.start()
    with Session(alone[0].mqtt) as session:
        assert session.commit(signed).splitlines()[1] == receipt.splitlines()[1]
    assert alone.stop() == [0]
    assert waymark("inspect", "audit", alone[0].log).returncode == 0
