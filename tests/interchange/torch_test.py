#!/usr/bin/env python3
"""torch_test.py FUSIONFLOW: the scheme `torch` and networks with biases, against PyTorch.

Weights of `--scheme torch` have the distribution of torch.nn.Linear's in every layer (two-sample
Kolmogorov-Smirnov tests), and training from the same weights and biases gives the same parameters
after 1,000 epochs, at one learning rate and at a rate for each part. Exit code 77 where there is no PyTorch.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import torch
except ImportError:
    print("torch_test: skipped: no python3 that has PyTorch")
    sys.exit(77)

torch.set_default_dtype(torch.float64)
DIMS = {"A": 3, "B": 2}
WIDTH = 100
LEAST_P = 0.001  # seeds are fixed: a test passes always or never


def require(holds, what):
    if not holds:
        sys.exit(f"torch_test: {what}")


def fusionflow(*words):
    run = subprocess.run([sys.argv[1], *map(str, words)], capture_output=True, text=True, check=False)
    # 3: the epochs that were asked for were not enough, as is intended here.
    require(run.returncode in (0, 3), run.stderr)
    return run.stdout


class Fusion(torch.nn.Module):
    """Branches of two layers, the second of which fuses them; above it a trunk of one."""

    def __init__(self, biased):
        super().__init__()
        self.first = torch.nn.ModuleList(torch.nn.Linear(d, WIDTH, biased) for d in DIMS.values())
        self.fusing = torch.nn.Linear(WIDTH * len(DIMS), WIDTH, biased)
        self.last = torch.nn.Linear(WIDTH, 1, biased)

    def forward(self, inputs):
        hidden = [layer(x) for layer, x in zip(self.first, inputs)]
        return self.last(self.fusing(torch.cat(hidden, 1)))

    def arrays(self):
        """Weights and biases by the names of fusionflow's files."""
        named = {}
        for i, m in enumerate(DIMS):
            named[f"{m}.1"] = self.first[i].weight
            named[f"{m}.2"] = self.fusing.weight[:, i * WIDTH : (i + 1) * WIDTH]
            named[f"{m}.1.bias"] = self.first[i].bias
        named["fusion.bias"] = self.fusing.bias
        named["trunk.1"] = self.last.weight
        named["trunk.1.bias"] = self.last.bias
        return {name: value.detach().numpy().copy() for name, value in named.items()}

    def load(self, arrays):
        with torch.no_grad():
            for i, m in enumerate(DIMS):
                self.first[i].weight.copy_(torch.from_numpy(arrays[f"{m}.1"]))
                self.first[i].bias.copy_(torch.from_numpy(arrays[f"{m}.1.bias"]))
            self.fusing.weight.copy_(
                torch.from_numpy(np.hstack([arrays[f"{m}.2"] for m in DIMS])))
            self.fusing.bias.copy_(torch.from_numpy(arrays["fusion.bias"]))
            self.last.weight.copy_(torch.from_numpy(arrays["trunk.1"]))
            self.last.bias.copy_(torch.from_numpy(arrays["trunk.1.bias"]))


def same_distribution(a, b):
    """p of a two-sample Kolmogorov-Smirnov test, asymptotic."""
    both = np.concatenate([a, b])
    below = [np.searchsorted(np.sort(x), both, side="right") / len(x) for x in (a, b)]
    size = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    root = size * np.abs(below[0] - below[1]).max()
    if root < 0.3:
        return 1.0
    return 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * root) ** 2) for k in range(1, 101))


def make_moments(folder):
    """Moments of samples whose means are not zero, in a file; the samples."""
    random = np.random.default_rng(8)
    inputs = random.normal(0, 1, (40, sum(DIMS.values()))) + np.array([1.0, 0, -0.5, 2, 0])
    target = inputs @ random.normal(0, 1, inputs.shape[1]) + random.normal(0, 0.3, 40) - 1
    table = folder / "table.csv"
    names = [f"{m}{i}" for m, d in DIMS.items() for i in range(d)]
    with open(table, "w", encoding="utf-8") as out:
        out.write(",".join([*names, "y"]) + "\n")
        for row, y in zip(inputs, target):
            out.write(",".join(repr(float(v)) for v in [*row, y]) + "\n")
    moments = folder / "moments.json"
    fusionflow("moments", table, "--modality", "A=A0..A2", "--modality", "B=B0..B1", "--target", "y",
               "--output", moments)
    return moments, inputs, target


