"""A demo in which a fifth of the vehicles sends poison: what the fleet learns all the same."""

import json

import pytest

from committee import waymark
from conftest import Demo, run_demo

VEHICLES, ATTACKERS, VALIDATORS = 60, 12, 4


@pytest.fixture(scope="module")
def lessons(tmp_path_factory) -> Demo:
    """Seven rounds or so in the small made-up town."""
    return run_demo(
        tmp_path_factory.mktemp("lessons") / "town", "--vehicles", str(VEHICLES), "--duration", "45", "--hazards", "12",
        "--rounds", "6", "--attackers", "20%", "--validators", str(VALIDATORS), timeout=150)


def test_a_demo_that_is_attacked_ends_well(lessons):
    assert lessons.exit_code == 0, lessons.errors
    assert lessons.report["attackers"] == ATTACKERS
    assert lessons.report["heads_equal"] and lessons.report["audit_passed"] and lessons.report["models_verified"]
    assert lessons.report["complaints"] == []


def test_perception_gets_better_although_a_fifth_lies(lessons):
    assert lessons.report["accuracy_last"] > lessons.report["accuracy_first"]


def test_travel_times_are_predicted_on_the_same_stretches(lessons):
    report = lessons.report
    assert report["route_stretches"] > 0
    assert report["travel_time_error_first"] > 0 and report["travel_time_error_last"] > 0


def test_what_a_vehicle_sends_in_a_round_is_small(lessons):
    assert 0 < lessons.report["update_bytes_per_vehicle"] <= 3200


def test_what_is_sent_counts(lessons):
    report = lessons.report
    assert report["updates_sent"] > VEHICLES
    assert 0 < report["updates_counted"] <= report["updates_sent"]


def test_the_reported_versions_are_those_of_every_log(lessons):
    told = {(each["model"], each["round"]): each.get("version") for each in lessons.report["model_versions"]}
    assert {model for model, _ in told} == {"perception", "travel-times"}
    assert any(told.values())
    for validator in lessons.committee:
        result = waymark("inspect", "model", "list", validator.log, "--json")
        assert result.returncode == 0, result.stderr
        rounds = {
            (model["model"], each["round"]): each.get("version")
            for model in json.loads(result.stdout)["models"] for each in model["rounds"] if "decision" in each}
        assert rounds == told


def test_no_promoted_version_loses_much_on_the_hold_out(lessons):
    scores = [
        each["accuracy"] for each in lessons.report["model_versions"]
        if each["model"] == "perception" and each["decision"] == "promoted" and "accuracy" in each]
    assert scores, "no version of perception was promoted"
    assert all(after >= before - 0.021 for before, after in zip(scores, scores[1:]))
