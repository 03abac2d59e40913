"""A committee on disk and its validators as processes: what the tests start, ask and stop."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from vehicle import Session

WAYMARK = os.environ["WAYMARK_BIN"]

# Every committee that runs or ran, so that a failure can show what its validators last said.
COMMITTEES: list["Committee"] = []


def waymark(*arguments, timeout=30, **options):
    """Runs the tool to its end."""
    command = [WAYMARK, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)


def eventually(question, seconds=10, what="it"):
    """The first answer that is true, asked again and again; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def free_ports(count):
    """The first of so many free ports in a row, below those that the kernel hands out by itself."""
    while True:
        first = random.randrange(10_000, 30_000)
        if all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Validator:
    """One validator: its folder, its ports, and its process while it has one."""

    def __init__(self, folder: Path, first_port: int, http: int):
        self.folder = folder
        self.peers, self.mqtt, self.mqtts, self.http = first_port, first_port + 1, first_port + 2, http
        self.process = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def start(self, *options):
        with open(self.folder / "serve.log", "ab") as output:
            self.process = subprocess.Popen(
                [WAYMARK, "serve", "--config", str(self.folder / "validator.json5"), *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def terminate(self):
        """Asks it to end, as an operator would."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self):
        """Ends it as a lost machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.exit_code()

    def exit_code(self):
        """Waits for its end; a process that does not end is killed."""
        process, self.process = self.process, None
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def get(self, path, timeout=5):
        """The answer's status, headers and body."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read()

    def json(self, path):
        status, _, body = self.get(path)
        assert status == 200, f"{path}: status {status}: {body.decode(errors='replace')}"
        return json.loads(body)

    def session(self):
        """A vehicle's connection."""
        return Session(self.mqtt)

    def status(self):
        """What /api/v1/status says; nothing while nobody answers."""
        try:
            return self.json("/api/v1/status")
        except (OSError, AssertionError):
            return {}

    def head(self):
        """The served checkpoint's origin, size and root; nothing while none is served."""
        try:
            status, _, body = self.get("/checkpoint")
        except OSError:
            return None
        return tuple(body.decode().split("\n")[:3]) if status == 200 else None

    def metrics(self):
        """Every sample of /metrics by name and labels, as they are written."""
        text = self.get("/metrics")[2].decode()
        samples = re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)
        return {name: float(value) for name, value in samples}

    def metric(self, name):
        return self.metrics().get(name, 0)

    def tail(self, lines=40):
        path = self.folder / "serve.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "no serve.log"


class Committee:
    """A folder that `waymark demo --keep` or `waymark keys committee` made."""

    def __init__(self, folder: Path, first_port: int, http: int, validators=4, runs=True):
        self.folder = folder
        self.validators = [
            Validator(folder / f"validator-{index + 1}", first_port + 4 * index, http + index)
            for index in range(validators)]
        if runs:
            COMMITTEES.append(self)

    def __iter__(self):
        return iter(self.validators)

    def __getitem__(self, index):
        return self.validators[index]

    @property
    def policy(self) -> Path:
        return self.folder / "log.policy"

    @property
    def file(self):
        """The committee file, less its comments."""
        lines = (self.folder / "committee.json5").read_text().splitlines()
        return json.loads("\n".join(line for line in lines if not line.startswith("//")))

    def start(self):
        """Starts every validator and waits until all are linked with each other and have published a head."""
        for validator in self:
            validator.start()
        for validator in self:
            eventually(
                lambda: validator.status().get("peers") == len(self.validators) - 1 and validator.status()["size"] > 0,
                seconds=30, what=f"a whole committee for {validator.folder.name}")

    def stop(self):
        """Ends every validator; their exit codes."""
        for validator in self:
            validator.terminate()
        return [validator.exit_code() for validator in self]

    def equal_heads(self, size=0):
        """The head of that size at least which all validators serve; waits until there is one."""
        def head():
            heads = {each.head() for each in self}
            head = heads.pop() if len(heads) == 1 else None
            return head if head and int(head[1]) >= size else None
        return eventually(head, seconds=30, what="the same head on every validator")
