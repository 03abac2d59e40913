"""What a validator serves over HTTP."""

import json
import re
import urllib.request

from committee import eventually
from vehicle import observation


def test_the_checkpoint_is_served_as_it_stands_on_the_disk(committee):
    def same():
        status, headers, body = committee[0].get("/checkpoint")
        assert status == 200 and headers["Content-Type"].startswith("text/plain")
        return body == (committee[0].log / "checkpoint").read_bytes()
    eventually(same)


def test_tiles_are_served_and_others_are_not(committee):
    size = int(committee[0].head()[1])
    path = f"/tile/entries/000{'' if size >= 256 else f'.p/{size}'}"
    status, headers, body = committee[0].get(path)
    assert status == 200 and body
    assert "immutable" in headers["Cache-Control"]
    for wrong in ["/tile/entries/999", "/tile/../validator.json5", "/tile/%2e%2e/%2e%2e/keys/log.key", "/keys/log.key"]:
        assert committee[0].get(wrong)[0] in (400, 404), wrong


def test_hazards_are_listed_and_filtered(committee, session, vehicle):
    session.commit(vehicle.report(observation(62.0, 26.0, kind=18)))
    hazards = eventually(lambda: committee[0].json("/api/v1/hazards?bbox=25.9,61.9,26.1,62.1")["hazards"])
    assert [hazard["kind"] for hazard in hazards] == ["visibility"]
    assert committee[0].json("/api/v1/hazards?bbox=0,0,1,1")["hazards"] == []
    assert committee[0].get("/api/v1/hazards?bbox=nonsense")[0] == 400


def test_the_first_event_is_the_present_state(committee, session, vehicle):
    with urllib.request.urlopen(f"{committee[0].url}/events", timeout=10) as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        assert next_event(events)[0] == "start"
        session.commit(vehicle.report(observation(62.2, 26.2, kind=19)))
        while True:
            name, data = next_event(events)
            if name == "hazard" and data.get("kind") == "precipitation":
                break


def next_event(stream):
    """Name and data of the next event; comments are passed over."""
    name = None
    while True:
        line = stream.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            return name, json.loads(line[6:])


def test_metrics_are_in_prometheus_format(committee):
    status, headers, body = committee[0].get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {}
    for line in body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in families, f"{name} comes twice"
            families[name] = kind
        elif not line.startswith("# HELP "):
            sample = re.fullmatch(r'(waymark_\w+)(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? (\S+)', line)
            assert sample, line
            assert families[sample[1]] in ("counter", "gauge") and float(sample[2]) >= 0
            assert (families[sample[1]] == "counter") == sample[1].endswith("_total"), line
    assert {"waymark_view", "waymark_blocks_total", "waymark_journal_syncs_total"} <= families.keys()


def test_a_working_validator_is_healthy(committee):
    for validator in committee:
        status, _, body = validator.get("/healthz")
        assert status == 200 and json.loads(body)["healthy"] is True


def test_a_validator_tells_who_its_committee_is(committee):
    """For convenience: an auditor has the policy from elsewhere, too."""
    assert committee[0].get("/log.policy")[2] == committee.policy.read_bytes()
    assert committee[0].json("/api/v1/committee") == committee.file


def test_blocks_go_back_to_the_first(committee):
    blocks = committee[0].json("/api/v1/blocks?below=3")
    assert [block["height"] for block in blocks["blocks"]] == [2, 1] and blocks["complete"]


def test_the_page_is_there(committee):
    status, headers, body = committee[0].get("/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert b"<html" in body.lower()
