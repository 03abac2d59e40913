"""A demo from its start to its end, and what it leaves."""

KEYS = {
    "reports_sent", "reports_acknowledged", "reports_refused", "telemetry_verified", "entries", "hazards_planted",
    "hazards_confirmed", "ghosts_confirmed", "receipt_p50_ms", "receipt_p99_ms", "heads_equal", "audit_passed",
    "cpu_seconds"}


def test_a_demo_ends_well(demo):
    assert demo.exit_code == 0, demo.errors
    assert demo.report["heads_equal"] and demo.report["audit_passed"]
    assert demo.report["complaints"] == []


def test_its_report_has_every_figure(demo):
    assert KEYS <= demo.report.keys()
    assert demo.report["hazards_planted"] == 12
    assert demo.report["telemetry_verified"] > 40 * 10
    assert 0 < demo.report["receipt_p50_ms"] <= demo.report["receipt_p99_ms"]
    assert demo.report["cpu_seconds"] > 0


def test_every_report_is_acknowledged(demo):
    assert demo.report["reports_sent"] > 0
    assert demo.report["reports_acknowledged"] >= 0.999 * demo.report["reports_sent"]
    assert demo.report["entries"] > demo.report["reports_acknowledged"]


def test_what_three_vehicles_sensed_is_confirmed_and_nothing_else(demo):
    assert demo.report["hazards_confirmed"] >= demo.report["hazards_sensed_by_three"]
    assert demo.report["hazards_missed"] == 0
    assert demo.report["ghosts_confirmed"] == 0


def test_the_log_is_exactly_the_static_tree(ended):
    for validator in ended:
        assert sorted(path.name for path in validator.log.iterdir()) == ["checkpoint", "tile"]
        checkpoint = (validator.log / "checkpoint").read_text()
        body, signatures = checkpoint.split("\n\n")
        assert len(body.splitlines()) == 3
        # The log's own line, and a quorum of three cosignatures at least.
        assert len(signatures.splitlines()) >= 4


def test_a_validator_has_its_journal_keys_and_configuration_beside_the_log(ended):
    assert ended.policy.exists()
    for validator in ended:
        for name in ["journal", "index.sqlite", "keys", "validator.json5"]:
            assert (validator.folder / name).exists(), name
        for secret in (validator.folder / "keys").iterdir():
            assert secret.stat().st_mode & 0o077 == 0, f"others may read {secret}"
