"""Loss curves of one experiment by PyTorch and by fusionflow: see bench/peers/loss-curves --help.

    torch_loss_curves.py NETWORK_PEER FOLDER EPOCHS

PyTorch's side is what one would write for the experiment: nn.Linear, SGD, single precision, its own
number of threads. Ours is the process network_peer, one thread, double precision: it reads samples
and weights, finds the moments, trains, and writes W before every epoch, which tells the loss.
"""

import pathlib
import subprocess
import sys
import time

import numpy as np
import torch
from torch import nn

PEER, FOLDER, TIMED = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
DEPTH, WIDTH, U0, KAPPA, RATE, EPOCHS = 4, 100, 0.1, 2.0, 0.04, 7000
SAMPLES, FEW = 8192, 64
ROUNDS = 2


class FusionNetwork(nn.Module):
    def __init__(self, fusion):
        super().__init__()

        def layer(inputs, outputs, scale):
            made = nn.Linear(inputs, outputs, bias=False)
            nn.init.normal_(made.weight, std=U0 * scale / np.sqrt(inputs * outputs))
            return made

        # Frobenius norms: u0 of each branch layer, so sqrt(2) u0 of the fusing matrix [W_A W_B], and
        # as much of each layer that follows.
        ends = 1 if fusion == DEPTH else WIDTH
        self.branches = nn.ModuleList()
        for _ in range(2):
            sizes = [1] + [WIDTH] * (fusion - 1) + [ends]
            layers = [layer(sizes[i], sizes[i + 1], 1.0) for i in range(fusion)]
            self.branches.append(nn.Sequential(*layers))
        trunk = [WIDTH] * (DEPTH - fusion) + [1]
        self.trunk = nn.Sequential(
            *[layer(trunk[i], trunk[i + 1], np.sqrt(2)) for i in range(DEPTH - fusion)]
        )

    def forward(self, a, b):
        return self.trunk(self.branches[0](a) + self.branches[1](b))

    def layers(self):
        return [layer for part in [*self.branches, self.trunk] for layer in part]


def toy(count, seed):
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 2)) * [KAPPA, 1.0]
    return x, x.sum(axis=1)


def torch_losses(network, x, y, epochs):
    """The loss before each epoch."""
    kind = next(network.parameters()).dtype
    a, b = (torch.tensor(x[:, m : m + 1], dtype=kind) for m in range(2))
    target = torch.tensor(y[:, None], dtype=kind)
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
    losses = []
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = 0.5 * nn.functional.mse_loss(network(a, b), target)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return np.array(losses)


def our_losses(fusion, x, y, epochs):
    """The same; files have been written. With the wall time of the process."""
    words = [FOLDER, "moments", fusion, DEPTH - fusion, WIDTH, 1.0, epochs, RATE]
    start = time.perf_counter()
    subprocess.run([PEER, *map(str, words)], check=True, capture_output=True)
    w = np.fromfile(FOLDER / "trajectory.f64").reshape(-1, 2)
    sigma, s, power = x.T @ x / len(y), x.T @ y / len(y), y @ y / len(y)
    losses = 0.5 * (power - 2 * w @ s + np.einsum("ti,ij,tj->t", w, sigma, w))
    return losses, time.perf_counter() - start


def write(network, x, y):
    weights = [layer.weight.detach().double().numpy().T.ravel() for layer in network.layers()]
    np.concatenate(weights).tofile(FOLDER / "weights.f64")
    x.T.ravel().tofile(FOLDER / "inputs.f64")
    y.tofile(FOLDER / "targets.f64")


def apart(fusion):
    """Largest difference of the loss over all epochs, relative to the first, on few samples; and
    the losses at both ends."""
    x, y = toy(FEW, 3)
    torch.manual_seed(5)
    network = FusionNetwork(fusion).double()
    write(network, x, y)
    ours, _ = our_losses(fusion, x, y, EPOCHS)
    theirs = torch_losses(network, x, y, EPOCHS)
    return np.abs(ours - theirs).max() / theirs[0], theirs[[0, -1]]


def seconds(fusion):
    """Of EPOCHS epochs on all samples: PyTorch's scaled from TIMED, the better of ROUNDS in turns."""
    x, y = toy(SAMPLES, 4)
    torch.manual_seed(6)
    network = FusionNetwork(fusion)
    write(network, x, y)
    torch_losses(network, x, y, 2)  # what is done only once
    best = [np.inf, np.inf]
    for _ in range(ROUNDS):
        start = time.perf_counter()
        torch_losses(network, x, y, TIMED)
        best[0] = min(best[0], (time.perf_counter() - start) * EPOCHS / TIMED)
        best[1] = min(best[1], our_losses(fusion, x, y, EPOCHS)[1])
    return best


def blas():
    """The library that PyTorch's products come from."""
    torch.ones(2, 2) @ torch.ones(2, 2)
    with open("/proc/self/maps", encoding="ascii") as maps:
        names = {line.split("/")[-1].strip() for line in maps if "blas" in line and ".so" in line}
    return ", ".join(sorted(names)) or "its own"


def main():
    print(
        f"PyTorch {torch.__version__}, float32, {torch.get_num_threads()} threads, products from "
        f"{blas()}; fusionflow: float64, one thread, from the moments of the same samples.\n"
        f"L = {DEPTH}, H = {WIDTH}, {SAMPLES} samples, {EPOCHS} epochs (PyTorch: {TIMED} timed, "
        f"scaled); loss curves on {FEW} samples.\n"
    )
    print("| L_f | loss, first to last | curves apart | PyTorch (s) | fusionflow (s) | ratio |")
    print("|--:|--:|--:|--:|--:|--:|")
    total = np.zeros(2)
    for fusion in range(1, DEPTH + 1):
        difference, ends = apart(fusion)
        took = np.array(seconds(fusion))
        total += took
        print(
            f"| {fusion} | {ends[0]:.4f} to {ends[1]:.2g} | {difference:.1e} | {took[0]:.4g} "
            f"| {took[1]:.3g} | {took[0] / took[1]:.4g} |",
            flush=True,
        )
    print(f"| all | | | {total[0]:.4g} | {total[1]:.3g} | {total[0] / total[1]:.4g} |")


main()
