"""What the tests share: a demo that has ended, and the committee that it left behind, running again."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass

import pytest

from committee import COMMITTEES, WAYMARK, Committee, free_ports
from vehicle import Session, Vehicle


@dataclass
class Demo:
    """How a demo ended."""

    exit_code: int
    report: dict
    errors: str
    committee: Committee


def run_demo(folder, *options, validators=4, timeout) -> Demo:
    """Runs `waymark demo` to its end; a demo that hangs is ended with its validators."""
    port = free_ports(5 * validators)
    http = port + 4 * validators
    committee = Committee(folder, port, http, validators)
    command = [WAYMARK, "demo", "--json", "--keep", str(folder), "--port", str(port), "--http", str(http), *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        pytest.fail(f"the demo did not end within {timeout} s\n{output}{errors}")
    assert output.strip(), f"the demo printed nothing, exit code {process.returncode}:\n{errors}"
    return Demo(process.returncode, json.loads(output), errors, committee)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Demo:
    """A demo in the small made-up town. Its folder belongs to `committee`, which goes on in it."""
    return run_demo(
        tmp_path_factory.mktemp("demo") / "town", "--vehicles", "40", "--duration", "26", "--hazards", "12",
        "--rounds", "4", timeout=90)


@pytest.fixture(scope="session")
def ended(demo, tmp_path_factory) -> Committee:
    """A copy of what the demo left, which nobody writes to."""
    folder = tmp_path_factory.mktemp("ended") / "town"
    shutil.copytree(demo.committee.folder, folder)
    return Committee(folder, 0, 0, runs=False)


@pytest.fixture(scope="session")
def committee(demo, ended):
    """The demo's four validators, started again from what it left."""
    committee = demo.committee
    committee.start()
    yield committee
    assert committee.stop() == [0, 0, 0, 0]


@pytest.fixture
def vehicle(committee) -> Vehicle:
    return Vehicle.enrolled(committee)


@pytest.fixture
def session(committee):
    with Session(committee[0].mqtt) as session:
        yield session


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what the validators last said."""
    report = yield
    if report.failed:
        for committee in COMMITTEES:
            for validator in committee:
                if (validator.folder / "serve.log").exists():
                    report.sections.append((f"{validator.folder}/serve.log", validator.tail()))
    return report
