"""What networks on samples do, against PyTorch.

    torch_samples_test.py SAMPLE_TRAINER

Networks of two modalities and three layers train in double precision from the same weights on the same batches: every
loss with every update rule and activation, fused at each layer, with and without biases, full batches and small ones, over
500 steps. sample_trainer.cpp reports the loss of every batch and the order that it took the samples in; PyTorch follows
that order. Losses, the parameters in the end, and the accuracies are compared. Exit code 77 where there is no PyTorch.
"""

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import torch
except ImportError:
    print("torch_samples_test: skipped: no python3 that has PyTorch")
    sys.exit(77)

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
DIMS = (3, 2)
WIDTH = 6
SAMPLES = 24
CLASSES = 3
STEPS = 500
UNITS = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "leaky:0.1": lambda z: torch.nn.functional.leaky_relu(z, 0.1),
    "tanh": torch.tanh,
    "gelu": torch.nn.functional.gelu,
}
LOSSES = {
    "half-mse": (lambda f, y: 0.5 * ((f - y) ** 2).sum(1).mean(), "numbers"),
    "mse": (torch.nn.MSELoss(), "numbers"),
    "huber:0.7": (torch.nn.HuberLoss(delta=0.7), "numbers"),
    "cross-entropy": (lambda f, y: torch.nn.functional.cross_entropy(f, y.argmax(1)), "classes"),
    "logistic": (lambda f, y: torch.nn.functional.softplus(-y * f).mean(), "labels"),
    "exponential": (lambda f, y: torch.exp(-y * f).mean(), "labels"),
}
RULES = {
    "gd": (torch.optim.SGD, {}, 0.05),
    "momentum:0.9": (torch.optim.SGD, {"momentum": 0.9}, 0.01),
    "nesterov:0.8": (torch.optim.SGD, {"momentum": 0.8, "nesterov": True}, 0.02),
    "adam": (torch.optim.Adam, {}, 0.005),
}


def require(holds, what):
    if not holds:
        sys.exit(f"torch_samples_test: {what}")


class Fusion(torch.nn.Module):
    """Two modalities, three layers, fused at layer 1, 2 or 3. Weights and biases in the order of fusionflow's."""

    def __init__(self, fusion, outputs, biased, units, random):
        super().__init__()
        self.phi = UNITS[units]
        widths = [WIDTH, WIDTH, outputs]
        scale = 0.8

        def weight(rows, cols):
            return torch.nn.Parameter(torch.from_numpy(random.normal(0, scale / np.sqrt(cols), (rows, cols))))

        def bias(rows):
            return torch.nn.Parameter(torch.from_numpy(random.normal(0, 0.2, rows))) if biased else None

        self.branches = torch.nn.ModuleList(
            torch.nn.ParameterList(weight(a, b) for a, b in zip(widths[:fusion], [d, *widths])) for d in DIMS)
        self.trunk = torch.nn.ParameterList(weight(a, b) for a, b in zip(widths[fusion:], widths[fusion - 1:]))
        # Of each branch's hidden spaces, of the space where branches meet, of the trunk's spaces.
        self.biases = torch.nn.ParameterList(
            bias(rows) for rows in [*widths[: fusion - 1] * 2, *widths[fusion - 1:]]) if biased else None
        self.fusion = fusion

    def forward(self, inputs):
        biases = iter(self.biases) if self.biases is not None else itertools.repeat(0)
        met = 0
        for x, layers in zip(inputs, self.branches):
            for w in list(layers)[:-1]:
                x = self.phi(x @ w.T + next(biases))
            met = met + x @ list(layers)[-1].T
        met = met + next(biases)
        for w in self.trunk:
            met = self.phi(met) @ w.T + next(biases)
        return met

    def weights(self):
        return [w for layers in self.branches for w in layers] + list(self.trunk)

    def numbers(self):
        flat = [w.detach().numpy().T.ravel() for w in self.weights()]
        flat += [b.detach().numpy() for b in self.biases or []]
        return np.concatenate(flat)


def targets_of(kind, outputs, inputs, random):
    wanted = inputs @ random.normal(0, 0.6, (inputs.shape[1], outputs)) + random.normal(0, 0.3, (len(inputs), outputs))
    if kind == "classes":
        return np.eye(outputs)[wanted.argmax(1)]
    return np.where(wanted >= 0, 1.0, -1.0) if kind == "labels" else wanted


