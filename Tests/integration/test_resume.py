"""Validators start again from what a demo left, and go on with the same log."""

import shutil

import logcheck
from committee import eventually
from vehicle import Session, Vehicle


def entries_of(text):
    """Origin, size and root of a checkpoint's body."""
    return int(text.split("\n")[1])


def test_the_log_goes_on_where_it_ended(committee, ended):
    for before, validator in zip(ended, committee):
        size = entries_of((before.log / "checkpoint").read_text())
        eventually(lambda: validator.status()["size"] > size, what="a longer log")


def test_the_heads_are_equal_again(committee):
    with Session(committee[1].mqtt) as session:
        session.commit(Vehicle.enrolled(committee).report())
    committee.equal_heads()


@logcheck.needed
def test_no_earlier_entry_has_changed(committee, ended, tmp_path):
    for before, validator in zip(ended, committee):
        seen = tmp_path / "last.ckpt"
        shutil.copy(before.log / "checkpoint", seen)
        said = logcheck.check("-log", validator.url, "-policy", committee.policy, "-old", seen, "-audit")
        assert "consistency: OK" in said and "root agrees" in said


def test_a_hazard_that_was_known_is_known_again(committee, demo):
    if demo.report["hazards_confirmed"] == 0:
        return
    hazards = committee[2].json("/api/v1/hazards?state=confirmed")["hazards"]
    assert len(hazards) >= demo.report["hazards_confirmed"]
