"""What the fleet learned: as a validator serves it, and as `waymark inspect model` finds it in the log."""

import hashlib
import json
import shutil
import urllib.request

import pytest

from committee import eventually, waymark
from test_http import next_event

MODELS = ["perception", "travel-times"]


def inspect(*arguments):
    """What `waymark inspect model` prints as JSON."""
    result = waymark("inspect", "model", *arguments, "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def log(ended):
    return ended[0].log


@pytest.fixture(scope="module")
def lessons(log):
    """By model: what the log of the ended demo says."""
    models = {model["model"]: model for model in inspect("list", log)["models"]}
    assert list(models) == MODELS
    return models


@pytest.fixture(scope="module")
def served(committee):
    """By model: what a validator says, with every round."""
    models = eventually(lambda: committee[0].json("/api/v1/models?limit=256")["models"])
    return {model["model"]: model for model in models}


def test_a_model_is_served_as_the_log_has_it(lessons, served):
    for name in MODELS:
        rounds = {version["round"]: version for version in served[name]["versions"]}
        assert list(rounds) == sorted(rounds, reverse=True)
        decided = [each for each in lessons[name]["rounds"] if "decision" in each]
        assert decided, f"no round of {name} was decided"
        for each in decided:
            version = rounds[each["round"]]
            for field in ["decision", "current", "updates", "aggregation", "parent", "entries"]:
                assert version.get(field) == each.get(field), field


def test_rounds_are_numbered_and_build_on_what_is_current(lessons):
    for model in lessons.values():
        assert [each["round"] for each in model["rounds"]] == list(range(1, len(model["rounds"]) + 1))
        decided = [each for each in model["rounds"] if "decision" in each]
        for before, each in zip(decided, decided[1:]):
            assert each["parent"] == before["current"]
        assert all(each["updates_match"] for each in decided)


def test_rounds_are_served_page_by_page(committee, served):
    newest = served["perception"]["versions"][0]["round"]
    page = committee[0].json(f"/api/v1/models?model=perception&limit=1&below={newest + 1}")["models"]
    assert [version["round"] for version in page[0]["versions"]] == [newest]
    assert page[0]["complete"] == (newest == 1) and page[0].get("next") == (newest if newest > 1 else None)
    assert committee[0].get("/api/v1/models?model=weather")[0] == 400


def test_a_round_is_served_with_every_update_that_counts(committee, lessons):
    each = max(lessons["perception"]["rounds"], key=lambda each: each["updates"])
    assert each["updates"] > 0, "no update of perception counts"
    round = committee[0].json(f"/api/v1/models/perception/rounds/{each['round']}")
    assert len(round["accepted"]) == each["updates"]
    for update in round["accepted"]:
        entry = committee[0].json(f"/api/v1/entries?from={update['index']}&limit=1")["entries"][0]
        assert entry["update_accepted"] == {
            "model": "perception", "round": each["round"], "nullifier": update["nullifier"],
            "commitment": update["commitment"]}
    assert committee[0].get("/api/v1/models/perception/rounds/999999")[0] == 404


def test_every_validator_serves_the_same_file_of_a_version(committee, served):
    for model in served.values():
        digest = model["current"]
        for validator in committee:
            status, headers, body = validator.get(f"/blobs/{digest}")
            assert status == 200 and hashlib.sha256(body).hexdigest() == digest
            assert "immutable" in headers["Cache-Control"]


def test_nothing_but_a_digest_names_a_file(committee, served):
    digest = served["perception"]["current"]
    for wrong in [digest.upper(), digest[1:], "0" * 64, "..%2f..%2fvalidator.json5", "%2e%2e/keys/log.key", ""]:
        assert committee[0].get(f"/blobs/{wrong}")[0] == 404, wrong


def test_learned_speeds_are_within_physics(committee, served):
    speeds = committee[0].json("/api/v1/roads/speeds")
    assert speeds["version"] == committee[0].json("/api/v1/models?model=travel-times")["models"][0]["current"]
    assert 0 <= speeds["slot"] < 168
    arcs = [arc for arc, _ in speeds["arcs"]]
    assert arcs == sorted(set(arcs))
    assert all(50 <= permille <= 1300 for _, permille in speeds["arcs"])
    assert committee[0].get("/api/v1/roads/speeds?slot=168")[0] == 400


def test_a_new_page_is_told_how_training_stands(committee, served):
    with urllib.request.urlopen(f"{committee[0].url}/events", timeout=20) as events:
        told = {}
        while len(told) < len(MODELS):
            name, data = next_event(events)
            if name == "learning":
                told[data["model"]] = data
    for name, model in told.items():
        assert model["round"] >= served[name]["round"] and len(model["current"]) == 64


def test_a_versions_lineage_ends_where_every_fleet_starts(log, lessons):
    for name in MODELS:
        lineage = inspect("lineage", log, name, "--updates")
        assert lineage["version"] == lessons[name]["current"] and lineage["first_is_built_in"]
        version = lineage["version"]
        for each in lineage["rounds"]:
            assert each["version"] == version and each["updates_match"]
            assert len(each["accepted"]) == each["updates"]
            version = each["parent"]
        assert version == lineage["first"]


def test_a_round_is_shown_by_its_number_and_by_its_version(log, lessons):
    newest = inspect("show", log, "perception")
    assert newest["round"]["round"] == len(lessons["perception"]["rounds"])
    made = [each for each in lessons["perception"]["rounds"] if "version" in each]
    assert made, "no version of perception was made"
    shown = inspect("show", log, "perception", made[-1]["version"][:16])
    assert shown["round"]["round"] == made[-1]["round"]
    assert shown == inspect("show", log, "perception", made[-1]["round"])


def test_a_version_is_exported_from_the_folder_as_it_is_served(log, committee, lessons, tmp_path):
    for name in MODELS:
        digest = lessons[name]["current"]
        result = waymark("inspect", "model", "export", log, name, tmp_path / name, "--format", "raw")
        assert result.returncode == 0, result.stderr
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
        result = waymark(
            "inspect", "model", "export", committee[0].url, name, digest, tmp_path / f"{name}.served", "--format", "raw",
            "--policy", committee.policy)
        assert result.returncode == 0, result.stderr
        assert (tmp_path / f"{name}.served").read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("format, mark", [("onnx", b"Gemm"), ("safetensors", b'"dtype":"F32"')])
def test_perception_is_exported_for_other_programs(log, tmp_path, format, mark):
    result = waymark("inspect", "model", "export", log, "perception", tmp_path / "model", "--format", format)
    assert result.returncode == 0, result.stderr
    assert mark in (tmp_path / "model").read_bytes().replace(b" ", b"")


def test_a_file_without_its_digest_is_not_exported(ended, lessons, tmp_path):
    made = [each["version"] for each in lessons["perception"]["rounds"] if "version" in each]
    assert made, "no version of perception was made"
    shutil.copytree(ended[0].folder, tmp_path / "validator")
    file = tmp_path / "validator" / "models" / made[-1]
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")
    command = ["inspect", "model", "export", tmp_path / "validator" / "log", "perception", made[-1], tmp_path / "out"]
    result = waymark(*command, "--policy", ended.policy)
    assert result.returncode == 1 and "damaged" in result.stderr
    assert not (tmp_path / "out").exists()
    file.unlink()
    result = waymark(*command, "--policy", ended.policy)
    assert result.returncode == 1 and "no such file" in result.stderr


def test_what_no_model_has_is_said_in_words(log):
    for arguments, words in [
            (["show", log, "perception", 99999], "no round 99999"), (["lineage", log, "perception", "f" * 64], "no version"),
            (["lineage", log, "perception", "xyz"], "is no version"), (["list", "/nowhere"], "/nowhere")]:
        result = waymark("inspect", "model", *arguments)
        assert result.returncode == 1 and words in result.stderr, result.stderr


@pytest.mark.parametrize("arguments", [
    [], ["show"], ["show", ".", "weather"], ["export", ".", "perception"], ["export", ".", "travel-times", "file"],
    ["export", ".", "perception", "file", "--format", "pickle"]])
def test_wrong_usage_of_models_exits_with_2(arguments):
    result = waymark("inspect", "model", *arguments)
    # Without a subcommand the help is the answer.
    assert result.returncode == (2 if arguments else 0), result.stderr
