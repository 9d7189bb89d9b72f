"""Steps of networks for tables by PyTorch and by fusionflow, timed in turns: see bench/peers/tables.

    torch_tables.py TABLE_PEER ROUNDS

4,000 samples of 5 + 5 inputs, three layers of 100 units fused at the second, ReLU, biases, nn.MSELoss, Adam of 1e-3,
batches of 32 and 1,000 in a new order every epoch, double precision, one thread. What is timed are whole epochs without
measurements between them: choosing the batch, forward, backward, the step. That losses agree to 1e-9 over 500 steps is
tested elsewhere (tests/interchange/torch_samples_test.py); here both only have to learn.
"""

import statistics
import subprocess
import sys
import time

import torch

PEER, ROUNDS = sys.argv[1], int(sys.argv[2])
SAMPLES, WIDTH = 4000, 100
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Fusion(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.ModuleList(torch.nn.Linear(5, WIDTH) for _ in range(2))
        self.fusing = torch.nn.Linear(2 * WIDTH, WIDTH)
        self.last = torch.nn.Linear(WIDTH, 1)

    def forward(self, a, b):
        hidden = torch.cat([torch.relu(self.first[0](a)), torch.relu(self.first[1](b))], 1)
        return self.last(torch.relu(self.fusing(hidden)))


class Trainer:
    def __init__(self, batch):
        torch.manual_seed(1)
        self.a, self.b = torch.randn(SAMPLES, 5), torch.randn(SAMPLES, 5)
        self.y = torch.tanh(self.a.sum(1, keepdim=True)) + self.b[:, :1].abs()
        self.net = Fusion()
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-3)
        self.loss = torch.nn.MSELoss()
        self.batch = batch

    def seconds(self, epochs):
        steps = 0
        start = time.perf_counter()
        for _ in range(epochs):
            for batch in torch.randperm(SAMPLES).split(self.batch):
                self.adam.zero_grad()
                self.loss(self.net(self.a[batch], self.b[batch]), self.y[batch]).backward()
                self.adam.step()
                steps += 1
        return (time.perf_counter() - start) / steps

    def measure(self):
        with torch.no_grad():
            return self.loss(self.net(self.a, self.b), self.y).item()


def ours(batch, epochs):
    answer = subprocess.run([PEER, str(batch), str(epochs)], check=True, capture_output=True, text=True).stdout
    return [float(word) for word in answer.split()]


def blas():
    """The library that PyTorch's products come from."""
    torch.ones(2, 2) @ torch.ones(2, 2)
    with open("/proc/self/maps", encoding="ascii") as maps:
        names = {line.split("/")[-1].strip() for line in maps if "blas" in line and ".so" in line}
    return ", ".join(sorted(names)) or "built in"


print(f"PyTorch {torch.__version__}, products from {blas()}; double precision, one thread, {ROUNDS} rounds in turns\n")
print("| batch | PyTorch (ms a step) | ours (ms a step) | steps a second, ours | ratio of medians | of the best |")
print("|--:|--:|--:|--:|--:|--:|")
for size, epochs_each in ((32, 4), (1000, 20)):
    trainer = Trainer(size)
    before = trainer.measure()
    trainer.seconds(1)
    theirs, here = [], []
    for _ in range(ROUNDS):
        theirs.append(trainer.seconds(epochs_each))
        took, first, last = ours(size, 4 * epochs_each)
        here.append(took)
    if not (last < 0.5 * first and trainer.measure() < 0.5 * before):
        sys.exit("torch_tables: a network has learned nothing")
    a, b = statistics.median(theirs), statistics.median(here)
    print(f"| {size} | {1e3 * a:.3f} | {1e3 * b:.3f} | {1 / b:,.0f} | {a / b:.2f} | {min(theirs) / min(here):.2f} |",
          flush=True)
