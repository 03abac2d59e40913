"""logcheck, the independent verifier, and the marker of the tests that need it."""

import os
import subprocess

import pytest

PATH = os.environ.get("LOGCHECK")

needed = pytest.mark.skipif(PATH is None, reason="logcheck is not here")


def run(*arguments):
    return subprocess.run([PATH, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def check(*arguments) -> str:
    """What it says when all is well; fails when it is not."""
    result = run(*arguments)
    assert result.returncode == 0, f"logcheck {' '.join(map(str, arguments))}: {result.stdout}{result.stderr}"
    return result.stdout
