"""Validators die in the middle of it all, and nothing that was acknowledged is lost."""

import shutil

import pytest

import logcheck
from committee import Committee, free_ports, waymark
from conftest import run_demo
from vehicle import Session, Vehicle


def check_logs(committee):
    """Every log is whole, and all are of one history."""
    logs = [validator.log for validator in committee]
    assert waymark("inspect", "compare", *logs).returncode == 0
    if logcheck.PATH:
        logcheck.check("-log", ",".join(map(str, logs)), "-policy", committee.policy, "-audit")


def test_a_demo_survives_the_death_of_a_validator(tmp_path):
    demo = run_demo(
        tmp_path / "town", "--vehicles", "60", "--duration", "25", "--hazards", "12", "--kill", "2@8", timeout=120)
    assert demo.exit_code == 0, demo.errors
    assert "kill -9 of validator 2" in demo.errors and "validator 2 starts again" in demo.errors
    report = demo.report
    assert report["reports_acknowledged"] == report["reports_sent"] > 0
    assert report["heads_equal"] and report["audit_passed"]
    assert report["hazards_missed"] == 0 and report["ghosts_confirmed"] == 0
    check_logs(demo.committee)


@pytest.fixture
def four(tmp_path):
    port = free_ports(20)
    result = waymark("keys", "committee", tmp_path / "four", "--port", port, "--http", port + 16)
    assert result.returncode == 0, result.stderr
    committee = Committee(tmp_path / "four", port, port + 16)
    committee.start()
    yield committee
    for validator in committee:
        if validator.process:
            validator.process.kill()
            validator.process.wait()


def test_three_of_four_go_on_and_the_fourth_catches_up(four):
    four[3].kill()
    vehicle = Vehicle.enrolled(four)
    with Session(four[0].mqtt) as session:
        reports = [vehicle.report() for _ in range(10)]
        receipts = [session.commit(report) for report in reports]
    four[3].start()
    four.equal_heads(size=20)
    # What it learned from the others only, it answers for like them.
    with Session(four[3].mqtt) as session:
        assert session.commit(reports[-1]).splitlines()[1] == receipts[-1].splitlines()[1]


def test_a_validator_far_behind_catches_up_from_the_others_journals(four, tmp_path):
    """It comes back from a backup, more blocks ago than the others hold in memory."""
    four[3].terminate()
    assert four[3].exit_code() == 0
    shutil.copytree(four[3].folder, tmp_path / "backup")
    four[3].start()
    vehicles = [Vehicle.enrolled(four) for _ in range(10)]
    with Session(four[0].mqtt) as session:
        for number in range(600):
            session.commit(vehicles[number % 10].report())
    four[3].kill()
    shutil.rmtree(four[3].folder)
    shutil.move(tmp_path / "backup", four[3].folder)
    four[3].start()
    four.equal_heads(size=1800)
    with Session(four[3].mqtt) as session:
        session.commit(Vehicle.enrolled(four).report())
    assert four.stop() == [0, 0, 0, 0]
    check_logs(four)


def test_a_validator_whose_journal_is_damaged_rejoins(four):
    """Bytes in the middle of what was synced have changed: it refuses to go on, and learns from the others what it has lost."""
    vehicle = Vehicle.enrolled(four)
    with Session(four[3].mqtt) as session:
        for _ in range(20):
            session.commit(vehicle.report())
    four[3].kill()
    segment = sorted((four[3].folder / "journal").glob("*.journal"))[0]
    bytes_ = bytearray(segment.read_bytes())
    bytes_[len(bytes_) // 2] ^= 0x40
    segment.write_bytes(bytes_)
    refused = waymark("serve", "--config", four[3].folder / "validator.json5")
    assert refused.returncode == 1 and "is damaged at byte" in refused.stderr
    four[3].start("--rejoin")
    four.equal_heads(size=40)
    # Its lane has begun anew: what it takes from vehicles is ordered.
    with Session(four[3].mqtt) as session:
        session.commit(vehicle.report())
    assert four[3].metric("waymark_memories_lost_total") == 1
    assert four.stop() == [0, 0, 0, 0]
    check_logs(four)


def test_two_of_four_commit_nothing_until_a_third_is_back(four):
    four[2].kill()
    four[3].kill()
    with Session(four[0].mqtt) as session:
        sent = session.send(Vehicle.enrolled(four).report().envelope)
        with pytest.raises(AssertionError):
            session.answer(sent, timeout=3)
        four[2].start()
        assert session.answer(sent, timeout=30).is_success
    assert four[0].get("/healthz")[0] == 200


def test_all_four_die_at_once_and_forget_nothing(four, tmp_path):
    reports, receipts = [], []
    for validator in four:
        with Session(validator.mqtt) as session:
            reports.append(Vehicle.enrolled(four).report())
            receipts.append(session.commit(reports[-1]))
            # Some are under way when the power goes.
            for _ in range(20):
                session.send(Vehicle.enrolled(four).report().envelope)
    for validator in four:
        validator.kill()
    four.start()
    for validator, report, receipt in zip([*four][::-1], reports, receipts):
        with Session(validator.mqtt) as session:
            assert session.commit(report).splitlines()[1] == receipt.splitlines()[1]
    four.equal_heads()
    assert four.stop() == [0, 0, 0, 0]
    check_logs(four)


@pytest.mark.parametrize("validators", [1, 7])
def test_committees_of_other_sizes_work(tmp_path, validators):
    demo = run_demo(
        tmp_path / "town", "--vehicles", "20", "--duration", "4", "--hazards", "12", "--validators", str(validators),
        validators=validators, timeout=60)
    assert demo.exit_code == 0, demo.errors
    assert demo.report["reports_acknowledged"] == demo.report["reports_sent"]
    for validator in demo.committee:
        assert waymark("inspect", "audit", validator.log).returncode == 0
