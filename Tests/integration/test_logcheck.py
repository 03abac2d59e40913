"""The independent verifier agrees with every log, offline."""

import base64
import shutil

import pytest

import logcheck
from committee import waymark

pytestmark = logcheck.needed


@pytest.mark.parametrize("index", range(4))
def test_every_hash_follows_from_the_entries(ended, demo, index):
    said = logcheck.check("-log", ended[index].log, "-policy", ended.policy, "-audit")
    assert "root agrees" in said


def test_the_four_validators_show_one_history(ended):
    logs = ",".join(str(validator.log) for validator in ended)
    said = logcheck.check("-log", logs, "-policy", ended.policy)
    assert said.count("compare: OK") == 3


def test_an_entry_is_proven_online_and_offline(ended, tmp_path):
    proof = tmp_path / "entry.tlog-proof"
    logcheck.check("-log", ended[0].log, "-policy", ended.policy, "-index", 1, "-out", proof)
    said = logcheck.check("-policy", ended.policy, "-proof", proof, "-leaf", f"{proof}.leaf")
    assert "proof: OK index=1" in said


def test_it_accepts_what_inspect_proves(ended, tmp_path):
    proof, leaf = tmp_path / "entry.tlog-proof", tmp_path / "entry.leaf"
    for index in (0, 1, 2):
        assert waymark("inspect", "prove", ended[0].log, index, "--output", proof).returncode == 0
        extra = next(line for line in proof.read_text().splitlines() if line.startswith("extra "))
        leaf.write_bytes(base64.b64decode(extra.removeprefix("extra ")))
        said = logcheck.check("-policy", ended.policy, "-proof", proof, "-leaf", leaf)
        assert f"proof: OK index={index}" in said


def test_inspect_accepts_what_it_proves(ended, tmp_path):
    proof = tmp_path / "entry.tlog-proof"
    logcheck.check("-log", ended[0].log, "-policy", ended.policy, "-index", 1, "-out", proof)
    result = waymark("inspect", "verify", proof, "--entry", f"{proof}.leaf", "--policy", ended.policy)
    assert result.returncode == 0 and "verify: passed" in result.stdout, result.stderr


def test_a_proof_holds_for_no_other_entry(ended, tmp_path):
    proof = tmp_path / "entry.tlog-proof"
    logcheck.check("-log", ended[0].log, "-policy", ended.policy, "-index", 1, "-out", proof)
    (tmp_path / "other.leaf").write_bytes(b"something else")
    assert logcheck.run("-policy", ended.policy, "-proof", proof, "-leaf", tmp_path / "other.leaf").returncode == 1


def test_another_committees_policy_accepts_nothing(ended, tmp_path):
    policy = ended.policy.read_text()
    logs = [line for line in policy.splitlines() if line.startswith("log ")]
    # A policy of which only the first log's key is known does not know the other validators' checkpoints.
    (tmp_path / "log.policy").write_text("\n".join(logs[:1] + policy.splitlines()[len(logs):]) + "\n")
    result = logcheck.run("-log", ended[3].log, "-policy", tmp_path / "log.policy")
    assert result.returncode == 1, result.stdout


def test_a_log_is_consistent_with_itself_and_refuses_a_rollback(ended, tmp_path):
    seen = tmp_path / "last.ckpt"
    shutil.copy(ended[0].log / "checkpoint", seen)
    assert "consistency: OK" in logcheck.check("-log", ended[1].log, "-policy", ended.policy, "-old", seen)
