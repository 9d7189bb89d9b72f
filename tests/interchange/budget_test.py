"""What diagnose says of a budget of epochs against networks that numpy trains.

Two tables of scikit-learn become moments and are diagnosed. The same linear networks, written down
here layer by layer and drawn by numpy, are trained by full-batch gradient descent for the budget.
Their loss, the median of a few seeds, and the loss that the diagnosis has for the budget agree to
one per cent: discrete steps and other draws move it by less. Skipped without numpy or scikit-learn.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    from sklearn import datasets
except ImportError as missing:
    print(f"budget_test: skipped: {missing}")
    sys.exit(77)

program = sys.argv[1]
EPOCHS, RATE, WIDTH, NORM, SEEDS = 3000, 0.01, 100, 0.1, 3


def breast_cancer():
    """Means, errors and worst values of ten features; the target is standardized, too."""
    table = datasets.load_breast_cancer()
    parts = [table.data[:, 10 * m : 10 * m + 10] for m in range(3)]
    return parts, table.target[:, None].astype(float), ["--target", "y"]


def digits():
    """Left and right halves of images, without pixels that do not vary; ten classes."""
    table = datasets.load_digits()
    images = table.data.reshape(-1, 8, 8)
    halves = [images[:, :, :4].reshape(len(images), -1), images[:, :, 4:].reshape(len(images), -1)]
    parts = [half[:, half.std(0) > 0] for half in halves]
    return parts, np.eye(10)[table.target], ["--target", "y", "--target-classes"]


def standardized(values):
    return (values - values.mean(0)) / values.std(0)


class network:
    """Two layers. Fused at the first one: one matrix takes all inputs; at the second: each modality
    has a first layer of its own. Second matrices stand side by side."""

    def __init__(self, parts, outputs, fusion, random):
        self.sizes = [part.shape[1] for part in parts]
        many = len(parts)
        if fusion == 1:
            first = random.normal(size=(WIDTH, sum(self.sizes)))
            first *= NORM * np.sqrt(many / first.size)
            second = random.normal(size=(outputs, WIDTH)) * NORM * np.sqrt(many / outputs / WIDTH)
            self.first, self.second, self.shared = [first], [second], True
        else:
            draw = lambda *shape: random.normal(size=shape)
            self.first = [NORM * draw(WIDTH, n) / np.sqrt(WIDTH * n) for n in self.sizes]
            deviation = NORM * np.sqrt(many / (outputs * WIDTH * many))
            self.second = [deviation * draw(outputs, WIDTH) for _ in self.sizes]
            self.shared = False

    def total(self):
        return np.hstack([b @ a for a, b in zip(self.first, self.second)])

    def descend(self, covariance, correlation):
        error = correlation - self.total() @ covariance
        cuts = [] if self.shared else np.cumsum(self.sizes)[:-1]
        for m, part in enumerate(np.split(error, cuts, axis=1)):
            up = RATE * self.second[m].T @ part
            self.second[m] = self.second[m] + RATE * part @ self.first[m].T
            self.first[m] = self.first[m] + up


def trained_loss(parts, targets, fusion, seed):
    inputs = np.hstack(parts)
    covariance = inputs.T @ inputs / len(inputs)
    correlation = targets.T @ inputs / len(inputs)
    net = network(parts, targets.shape[1], fusion, np.random.default_rng(seed))
    for _ in range(EPOCHS):
        net.descend(covariance, correlation)
    return ((targets - inputs @ net.total().T) ** 2).sum(1).mean() / 2


def diagnosed(parts, target, words, folder):
    names = [f"{chr(97 + m)}{i}" for m, part in enumerate(parts) for i in range(part.shape[1])]
    column = target.argmax(1) if target.shape[1] > 1 else target[:, 0]
    table = folder / "table.csv"
    rows = np.column_stack(parts + [column])
    np.savetxt(table, rows, delimiter=",", header=",".join([*names, "y"]), comments="", fmt="%.17g")
    modalities = []
    for m in range(len(parts)):
        modalities += ["--modality", f"part{m}={chr(97 + m)}*"]
    answer = subprocess.run(
        [program, "diagnose", str(table), *modalities, *words, "--standardize", "--depths", "2",
         "--networks", "5", "--learning-rate", str(RATE), "--epochs", str(EPOCHS), "--format",
         "json"], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


failed = False
for name, read in [("breast cancer", breast_cancer), ("digits", digits)]:
    parts, target, words = read()
    with tempfile.TemporaryDirectory() as folder:
        said = diagnosed(parts, target, words, Path(folder))
    prepared = [standardized(part) for part in parts]
    wanted = target - target.mean(0) if target.shape[1] > 1 else standardized(target)
    power = (wanted**2).sum(1).mean()
    for fusion in said["fusions"]:
        loss = power / 2 * (1 - said["explained"] * fusion["share_at_budget"])
        seen = np.median([trained_loss(prepared, wanted, fusion["fusion"], seed)
                          for seed in range(SEEDS)])
        print(f"{name}, two layers fused at {fusion['fusion']}: loss after {EPOCHS} epochs "
              f"{loss:.6f}, of numpy's networks {seen:.6f} ({100 * (loss / seen - 1):+.2f} %)")
        failed |= not abs(loss / seen - 1) < 0.01
sys.exit(1 if failed else 0)
