"""Vehicles that drive while a test does harm, and whose history is then held against the log."""

import contextlib
import json
import threading
import time

from committee import eventually, waymark
from vehicle import Vehicle, report_commitment


class Driver(threading.Thread):
    """A vehicle that commits one report after the other, at whichever validator takes it."""

    def __init__(self, town, first):
        super().__init__(daemon=True)
        self.town, self.vehicle, self.turn = town, Vehicle.enrolled(town), first
        self.session, self.ends = None, threading.Event()
        # (commitment, when it was first sent, when its receipt was there)
        self.history = []

    def run(self):
        while not self.ends.is_set():
            report, sent = self.vehicle.report(), time.monotonic()
            while not self.ends.is_set() and time.monotonic() < sent + 20:
                if self.commit(report):
                    self.history.append((report_commitment(report.report).hex(), sent, time.monotonic()))
                    break
                time.sleep(0.1)
        self.leave()

    def commit(self, report):
        """Whether a receipt came. Whoever gives none is left for the next."""
        try:
            hosts = self.town.validators
            self.session = self.session or hosts[self.turn % len(hosts)].session()
            answer = self.session.answer(self.session.send(report.envelope), timeout=4)
            if answer.is_success and report.digest in answer.receipts:
                return True
        except Exception:  # noqa: BLE001 (a socket's, a queue's or an assertion's: all mean no receipt)
            pass
        self.leave()
        self.turn += 1
        return False

    def leave(self):
        session, self.session = self.session, None
        if session:
            session.client.disconnect()
            session.client.loop_stop()


@contextlib.contextmanager
def traffic(town, vehicles=3):
    """Vehicles drive while the body runs; afterwards what they were told is held against the log."""
    drivers = [Driver(town, index) for index in range(vehicles)]
    for driver in drivers:
        driver.start()
    yield drivers
    for driver in drivers:
        driver.ends.set()
    for driver in drivers:
        driver.join(30)
    check(town, [event for driver in drivers for event in driver.history])


def check(town, history):
    """Every report with a receipt is in the log once, on every validator, and none before one that had its receipt when it was sent."""
    assert history, "no report was committed"
    # The files follow the receipts, by a second on a busy machine.
    eventually(lambda: {told[0] for told in history} <= set(order(town[0].log)), 10, "every receipt's report in the log")
    town.equal_heads(size=len(history))
    orders = [order(host.log) for host in town]
    assert all(one == orders[0] for one in orders)
    places = {}
    for place, commitment in enumerate(orders[0]):
        assert commitment not in places, "a report is in the log twice"
        places[commitment] = place
    missing = [commitment for commitment, _, _ in history if commitment not in places]
    assert not missing, f"{len(missing)} of {len(history)} reports with a receipt are not in the log"
    for earlier, _, told in history:
        for later, sent, _ in history:
            assert told > sent or places[earlier] < places[later], "a report overtook one that had its receipt"


def order(log):
    """The commitments of a log's reports, in its order."""
    result = waymark("inspect", "tail", log, "--count", 100_000, "--json", timeout=60)
    assert result.returncode == 0, result.stderr
    entries = (json.loads(line) for line in result.stdout.splitlines())
    return [entry["fields"]["commitment"] for entry in entries if entry["type"] == "report"]


def longest_pause(drivers):
    """The longest time in which no vehicle got a receipt, in seconds."""
    told = sorted(told for driver in drivers for _, _, told in driver.history)
    return max(later - earlier for earlier, later in zip(told, told[1:]))


def more(drivers, count=10, seconds=60):
    """Waits until vehicles have so many more receipts."""
    def committed():
        return sum(len(driver.history) for driver in drivers)
    before = committed()
    eventually(lambda: committed() >= before + count, seconds, f"{count} more receipts")
