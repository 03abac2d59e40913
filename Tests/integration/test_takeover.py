"""A validator that is further behind than the others' journals reach goes on from their state."""

import threading

import pytest

import logcheck
from committee import Committee, eventually, free_ports, waymark
from vehicle import Session, Vehicle

BLOCKS = 1024


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Four validators that keep no more of the journal than they need; the fourth has slept through all that was cut off."""
    folder = tmp_path_factory.mktemp("takeover") / "town"
    port = free_ports(20)
    made = waymark("keys", "committee", folder, "--port", port, "--http", port + 16)
    assert made.returncode == 0, made.stderr
    committee = Committee(folder, port, port + 16)
    for validator in committee:
        path = validator.folder / "validator.json5"
        path.write_text(path.read_text().replace("journal_kept_mib: 1024", "journal_kept_mib: 0"))
    committee.start()
    committee[3].terminate()
    committee[3].exit_code()
    report_until(committee, lambda: min(each.status()["height"] for each in awake(committee)) > 3 * BLOCKS)
    eventually(lambda: all(segments(each)[0] > 1 for each in awake(committee)), seconds=90, what="a cut journal")
    yield committee
    for validator in committee:
        if validator.process:
            validator.process.kill()
            validator.process.wait()


def awake(committee):
    return [validator for validator in committee][:3]


def segments(validator):
    """Numbers of the journal's files."""
    return sorted(int(path.name.split(".")[0]) for path in (validator.folder / "journal").iterdir() if path.name != "lock")


def report_until(committee, is_enough):
    """Twelve drive at a time, each with ever other vehicles, so that none reports more often than it may."""
    ended = threading.Event()

    def drive(validator):
        with Session(validator.mqtt) as session:
            while not ended.is_set():
                vehicle = Vehicle.enrolled(committee)
                for _ in range(50):
                    session.commit(vehicle.report())

    drivers = [threading.Thread(target=drive, args=[validator]) for validator in awake(committee) for _ in range(4)]
    for driver in drivers:
        driver.start()
    try:
        eventually(is_enough, seconds=240, what=f"{3 * BLOCKS} blocks")
    finally:
        ended.set()
        for driver in drivers:
            driver.join()


def hazards(validator):
    return sorted(hazard["id"] for hazard in validator.json("/api/v1/hazards")["hazards"])


def same_page(one, other, page):
    """Both serve the same; an answer names the newest checkpoint too, which another block may change between the two."""
    eventually(lambda: one.json(page) == other.json(page), what=f"the same {page}")


def goes_on(validator, committee):
    eventually(
        lambda: "whose state the others vouch for" in validator.tail(400), seconds=60, what="the others' state")
    committee.equal_heads(size=committee[0].status()["size"])
    with Session(validator.mqtt) as session:
        session.commit(Vehicle.enrolled(committee).report())


def test_who_slept_too_long_goes_on_from_the_others_state(town):
    town[3].start()
    goes_on(town[3], town)
    assert hazards(town[3]) == hazards(town[0])


def test_it_has_the_whole_log_and_its_index(town):
    size = town.equal_heads()[1]
    for first in (0, int(size) // 2, int(size) - 100):
        same_page(town[3], town[0], f"/api/v1/entries?from={first}&limit=100&size={size}")
    logs = [validator.log for validator in town]
    assert waymark("inspect", "compare", *logs).returncode == 0
    if logcheck.PATH:
        logcheck.check("-log", ",".join(map(str, logs)), "-policy", town.policy, "-audit")


def test_it_starts_again_from_the_state_that_it_took_over(town):
    town[3].kill()
    town[3].start()
    town.equal_heads(size=town[0].status()["size"])
    said = [line for line in town[3].tail(400).splitlines() if "records replayed" in line]
    assert "after the snapshot of height" in said[-1]


def test_a_validator_without_its_disk_gets_everything_again(town):
    town[2].terminate()
    town[2].exit_code()
    town[2].start("--rejoin")
    goes_on(town[2], town)
    assert hazards(town[2]) == hazards(town[0])
    logs = [validator.log for validator in town]
    assert waymark("inspect", "compare", *logs).returncode == 0


def test_a_lost_index_is_made_again_from_the_log(town):
    town[0].terminate()
    town[0].exit_code()
    for path in town[0].folder.glob("index.sqlite*"):
        path.unlink()
    town[0].start()
    town.equal_heads(size=town[1].status()["size"])
    assert "the index was made again from the log" in town[0].tail(400)
    same_page(town[0], town[1], f"/api/v1/entries?from=100&limit=100&size={town.equal_heads()[1]}")


def test_a_validator_whose_snapshots_are_lost_says_what_to_do(town):
    town[1].terminate()
    town[1].exit_code()
    for path in (town[1].folder / "snapshots").iterdir():
        path.unlink()
    town[1].start()
    assert town[1].exit_code() == 1
    assert "the journal begins after what was cut off" in town[1].tail() and "--rejoin" in town[1].tail()
    town[1].start("--rejoin")
    goes_on(town[1], town)