def runs():
    """All losses, rules and activations together; what else there is is drawn."""
    for i, (units, loss, rule) in enumerate(itertools.product(UNITS, LOSSES, RULES)):
        kind = LOSSES[loss][1]
        draw = np.random.default_rng(i)
        batch = int(draw.choice([0, 1, 5, 7, SAMPLES]))
        per_epoch = -(-SAMPLES // (batch or SAMPLES))
        yield {"name": f"r{i}", "units": units, "loss": loss, "rule": rule, "rate": RULES[rule][2] * (0.1 if loss == "exponential" else 1),
               "decay_rate": draw.choice([1.0, 0.99]), "weight_decay": draw.choice([0.0, 0.02]), "batch": batch,
               "epochs": -(-STEPS // per_epoch), "bias": draw.integers(2), "fusion": 1 + draw.integers(3),
               "outputs": {"classes": CLASSES, "labels": 1, "numbers": 1 + draw.integers(2)}[kind], "kind": kind,
               "seed": i}


def prepare(folder, run):
    random = np.random.default_rng(run["seed"])
    inputs = random.normal(0, 1, (SAMPLES, sum(DIMS)))
    targets = targets_of(run["kind"], run["outputs"], inputs, random)
    net = Fusion(run["fusion"], run["outputs"], bool(run["bias"]), run["units"], random)
    np.savez(folder / f"{run['name']}.npz", inputs=inputs, targets=targets, weights=net.numbers())
    words = ["name", "units", "loss", "rule", "rate", "decay_rate", "weight_decay", "batch", "epochs", "bias", "fusion"]
    return net, inputs, targets, " ".join(str(run[w]) for w in words)


def accuracy(f, targets, kind):
    if kind == "numbers":
        return float("nan")
    right = f.argmax(1) == targets.argmax(1) if kind == "classes" else (f >= 0) == (targets > 0)
    return right.mean()


def follow(folder, run, net, inputs, targets):
    """Trains by PyTorch in the order that was reported; the largest relative difference of the losses."""
    trained = np.load(folder / f"{run['name']}.trained.npz")
    order = trained["order"].astype(int).reshape(run["epochs"], SAMPLES)
    ours, end = trained["losses"], trained["end"]
    require(len(ours) >= STEPS, f"{run['name']}: {len(ours)} steps")
    shuffled = 0 < run["batch"] < SAMPLES
    require(all(sorted(row) == list(range(SAMPLES)) for row in order), f"{run['name']}: an epoch lacks samples")
    require(not shuffled or any((a != b).any() for a, b in zip(order, order[1:])), f"{run['name']}: not shuffled")
    maker, words, _ = RULES[run["rule"]]
    groups = [{"params": net.weights(), "weight_decay": run["weight_decay"]}]
    if net.biases is not None:
        groups.append({"params": list(net.biases), "weight_decay": 0})
    optimizer = maker(groups, lr=run["rate"], **words)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, run["decay_rate"])
    loss_of = LOSSES[run["loss"]][0]
    x = [torch.from_numpy(part.copy()) for part in np.split(inputs, [DIMS[0]], 1)]
    y = torch.from_numpy(targets)
    theirs = []
    for row in order:
        for batch in np.split(row, range(run["batch"] or SAMPLES, SAMPLES, run["batch"] or SAMPLES)):
            optimizer.zero_grad()
            loss = loss_of(net([part[batch] for part in x]), y[batch])
            loss.backward()
            theirs.append(loss.item())
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        f = net(x)
        last = loss_of(f, y).item()
    right = accuracy(f.numpy(), targets, run["kind"])
    require(np.array_equal(end[1], right, equal_nan=True), f"{run['name']}: accuracy {end[1]} against {right}")
    theirs = np.array(theirs)
    apart = max(np.max(np.abs(ours / theirs - 1)), abs(end[0] / last - 1))
    return apart, np.abs(trained["weights"] - net.numbers()).max(), np.ptp(theirs)


with tempfile.TemporaryDirectory() as name:
    files = Path(name)
    all_runs = list(runs())
    prepared = [prepare(files, run) for run in all_runs]
    subprocess.run([sys.argv[1], name], input="\n".join(p[3] for p in prepared), text=True, check=True)
    worst = 0
    for asked, (network, samples_x, samples_y, line) in zip(all_runs, prepared):
        difference, parameters, moved = follow(files, asked, network, samples_x, samples_y)
        require(moved > 0.01, f"{line}: nothing was trained")
        require(difference < 1e-9, f"{line}: losses differ by {difference:.1e}")
        require(parameters < 1e-7, f"{line}: parameters differ by {parameters:.1e}")
        worst = max(worst, difference)
    print(f"{len(all_runs)} runs of {STEPS} steps or more: losses within {worst:.1e}, relative; accuracies equal")
