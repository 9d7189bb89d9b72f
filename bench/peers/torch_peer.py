"""The same networks trained by PyTorch and by fusionflow: see bench/peers/networks --help.

    torch_peer.py NETWORK_PEER FOLDER QUICK

Toy data (kappa = 2, rho = 0.5), full batch, double precision, one thread, squared error, the same
initial weights. Prints a table: the largest difference of W_m over the steps, relative to the
largest |W_m|, and the time of a step of each in alternating rounds.
"""

import pathlib
import subprocess
import sys
import time

import numpy as np
import torch

PEER, FOLDER, QUICK = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] == "yes"
SAMPLES = 8192
WIDTH = 100
RATE = 0.01
STEPS = 2000
ROUNDS = 2 if QUICK else 4
# branch layers, shared layers, slope of the units (1: linear), samples or moments on our side
CASES = [
    (2, 0, 1.0, "moments"),
    (2, 2, 1.0, "moments"),
    (4, 0, 1.0, "moments"),
    (2, 0, 0.1, "samples"),
    (2, 2, 0.1, "samples"),
    (4, 0, 0.1, "samples"),
]


class Fusion(torch.nn.Module):
    """Two branches and a trunk of nn.Linear modules without biases."""

    def __init__(self, branch, shared, slope, random):
        super().__init__()
        self.slope = slope
        meeting = WIDTH if shared else 1

        def chain(widths, last_is_output):
            layers = []
            for i, (below, above) in enumerate(zip(widths, widths[1:])):
                layer = torch.nn.Linear(below, above, bias=False, dtype=torch.float64)
                # Units keep about the size of their inputs; the output starts small.
                scale = 0.1 if last_is_output and i + 2 == len(widths) else 0.7
                start = random.normal(size=(above, below)) * scale / np.sqrt(below)
                layer.weight.data = torch.from_numpy(start)
                layers.append(layer)
            return torch.nn.ModuleList(layers)

        branch_widths = [1] + [WIDTH] * (branch - 1) + [meeting]
        self.branches = torch.nn.ModuleList(chain(branch_widths, not shared) for _ in range(2))
        self.trunk = chain([WIDTH] * shared + [1], True) if shared else torch.nn.ModuleList()

    def phi(self, z):
        return z if self.slope == 1 else torch.nn.functional.leaky_relu(z, self.slope)

    def forward(self, inputs):
        fused = 0
        for x, layers in zip(inputs, self.branches):
            for layer in layers[:-1]:
                x = self.phi(layer(x))
            fused = fused + layers[-1](x)
        for layer in self.trunk:
            fused = layer(self.phi(fused))
        return fused

    def numbers(self):
        """All weights, each matrix column by column, as network_peer reads them."""
        layers = [layer for chain in self.branches for layer in chain] + list(self.trunk)
        return np.concatenate([layer.weight.detach().numpy().T.ravel() for layer in layers])

    def product(self):
        """W of a linear network."""
        top = np.ones((1, 1))
        for layer in reversed(self.trunk):
            top = top @ layer.weight.detach().numpy()
        parts = []
        for layers in self.branches:
            row = top
            for layer in reversed(layers):
                row = row @ layer.weight.detach().numpy()
            parts.append(row[0, 0])
        return np.array(parts)


def toy(samples, random):
    b = random.normal(size=samples)
    a = 2 * (0.5 * b + np.sqrt(0.75) * random.normal(size=samples))
    return np.stack([a, b], axis=1), a + b


class Trainer:
    def __init__(self, network, x, y):
        self.network = network
        self.inputs = [torch.from_numpy(x[:, m : m + 1].copy()) for m in range(2)]
        self.target = torch.from_numpy(y[:, None].copy())
        self.optimiser = torch.optim.SGD(network.parameters(), lr=RATE)

    def step(self):
        self.optimiser.zero_grad()
        output = self.network(self.inputs)
        loss = 0.5 * torch.mean((output - self.target) ** 2)
        loss.backward()
        self.optimiser.step()
        return output


def torch_path(case, x, y, random):
    """W before each of STEPS steps."""
    branch, shared, slope, _ = case
    network = Fusion(branch, shared, slope, random)
    network.numbers().tofile(FOLDER / "weights.f64")
    trainer = Trainer(network, x, y)
    readout = np.linalg.pinv(x.T @ x / len(y))
    path = []
    for _ in range(STEPS):
        before = network.product() if slope == 1 else None
        output = trainer.step().detach().numpy()[:, 0]
        path.append(before if slope == 1 else readout @ (x.T @ output / len(y)))
    return np.array(path)


def our_run(case, steps):
    branch, shared, slope, kind = case
    words = [FOLDER, kind, branch, shared, WIDTH, slope, steps, RATE]
    answer = subprocess.run(
        [PEER, *map(str, words)], check=True, capture_output=True, text=True
    ).stdout
    return float(answer), np.fromfile(FOLDER / "trajectory.f64").reshape(-1, 2)


def difference(case, samples):
    random = np.random.default_rng(1)
    x, y = toy(samples, random)
    x.T.ravel().tofile(FOLDER / "inputs.f64")
    y.tofile(FOLDER / "targets.f64")
    theirs = torch_path(case, x, y, random)
    _, ours = our_run(case, STEPS)
    return np.abs(ours - theirs).max() / np.abs(theirs).max(), ours[[0, -1], 0]


def seconds(case):
    """The best of ROUNDS of each, taken in turns."""
    random = np.random.default_rng(2)
    x, y = toy(SAMPLES, random)
    x.T.ravel().tofile(FOLDER / "inputs.f64")
    y.tofile(FOLDER / "targets.f64")
    branch, shared, slope, kind = case
    network = Fusion(branch, shared, slope, random)
    network.numbers().tofile(FOLDER / "weights.f64")
    trainer = Trainer(network, x, y)
    trainer.step()
    best = [np.inf, np.inf]
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(3):
            trainer.step()
        best[0] = min(best[0], (time.perf_counter() - start) / 3)
        best[1] = min(best[1], our_run(case, 20 if kind == "samples" else 20000)[0])
    return best


def blas():
    """The library that PyTorch's products come from."""
    torch.ones(2, 2, dtype=torch.float64) @ torch.ones(2, 2, dtype=torch.float64)
    with open("/proc/self/maps", encoding="ascii") as maps:
        names = {line.split("/")[-1].strip() for line in maps if "blas" in line and ".so" in line}
    return ", ".join(sorted(names)) or "built in"


def main():
    torch.set_num_threads(1)
    samples = 256 if QUICK else SAMPLES
    print(f"PyTorch {torch.__version__}, products from {blas()}; {SAMPLES} samples, H = {WIDTH}")
    print(f"W over {STEPS} steps on {samples} samples\n")
    print("| L | L_f | units | ours from | W_A, first to last | difference | PyTorch (ms) | ours (ms) | ratio |")
    print("|--:|--:|---|---|--:|--:|--:|--:|--:|")
    for case in CASES:
        branch, shared, slope, kind = case
        apart, ends = difference(case, samples)
        theirs, ours = seconds(case)
        units = "linear" if slope == 1 else f"leaky {slope}"
        print(
            f"| {branch + shared} | {branch} | {units} | {kind} | {ends[0]:.3f} to {ends[1]:.3f} | {apart:.1e} "
            f"| {1e3 * theirs:.4g} | {1e3 * ours:.4g} | {theirs / ours:.4g} |",
            flush=True,
        )


main()
