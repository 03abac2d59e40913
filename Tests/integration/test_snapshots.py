"""A validator starts from its newest snapshot, and from less where that one cannot be used."""

import hashlib
import threading

import pytest

import logcheck
from committee import Committee, eventually, free_ports, waymark
from vehicle import Session, Vehicle

BLOCKS = 1024


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A committee of one, whose blocks cost least, past its first snapshot."""
    folder = tmp_path_factory.mktemp("snapshots") / "town"
    port = free_ports(5)
    made = waymark("keys", "committee", folder, "--validators", 1, "--port", port, "--http", port + 4)
    assert made.returncode == 0, made.stderr
    committee = Committee(folder, port, port + 4, validators=1)
    committee.start()
    report_until(committee, lambda: committee[0].status()["height"] > BLOCKS)
    eventually(lambda: snapshots(committee), what="a snapshot")
    yield committee
    if committee[0].process:
        committee[0].process.kill()
        committee[0].process.wait()


def snapshots(committee):
    return sorted(path for path in (committee[0].folder / "snapshots").iterdir() if path.name.isdigit())


def report_until(committee, is_enough):
    """Four drive at a time, each with ever other vehicles, so that none reports more often than it may."""
    ended = threading.Event()

    def drive():
        with Session(committee[0].mqtt) as session:
            while not ended.is_set():
                vehicle = Vehicle.enrolled(committee)
                for _ in range(50):
                    session.commit(vehicle.report())

    drivers = [threading.Thread(target=drive) for _ in range(4)]
    for driver in drivers:
        driver.start()
    try:
        eventually(is_enough, seconds=90, what=f"{BLOCKS} blocks")
    finally:
        ended.set()
        for driver in drivers:
            driver.join()


def restarted(committee):
    """The same validator after kill -9, and how its replay began."""
    size = committee[0].status()["size"]
    committee[0].kill()
    committee[0].start()
    eventually(lambda: committee[0].status().get("size", 0) >= size, what="the head of before")
    said = [line for line in committee[0].tail(400).splitlines() if "records replayed" in line]
    return said[-1]


def test_it_goes_on_after_the_newest_snapshot(town):
    height = int(snapshots(town)[-1].name)
    assert f"after the snapshot of height {height}" in restarted(town)
    with Session(town[0].mqtt) as session:
        session.commit(Vehicle.enrolled(town).report())


def test_a_damaged_snapshot_is_done_without(town):
    path = snapshots(town)[-1]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "from the first block on" in restarted(town)
    assert "is damaged" in town[0].tail(400)
    path.write_bytes(whole)


def test_a_snapshot_of_another_journal_is_done_without(town):
    # The place of the mark in the journal stands at byte 24; one further there is no record.
    path = snapshots(town)[-1]
    whole = path.read_bytes()
    moved = whole[:24] + (int.from_bytes(whole[24:28], "big") + 1).to_bytes(4, "big")
    path.write_bytes(moved + hashlib.sha256(moved + whole[60:]).digest() + whole[60:])
    assert "from the first block on" in restarted(town)
    path.write_bytes(whole)


def test_without_index_or_log_everything_is_executed_again(town):
    validator = town[0]
    size = validator.status()["size"]
    validator.terminate()
    validator.exit_code()
    for path in validator.folder.glob("index.sqlite*"):
        path.unlink()
    validator.start()
    eventually(lambda: validator.status().get("size", 0) >= size, what="the head of before")
    assert "from the first block on" in validator.tail(400)


@logcheck.needed
def test_the_log_is_whole(town):
    assert "root agrees" in logcheck.check("-log", town[0].log, "-policy", town.policy, "-audit")
