"""Second moments of a large CSV: see bench/peers/moments --help.

    pandas_moments.py FUSIONFLOW FOLDER MEGABYTES      measures all, each in a process of its own
    pandas_moments.py write CSV MEGABYTES              these processes; they import what they need,
    pandas_moments.py whole|pieces CSV RESULT          because a process starts with the peak memory
    pandas_moments.py table FOLDER                     of the one that started it

Prints a table: wall time, megabytes a second, peak memory.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

COLUMNS = 20
ROUNDS = 3
NAMES = {"fusionflow": "fusionflow", "whole": "pandas, NumPy", "pieces": "pandas in pieces"}


def write(csv, megabytes):
    """20 MB of different rows again and again: the time to read does not know."""
    import numpy as np

    rows = np.random.default_rng(1).normal(size=(50_000, COLUMNS))
    text = "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()).encode()
    with open(csv, "wb") as file:
        file.write((",".join(f"x{i}" for i in range(COLUMNS - 1)) + ",y\n").encode())
        while file.tell() < float(megabytes) * 1e6:
            file.write(text)


def timed(way, csv, result):
    """Prints the seconds that it takes without starting Python."""
    import numpy as np
    import pandas as pd

    start = time.perf_counter()
    if way == "whole":  # as one would write it
        x = pd.read_csv(csv).to_numpy()
        moments = x.T @ x / len(x)
    else:  # where the table does not fit into memory
        total, count = np.zeros((COLUMNS, COLUMNS)), 0
        for frame in pd.read_csv(csv, chunksize=100_000):
            x = frame.to_numpy()
            total += x.T @ x
            count += len(x)
        moments = total / count
    print(time.perf_counter() - start)
    np.save(result, moments)


def measured(words):
    """Wall time in seconds, its own if it prints one, and peak memory in MB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    assert status == 0, words
    own = words[0] == sys.executable
    return float(printed) if own else elapsed, usage.ru_maxrss * 1024 / 1e6


def measure(program, folder, megabytes):
    csv = folder / "samples.csv"
    me = [sys.executable, __file__]
    subprocess.run([*me, "write", csv, megabytes], check=True)
    ways = {
        "fusionflow": [program, "moments", csv, "--quiet", "--modality", "a=x0..x9", "--modality", "b=x1?",
                       "--target", "y", "--output", folder / "moments.json"],
        "whole": [*me, "whole", csv, folder / "whole.npy"],
        "pieces": [*me, "pieces", csv, folder / "pieces.npy"],
    }
    load = os.getloadavg()[0]
    runs = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, words in ways.items():
            runs[way].append(measured([str(word) for word in words]))
    about = {"megabytes": csv.stat().st_size / 1e6, "load": load, "runs": runs}
    (folder / "runs.json").write_text(json.dumps(about))
    subprocess.run([*me, "table", folder], check=True)


def table(folder):
    import numpy as np

    about = json.loads((folder / "runs.json").read_text())
    m = json.loads((folder / "moments.json").read_text())
    s = np.array(m["correlation"])[:, None]
    ours = np.block([[np.array(m["covariance"]), s], [s.T, np.array([[m["target_power"]]])]])
    off = max(np.abs(ours - np.load(folder / f"{way}.npy")).max() for way in ("whole", "pieces"))
    assert off < 1e-9, off  # sums of up to 1e8 squares, in NumPy without compensation
    size, runs = about["megabytes"], about["runs"]
    print(f"{size:.0f} MB, {COLUMNS} columns; {os.cpu_count()} processors, load before {about['load']:.1f}; best of "
          f"{ROUNDS}; largest difference of the moments {off:.1e}\n")
    print("| | s | MB/s | of fusionflow's time | in each round | peak MB |")
    print("|---|--:|--:|--:|--:|--:|")
    best = {way: min(run[0] for run in of) for way, of in runs.items()}
    for way, of in runs.items():
        ratios = ", ".join(f"{a[0] / b[0]:.1f}" for a, b in zip(of, runs["fusionflow"]))
        print(f"| {NAMES[way]} | {best[way]:.2f} | {size / best[way]:.0f} | {best[way] / best['fusionflow']:.1f} "
              f"| {ratios} | {max(run[1] for run in of):.0f} |")


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3])
elif sys.argv[1] in ("whole", "pieces"):
    timed(*sys.argv[1:4])
elif sys.argv[1] == "table":
    table(pathlib.Path(sys.argv[2]))
else:
    measure(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3])
