"""What fusionflow and numpy make of each other's .npz files: numpy_test.py FUSIONFLOW.

numpy draws weights and writes them in the ways it can; fusionflow trains from them; what it writes is
read by numpy and held against the same gradient descent in numpy. Without numpy: exit code 77.
"""

import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: python3-numpy is not installed")
    sys.exit(77)

RATE = 0.005
DIMS = {"A": 2, "B": 1}
COVARIANCE = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 1.5]])
TARGETS = {
    "one target": np.array([[1.0, -0.5, 0.7]]),
    "two targets": np.array([[1.0, -0.5, 0.7], [0.2, 0.9, -0.4]]),
}


def train(layers, correlation, epochs):
    """Full-batch gradient descent of two layers below a trunk of one."""
    layers = {name: w.astype(float) for name, w in layers.items()}
    for _ in range(epochs):
        branch = np.hstack([layers[f"{m}.2"] @ layers[f"{m}.1"] for m in DIMS])
        error = correlation - layers["trunk.1"] @ branch @ COVARIANCE
        step = {"trunk.1": error @ branch.T}
        at = 0
        for m, dim in DIMS.items():
            below = layers["trunk.1"].T @ error[:, at : at + dim]
            step[f"{m}.2"] = below @ layers[f"{m}.1"].T
            step[f"{m}.1"] = layers[f"{m}.2"].T @ below
            at += dim
        for name in layers:
            layers[name] += RATE * step[name]
    return layers


def start(outputs):
    """Weights in every form that numpy is likely to hold them."""
    random = np.random.default_rng(5)
    shapes = {"A.1": (4, 2), "A.2": (3, 4), "B.1": (5, 1), "B.2": (3, 5), "trunk.1": (outputs, 3)}
    layers = {name: random.normal(0, 0.2, shape) for name, shape in shapes.items()}
    layers["A.1"] = np.asfortranarray(layers["A.1"])
    layers["A.2"] = layers["A.2"].astype(np.float32)
    layers["B.1"] = layers["B.1"].astype(">f8")
    layers["B.2"] = (np.arange(15, dtype=np.int32) % 3 - 1).reshape(3, 5)
    return layers


def check(name, target, program, folder):
    def path(file):
        return os.path.join(folder, file)

    correlation = target @ COVARIANCE
    moments = {"names": list(DIMS), "dims": list(DIMS.values()), "covariance": COVARIANCE.tolist(),
               "correlation": correlation.tolist(),
               "target_power": float(np.sum(target * correlation)) + 1}
    with open(path("moments.json"), "w", encoding="utf-8") as file:
        json.dump(moments, file)
    layers = start(len(target))
    for save in (np.savez, np.savez_compressed):
        save(path("start.npz"), **layers)
        run = subprocess.run(
            [program, "simulate", "--moments", path("moments.json"), "--branches", "2,2", "--shared",
             "1", "--weights", path("start.npz"), "--save-initial", path("first.npz"),
             "--save-weights", path("last.npz"), "--trajectory", path("path.npz"),
             "--learning-rate", str(RATE), "--max-epochs", "400", "--format", "json"],
            capture_output=True, text=True, check=False)
        assert run.returncode in (0, 3), (run.returncode, run.stderr)
        epochs = json.loads(run.stdout)["ended_at_epoch"]
        assert epochs > 20, epochs
        # numpy's default: no pickled objects are let in.
        with np.load(path("first.npz")) as first:
            for layer, w in layers.items():
                assert np.array_equal(first[layer], w), layer
        expected = train(layers, correlation, epochs)
        with np.load(path("last.npz")) as last:
            for layer, w in expected.items():
                # The same sums in another order, over some hundred epochs.
                assert np.allclose(last[layer], w, rtol=0, atol=1e-12 * np.abs(w).max()), layer
            assert b"fusionflow" in last["provenance"].item()
        with np.load(path("path.npz")) as along:
            for m, dim in DIMS.items():
                total = expected["trunk.1"] @ expected[f"{m}.2"] @ expected[f"{m}.1"]
                seen = along[f"W_{m}"][-1].reshape(len(target), dim)
                assert np.allclose(seen, total, rtol=0, atol=1e-11), m
            assert len(along["t"]) == len(along["loss"]) and abs(along["t"][-1] - RATE * epochs) < 1e-12
        print(f"{name}: the same weights after {epochs} epochs")


with tempfile.TemporaryDirectory() as scratch:
    for target_name, weights in TARGETS.items():
        check(target_name, weights, sys.argv[1], scratch)
