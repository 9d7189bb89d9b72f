"""What diagnoses say of twelve public tables, against networks that they have not seen.

    grid.py PROGRAM FOLDER [--tables A,B] [--inits 0.1,torch] [--depths 2,3] [--parts diagnosis]

asks PROGRAM for a diagnosis of each table, initial weights and depth, and for a reference: other
networks, of other seeds, more of them, compressed and integrated more accurately. For late fusion it
trains further networks on changed data, which tell what the changes do to times. Answers are kept in
FOLDER/results.json, and what is there is not asked again. page.py makes a page of them.
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np

import tables

INITS = ["0.01", "0.1", "torch"]
DEPTHS = [2, 3]
SEED = 1001  # of the reference; diagnoses begin with 1
LIMIT = 120  # seconds that a command may take
# How many networks: of a diagnosis (0: as many as it takes by itself), of the reference from small
# weights and from PyTorch's, whose times are spread wider, and of the reference for changes. Fewer where one takes long.
USUAL = {"networks": 0, "reference": 200, "torch": 1000, "changed": 60, "options": [], "depths": DEPTHS}
FEWER = {
    "breast_cancer": {"networks": 0, "reference": 60, "torch": 60, "changed": 0, "options": [], "depths": DEPTHS},
    "digits": {"networks": 5, "reference": 20, "torch": 20, "changed": 0, "options": ["--rtol", "1e-5"], "depths": [2]},
    "mnist": {"networks": 0, "reference": 0, "torch": 0, "changed": 0, "options": [], "depths": []},
}


def start_options(init):
    """Options of initial weights: a norm of Gaussian layers, or a scheme of PyTorch's."""
    return ["--scheme", "torch"] if init == "torch" else ["--scheme", "gaussian", "--init", init]