def simulate(moments, folder, *words):
    first, last = folder / "first.npz", folder / "last.npz"
    out = fusionflow("simulate", "--moments", moments, "--depth", 3, "--fusion", 2, "--save-initial",
                     first, "--save-weights", last, "--format", "json", "--quiet", *words)
    return json.loads(out), dict(np.load(first)), dict(np.load(last))


def check_distributions(moments, folder):
    ours, theirs = {}, {}
    for seed in range(20):
        _, first, _ = simulate(moments, folder, "--scheme", "torch", "--width", WIDTH, "--seed", seed,
                               "--max-epochs", 1)
        torch.manual_seed(seed)
        for name, values in Fusion(True).arrays().items():
            ours.setdefault(name, []).append(first[name].ravel())
            theirs.setdefault(name, []).append(values.ravel())
    for name in ours:
        a, b = np.concatenate(ours[name]), np.concatenate(theirs[name])
        p = same_distribution(a, b)
        print(f"{name}: {len(a)} numbers within {np.abs(a).max():.4f}, p = {p:.3f}")
        require(p > LEAST_P, f"{name} has another distribution than PyTorch's: p = {p:.2e}")
        wrong = same_distribution(1.3 * a, b) if len(a) > 1000 else 0
        require(wrong < LEAST_P, f"the test of {name} does not see another scale: p = {wrong:.2e}")


def parameter_groups(net, rate, factors):
    """The groups of an optimizer whose parts learn at rates of their own.

    The fusing layer is one parameter here: its columns get their factors by their gradient.
    """
    columns = torch.cat([torch.full((WIDTH,), factors[m]) for m in DIMS])
    net.fusing.weight.register_hook(lambda gradient: gradient * columns)
    groups = [{"params": net.first[i].parameters(), "lr": rate * factors[m]} for i, m in enumerate(DIMS)]
    trunk = [*net.last.parameters(), net.fusing.bias]
    return [*groups, {"params": net.fusing.weight, "lr": rate}, {"params": trunk, "lr": rate * factors["trunk"]}]


def check_training(moments, inputs, target, folder, factors):
    rate, epochs = 0.002, 1000
    words = ["--learning-rates", ",".join(f"{name}={g}" for name, g in factors.items())] if factors else []
    answer, first, last = simulate(moments, folder, "--scheme", "torch", "--width", WIDTH, "--seed", 4,
                                   "--learning-rate", rate, "--max-epochs", epochs, "--tail", 1e9, *words)
    require(answer["ended_at_epoch"] == epochs, f"it ended at epoch {answer['ended_at_epoch']}")
    net = Fusion(True)
    net.load(first)
    parts = torch.split(torch.from_numpy(inputs), list(DIMS.values()), 1)
    wanted = torch.from_numpy(target)[:, None]
    groups = parameter_groups(net, rate, factors) if factors else net.parameters()
    optimizer = torch.optim.SGD(groups, lr=rate)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = 0.5 * ((wanted - net(parts)) ** 2).mean()
        loss.backward()
        optimizer.step()
    largest = max(np.abs(last[name] - values).max() for name, values in net.arrays().items())
    moved = max(np.abs(last[name] - first[name]).max() for name in net.arrays())
    loss = 0.5 * ((wanted - net(parts)) ** 2).mean().item()
    print(f"after {epochs} epochs: parameters within {largest:.1e}, moved by up to {moved:.2f}; "
          f"loss {answer['loss_final']:.12g} against {loss:.12g}")
    require(moved > 0.01, "nothing was trained")
    require(largest < 1e-10, f"parameters differ by {largest:.1e}")
    require(abs(answer["loss_final"] / loss - 1) < 1e-9, "the losses differ")


with tempfile.TemporaryDirectory() as name:
    files = Path(name)
    moments_file, samples_x, samples_y = make_moments(files)
    check_distributions(moments_file, files)
    check_training(moments_file, samples_x, samples_y, files, {})
    check_training(moments_file, samples_x, samples_y, files, {"A": 0.5, "B": 2.3, "trunk": 1.4})
