"""`waymark inspect` on a log that nobody serves, and wrong usage of the tool."""

import json
import shutil

import pytest

from committee import waymark


def entry_bundle(log):
    """The widest partial bundle, else the first full one."""
    partial = sorted(log.glob("tile/entries/**/*.p/*"), key=lambda path: int(path.name))
    return partial[-1] if partial else next(log.glob("tile/entries/000"))


@pytest.fixture(scope="module")
def log(ended):
    return ended[0].log


def test_every_log_passes_its_audit(ended):
    for validator in ended:
        result = waymark("inspect", "audit", validator.log, "--json")
        assert result.returncode == 0, result.stdout + result.stderr
        audit = json.loads(result.stdout)
        assert audit["passed"] and audit["entries"] == audit["size"] and audit["cosigners"] >= 3


@pytest.mark.parametrize("place", ["first", "last"])
def test_one_flipped_byte_fails_the_audit(log, ended, tmp_path, place):
    shutil.copytree(log, tmp_path / "log")
    bundle = entry_bundle(tmp_path / "log")
    data = bytearray(bundle.read_bytes())
    data[2 if place == "first" else -1] ^= 1
    bundle.write_bytes(data)
    result = waymark("inspect", "audit", tmp_path / "log", "--policy", ended.policy)
    assert result.returncode == 1
    assert "FAILED" in result.stdout


def test_an_audit_without_the_committees_signatures_fails(log, ended, tmp_path):
    shutil.copytree(log, tmp_path / "log")
    checkpoint = tmp_path / "log" / "checkpoint"
    checkpoint.write_text("\n".join(checkpoint.read_text().splitlines()[:5]) + "\n")
    assert waymark("inspect", "audit", tmp_path / "log", "--policy", ended.policy).returncode == 1


def test_the_four_copies_are_of_one_history(ended):
    result = waymark("inspect", "compare", *[validator.log for validator in ended], "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    comparison = json.loads(result.stdout)
    assert comparison["passed"] and comparison["heads_equal"] and len(comparison["copies"]) == 4


def test_get_prints_one_entry(log, demo):
    result = waymark("inspect", "get", log, 0, "--json")
    assert result.returncode == 0, result.stderr
    entry = json.loads(result.stdout)
    assert entry["type"] == "block" and entry["fields"]["height"] == "1"
    beyond = waymark("inspect", "get", log, demo.report["entries"] + 1000)
    assert beyond.returncode == 1 and "not below" in beyond.stderr


def test_a_proof_is_checked_offline(log, ended, tmp_path):
    proof = tmp_path / "entry.tlog-proof"
    result = waymark("inspect", "prove", log, 1, "--output", proof)
    assert result.returncode == 0, result.stderr
    assert waymark("inspect", "prove", log, 1).stdout == proof.read_text()
    result = waymark("inspect", "verify", proof, "--policy", ended.policy, "--json")
    assert result.returncode == 0, result.stderr
    verified = json.loads(result.stdout)
    assert verified["index"] == verified["entry"]["index"] == 1
    assert len(verified["cosigners"]) >= 3 and all(name.startswith("validator-") for name in verified["cosigners"])
    assert verified["entry"] == json.loads(waymark("inspect", "get", log, 1, "--json").stdout)


def test_a_proof_that_was_tampered_with_is_refused(log, ended, tmp_path):
    proof = tmp_path / "entry.tlog-proof"
    good = waymark("inspect", "prove", log, 1).stdout
    other = waymark("inspect", "prove", log, 0).stdout
    extra = {text: next(line for line in text.splitlines() if line.startswith("extra ")) for text in (good, other)}
    signatures = [line for line in good.splitlines() if line.startswith("\u2014")]
    reasons = {
        good.replace("index 1", "index 0"): "does not lead",
        good.replace(extra[good], extra[other]): "does not lead",
        good.replace("\n".join(signatures[1:]) + "\n", ""): "quorum",
        good.replace(extra[good] + "\n", ""): "--entry",
        good.replace("@v1", "@v2"): "line 1",
    }
    for text, reason in reasons.items():
        proof.write_text(text)
        result = waymark("inspect", "verify", proof, "--policy", ended.policy)
        assert result.returncode == 1 and reason in result.stderr, (reason, result.stderr)


def test_check_keeps_the_head_and_refuses_a_rollback(log, ended, tmp_path):
    seen = tmp_path / "seen"
    for _ in range(2):
        result = waymark("inspect", "check", log, "--seen", seen, "--json")
        assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["seen"] == json.loads(result.stdout)["size"]
    assert seen.read_text() == (log / "checkpoint").read_text()
    lines = seen.read_text().splitlines()
    for line, changed in ((1, str(int(lines[1]) + 1)), (2, "A" * 43 + "=")):
        rolled_back = "\n".join(lines[:line] + [changed] + lines[line + 1:]) + "\n"
        seen.write_text(rolled_back)
        result = waymark("inspect", "check", log, "--seen", seen)
        assert result.returncode == 1 and str(seen) in result.stderr, result.stderr
        assert seen.read_text() == rolled_back


def test_tail_prints_the_newest_entries(log):
    result = waymark("inspect", "tail", log, "--count", 5, "--json")
    assert result.returncode == 0, result.stderr
    indices = [json.loads(line)["index"] for line in result.stdout.splitlines()]
    assert indices == list(range(indices[0], indices[0] + 5))


def test_hazards_follow_from_the_log_alone(log, demo):
    result = waymark("inspect", "hazards", log, "--json")
    assert result.returncode == 0, result.stderr
    hazards = json.loads(result.stdout)["hazards"]
    confirmed = [hazard for hazard in hazards if hazard["state"] == "confirmed"]
    assert len(confirmed) >= demo.report["hazards_confirmed"]
    assert all(hazard["vehicles"] >= 3 for hazard in confirmed)


def test_a_log_has_no_trace_of_a_vehicle(log):
    """Of a report there is a commitment, of an observation a place without a finer one, and a tag."""
    allowed = {
        "report": {"commitment"}, "revocation": {"commitment"},
        "observation": {"kind", "polarity", "cell", "bucket", "tag", "edge", "direction"},
        "update_accepted": {"model", "round", "nullifier", "commitment"}}
    result = waymark("inspect", "tail", log, "--count", 100_000, "--json")
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert {entry["type"] for entry in entries} >= {"block", "report", "observation"}
    for entry in entries:
        if entry["type"] in allowed:
            assert entry["fields"].keys() <= allowed[entry["type"]]


@pytest.mark.parametrize("arguments", [
    ["inspect", "compare", "only-one"], ["inspect", "tail", "."] + ["--count", "0"], ["inspect", "get"],
    ["no-such-command"], ["demo", "--validators", "0"], ["demo", "--kill", "9@9"]])
def test_wrong_usage_exits_with_2(arguments):
    result = waymark(*arguments)
    assert result.returncode == 2, result.stderr
    assert result.stderr and not result.stdout


def test_what_is_not_there_is_said_in_words(ended):
    result = waymark("inspect", "audit", "/nowhere", "--policy", ended.policy)
    assert result.returncode == 1
    assert result.stderr.startswith("waymark: /nowhere")
    result = waymark("inspect", "audit", ended[0].log, "--policy", "/nowhere")
    assert result.returncode == 1
    assert "/nowhere" in result.stderr