def ask(words):
    """Runs a command, and returns what it printed and the seconds of processors that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT)
        out, code, said = done.stdout, done.returncode, done.stderr.strip()
    except subprocess.TimeoutExpired:
        out, code, said = "", 124, f"not done within {LIMIT} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return out, code, said, seconds


def diagnosis_of(program, moments, init, depth, how):
    out, code, said, seconds = ask(
        [program, "diagnose", str(moments), "--depths", str(depth), *start_options(init), *how["options"],
         *(["--networks", str(how["networks"])] if how["networks"] else []), "--format", "json"])
    if code == 124 or not out:
        return {"failed": said}, seconds
    found = json.loads(out)
    return {"fusions": found["fusions"]}, seconds


def networks_of(program, moments, init, depth, fusions, repeats, options, folder):
    """Times by the progress clock of drawn networks, by fusion: a row per network."""
    file = folder / "rows.csv"
    for left in (file, folder / "rows.csv.rows"):  # of a run that was interrupted
        left.unlink(missing_ok=True)
    words = [program, "table", "--moments", str(moments), "--depth", str(depth), "--methods", "compressed",
             "--method", "flow", "--clock", "progress", "--repeats", str(repeats), "--seed", str(SEED),
             "--accuracy", "1e-3", "--rtol", "1e-7", "--max-steps", "1e5", *start_options(init),
             "--grid", "fusion=" + ",".join(map(str, fusions)), "--output", str(file)]
    for name, value in zip(options[::2], options[1::2]):  # options that are given replace these
        if name in words:
            del words[words.index(name):words.index(name) + 2]
        words += [name, value]
    _, code, said, seconds = ask(words)
    if not file.exists():
        return {"failed": said}, seconds
    found = {str(fusion): [] for fusion in fusions}
    with open(file) as rows:
        for row in csv.DictReader(line for line in rows if not line.startswith("#")):
            times = [number(v) for name, v in row.items()
                     if name.startswith("time_") and name not in ("time_ratio", "time_ratio_epochs")]
            found[row["fusion"]].append(times)
    return found, seconds


def number(text):
    """A time as it is written; infinite: never, and None: unknown."""
    if text in ("", "-", "null", "nan"):
        return None
    return float("inf") if text in ("never", "inf") else float(text)


def scaled(moments, modality, factor, folder):
    """The moments of the same table with the inputs of one modality multiplied."""
    m = json.loads(moments.read_text())
    begin = sum(m["dims"][:modality])
    scale = np.ones(sum(m["dims"]))
    scale[begin:begin + m["dims"][modality]] = factor
    m["covariance"] = (np.array(m["covariance"]) * np.outer(scale, scale)).tolist()
    m["correlation"] = (np.array(m["correlation"]) * scale).tolist()  # a row per target
    kept = {key: m[key] for key in ("names", "dims", "covariance", "correlation", "target_power")}
    kept["prepared"] = "centered"
    file = folder / "scaled.json"
    file.write_text(json.dumps(kept))
    return file


def changes_of(program, moments, init, depth, how, folder):
    """Times of late fusion as it is, and with 10 % more of each thing that diagnoses change."""
    count = len(json.loads(moments.read_text())["dims"])
    asked, spent = {}, 0

    def run(name, file, start):
        nonlocal spent
        found, seconds = networks_of(program, file, start, depth, [depth], how["changed"],
                                     how["options"], folder)
        spent += seconds
        asked[name] = found.get(str(depth), found)

    run("before", moments, init)
    if init != "torch":
        run("init", moments, repr(1.1 * float(init)))
    for m in range(count):
        run(f"scale {m}", scaled(moments, m, 1.1, folder), init)
    return asked, spent


def contributions(moments):
    """The power of each modality's contribution in the end, over that of the output."""
    m = json.loads(moments.read_text())
    covariance = np.array(m["covariance"])
    targets = np.atleast_2d(m["correlation"])
    weights = targets @ np.linalg.pinv(covariance, rcond=1e-12, hermitian=True)
    ends = np.cumsum([0] + m["dims"])
    power = [np.trace(weights[:, a:b] @ covariance[a:b, a:b] @ weights[:, a:b].T)
             for a, b in zip(ends, ends[1:])]
    return [float(p / np.trace(weights @ covariance @ weights.T)) for p in power]


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("program")
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("--tables", default=",".join(tables.TABLES))
    words.add_argument("--inits", default=",".join(INITS))
    words.add_argument("--depths", default=",".join(map(str, DEPTHS)))
    words.add_argument("--parts", default="diagnosis,reference,changes")
    given = words.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    store = given.folder / "results.json"
    results = json.loads(store.read_text()) if store.exists() else {}

    def keep(key, make):
        if key in results or key.split()[-1] not in given.parts.split(","):
            return
        began = time.time()
        found, seconds = make()
        results[key] = {"found": found, "seconds": round(seconds, 2)}
        store.with_suffix(".new").write_text(json.dumps(results))
        os.replace(store.with_suffix(".new"), store)
        print(f"{key}: {seconds:.1f} s of processor, {time.time() - began:.1f} s", flush=True)

    for name in given.tables.split(","):
        how = FEWER.get(name, USUAL)
        moments = tables.make(given.program, given.folder, name)
        facts = json.loads(moments.read_text())
        results[f"{name} data"] = {"names": facts["names"], "dims": facts["dims"],
                                   "samples": facts["samples"], "contributions": contributions(moments),
                                   **{k: how[k] for k in ("networks", "reference", "torch", "changed", "depths")}}
        for init in given.inits.split(","):
            for depth in map(int, given.depths.split(",")):
                if depth not in how["depths"]:
                    continue
                key = f"{name} {init} {depth}"
                keep(key + " diagnosis", lambda: diagnosis_of(given.program, moments, init, depth, how))
                keep(key + " reference", lambda: networks_of(
                    given.program, moments, init, depth, range(1, depth + 1),
                    how["torch" if init == "torch" else "reference"],
                    how["options"], given.folder))
                if how["changed"] == 0:
                    continue
                keep(key + " changes", lambda: changes_of(
                    given.program, moments, init, depth, how, given.folder))
    store.write_text(json.dumps(results))


if __name__ == "__main__":
    sys.exit(main())
