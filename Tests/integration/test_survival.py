"""A validator is killed in the middle of a demo, and nothing that was acknowledged is lost."""

import logcheck
from committee import waymark
from conftest import run_demo


def test_a_demo_survives_the_death_of_a_validator(tmp_path):
    demo = run_demo(
        tmp_path / "town", "--vehicles", "60", "--duration", "25", "--hazards", "12", "--kill", "2@8", timeout=120)
    assert demo.exit_code == 0, demo.errors
    assert "kill -9 of validator 2" in demo.errors and "validator 2 starts again" in demo.errors
    report = demo.report
    assert report["reports_acknowledged"] == report["reports_sent"] > 0
    assert report["heads_equal"] and report["audit_passed"]
    assert report["hazards_missed"] == 0 and report["ghosts_confirmed"] == 0
    logs = [validator.log for validator in demo.committee]
    assert waymark("inspect", "compare", *logs).returncode == 0
    if logcheck.PATH:
        logcheck.check("-log", ",".join(map(str, logs)), "-policy", demo.committee.policy, "-audit")
