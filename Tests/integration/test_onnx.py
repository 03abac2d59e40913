"""The exported perception model, run by ONNX Runtime: the same numbers as the vehicle's own forward pass."""

import json
import os
import subprocess
from pathlib import Path

import pytest

# WAYMARK_TESTS names another executable of tests.
BUILT = Path(__file__).resolve().parents[2] / ".build/release/waymarkPackageTests.xctest"
TESTS = Path(os.environ.get("WAYMARK_TESTS", BUILT))
WRITER = "aTrainedModelIsExportedForOtherRuntimes"

try:
    import numpy
    import onnxruntime
except ImportError as missing:
    pytest.skip(f"the exported model is NOT checked: {missing}", allow_module_level=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """A folder with model.onnx, model.safetensors and samples.jsonl, written by the project's own test."""
    if not TESTS.exists():
        pytest.skip(f"the exported model is NOT checked: no {TESTS}; 'make unit' builds it")
    folder = tmp_path_factory.mktemp("export")
    command = [str(TESTS), "--testing-library", "swift-testing", "--filter", WRITER]
    run = subprocess.run(
        command, env=os.environ | {"WAYMARK_EXPORT_DIR": str(folder)}, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def samples(exported) -> list[dict]:
    return [json.loads(line) for line in (exported / "samples.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def session(exported):
    return onnxruntime.InferenceSession(exported / "model.onnx", providers=["CPUExecutionProvider"])


def features(samples):
    return numpy.array([sample["features"] for sample in samples], dtype=numpy.float32)


def logits(samples):
    return numpy.array([sample["logits"] for sample in samples], dtype=numpy.float32)


def test_the_runtime_computes_the_same_logits(session, samples):
    (found,) = session.run(["logits"], {"features": features(samples)})
    assert found.shape == (len(samples), 5)
    assert len(samples) >= 400
    assert numpy.abs(found - logits(samples)).max() <= 1e-5


def test_the_runtime_sees_the_same_surface_in_every_sample(session, samples):
    (found,) = session.run(["logits"], {"features": features(samples)})
    assert found.argmax(axis=1).tolist() == [sample["argmax"] for sample in samples]


def test_a_batch_may_have_any_size(session, samples):
    one = features(samples)[:1]
    (found,) = session.run(["logits"], {"features": one})
    assert found.shape == (1, 5)


def test_safetensors_hold_the_same_model(exported, samples):
    numpy_files = pytest.importorskip("safetensors.numpy", reason="safetensors are NOT checked: not installed")
    tensors = numpy_files.load_file(exported / "model.safetensors")
    hidden = numpy.maximum(features(samples) @ tensors["hidden.weight"].T + tensors["hidden.bias"], 0)
    found = hidden @ tensors["output.weight"].T + tensors["output.bias"]
    assert numpy.abs(found - logits(samples)).max() <= 1e-5
