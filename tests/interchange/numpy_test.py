"""What fusionflow and numpy make of each other's files: numpy_test.py FUSIONFLOW.

numpy draws weights and writes them in the ways it can; fusionflow trains from them; what it writes is
read by numpy and held against the same gradient descent in numpy. numpy also writes samples in the ways
it can, and computes their second moments. Without numpy: exit code 77.
"""

import gzip

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


def check_samples(program, folder):
    """Second moments of samples that numpy wrote, in every form it is likely to."""
    random = np.random.default_rng(6)
    count = 3000
    image = random.integers(0, 256, (count, 4, 3), dtype=np.uint8)
    sound = random.normal(1e6, 3, (count, 5))
    target = sound[:, :1] - 1e6 + image[:, 0, :1] / 100
    inputs = np.hstack([image.reshape(count, -1).astype(float), sound])

    def path(file):
        return os.path.join(folder, file)

    np.save(path("image.npy"), image)
    np.save(path("image_fortran.npy"), np.asfortranarray(image))
    np.save(path("sound.npy"), sound.astype(">f8"))
    np.savez_compressed(path("all.npz"), image=image, sound=np.asfortranarray(sound), y=target[:, 0])
    np.savez(path("stored.npz"), y=target, sound=sound, image=image)
    with gzip.open(path("y.csv.gz"), "wt", encoding="utf-8") as file:
        file.write("y\n" + "".join(f"{y!r}\n" for y in target[:, 0].tolist()))
    header = ",".join([f"i{j}" for j in range(12)] + [f"s{j}" for j in range(5)] + ["y"])
    np.savetxt(path("all.csv"), np.hstack([inputs, target]), "%.17g", ",", header=header, comments="")
    idx = b"\0\0\x08\x03" + np.array(image.shape, dtype=">u4").tobytes() + image.tobytes()
    with gzip.open(path("image.idx.gz"), "wb") as file:
        file.write(idx)

    ways = {
        "npy": ["--modality", "image=@image.npy", "--modality", "sound=@sound.npy", "--target", "@y.csv.gz"],
        "fortran": ["--modality", "image=@image_fortran.npy", "--modality", "sound=@all.npz:sound.*",
                    "--target", "@all.npz:y"],
        "npz": ["stored.npz", "--modality", "image=image.*", "--modality", "sound=sound.*", "--target", "y.0"],
        "idx": ["--modality", "image=@image.idx.gz", "--modality", "sound=@sound.npy", "--target", "@y.csv.gz"],
        "csv": ["all.csv", "--modality", "image=i*", "--modality", "sound=s0..s4", "--target", "y"],
    }
    for prepare in ([], ["--center"]):
        # Means off in long double: numpy's own sums of products would lose what is to be checked.
        joint = np.hstack([inputs, target]).astype(np.longdouble)
        if prepare:
            joint = joint - joint.mean(axis=0)
        expected = (joint.T @ joint / count).astype(float)
        size = np.sqrt(np.diag(expected))
        for name, words in ways.items():
            run = subprocess.run([program, "moments", *words, *prepare, "--format", "json"],
                                 capture_output=True, text=True, check=False, cwd=folder)
            assert run.returncode == 0, (name, run.stderr)
            got = json.loads(run.stdout)
            assert got["names"] == ["image", "sound"] and got["dims"] == [12, 5], name
            whole = np.vstack([got["covariance"], got["correlation"]])
            off = np.abs(whole - expected[:, :-1]) / np.outer(size, size[:-1])
            # A few roundings: sums here carry what rounding takes off.
            assert off.max() < 1e-13, (name, prepare, off.max())
            assert abs(got["target_power"] / expected[-1, -1] - 1) < 1e-13, name
        print(f"the same second moments from {', '.join(ways)} {prepare}")


with tempfile.TemporaryDirectory() as scratch:
    check_samples(os.path.abspath(sys.argv[1]), scratch)
    for target_name, weights in TARGETS.items():
        check(target_name, weights, sys.argv[1], scratch)
