"""Four validators with a network of their own each: cuts, pauses, deaths and a full disk, while vehicles drive."""

import shutil
import signal
import subprocess
import time

import pytest

from committee import eventually, waymark
from network import Town, can_delay, why_not
from traffic import more, traffic


@pytest.fixture
def town(tmp_path):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    town = Town(tmp_path / "town")
    try:
        town.start()
        yield town
    finally:
        town.unplug()


def test_packets_are_lost_and_late(town):
    if not can_delay():
        pytest.skip("this kernel has no netem: packets are neither lost nor late")
    for host in town:
        host.weather("loss", "5%", "delay", "50ms", "20ms")
    with traffic(town) as drivers:
        more(drivers, 30, seconds=120)


def test_one_is_heard_by_nobody_and_then_hears_nobody(town):
    cut, others = town[1], [town[0], town[2], town[3]]
    with traffic(town) as drivers:
        more(drivers)
        for other in others:
            cut.cut(other)
        more(drivers, 20)
        for other in others:
            cut.mend(other)
            other.cut(cut)
        more(drivers, 20)
        for other in others:
            other.mend(cut)
        more(drivers)


def test_one_stands_still_for_a_while(town):
    with traffic(town) as drivers:
        more(drivers)
        town[2].process.send_signal(signal.SIGSTOP)
        more(drivers, 20)
        time.sleep(5)
        town[2].process.send_signal(signal.SIGCONT)
        more(drivers)


def test_one_dies_and_then_all_die_at_once(town):
    with traffic(town) as drivers:
        more(drivers)
        town[0].kill()
        more(drivers)
        town[0].start()
        more(drivers)
        for host in town:
            host.process.send_signal(signal.SIGKILL)
        for host in town:
            host.exit_code()
        for host in town:
            host.start()
        more(drivers)


def test_a_disk_is_full(town, tmp_path):
    """The validator stops with words to its operator and says nothing that it cannot keep; with room again it goes on where it was."""
    (tmp_path / "probe").mkdir()
    probe = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path / "probe"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    subprocess.run(["umount", tmp_path / "probe"], check=True)
    host = town[3]
    host.terminate()
    assert host.exit_code() == 0
    shutil.copytree(host.folder, tmp_path / "aside")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", host.folder], check=True)
    try:
        shutil.copytree(tmp_path / "aside", host.folder, dirs_exist_ok=True)
        host.start()
        eventually(lambda: host.status().get("peers") == 3, seconds=30, what="the validator on the small disk")
        with traffic(town) as drivers:
            more(drivers)
            ballast = host.folder / "ballast"
            with open(ballast, "wb", buffering=0) as file, pytest.raises(OSError):
                while True:
                    file.write(bytes(4096))
            more(drivers, 20)
            assert host.process.wait(60) == 1
            host.process = None
            assert "No space left" in host.tail() or "no space left" in host.tail(), host.tail()
            ballast.unlink()
            host.start()
            more(drivers)
            eventually(lambda: host.status().get("peers") == 3, seconds=30, what="the validator with room again")
    finally:
        host.process and host.process.kill()
        host.process and host.process.wait()
        host.process = None
        subprocess.run(["umount", "-l", host.folder], check=False)


def test_what_was_committed_can_be_audited_from_outside(town):
    """After a cut: each validator's log is whole, and all are of one history."""
    with traffic(town) as drivers:
        town[0].cut(town[1])
        more(drivers)
        town[0].mend(town[1])
    result = waymark("inspect", "compare", *(host.log for host in town))
    assert result.returncode == 0, result.stdout + result.stderr
