"""Runs the program with a call that fails, and looks at what is left. For the tests beside it."""

import errno
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from arrays import npy  # noqa: E402

FUSIONFLOW = os.path.abspath(sys.argv[1])
INJECT = os.path.abspath(sys.argv[2])

ERRORS = {name: getattr(errno, name) for name in
          ("ENOSPC", "EIO", "EINTR", "EACCES", "EMFILE", "EDQUOT", "ENOMEM", "EROFS")}

MOMENTS = """{"names": ["sound", "sight"], "dims": [1, 1], "covariance": [[4, 1], [1, 1]],
 "correlation": [4.5, 1.5], "target_power": 6}
"""
SAMPLES = "a,b,y\n" + "".join(
    f"{i % 7 - 3},{i % 5 - 2 + (i % 7) / 4},{i % 7 - 3 + (i % 5) // 3}\n" for i in range(70))
SUITE = """about = "One."
[[check]]
name = "near"
claim = "The formula is near the flow."
kind = "agreement"
model = { rho = 0.5, init = 1e-4 }
measured = "formula"
expected = "flow"
quantity = "times"
tolerance = 0.2
reason = "R."
[[experiment]]
name = "e"
title = "T"
claim = "C."
model = { init = 0.1, width = 5, scheme = "gaussian", method = "flow" }
grid = "ratio=1.5,2,3"
methods = ["flow", "full"]
repeats = 2
figure = { kind = "lines", x = "ratio", quantity = "time_ratio" }
[[experiment.check]]
name = "k"
says = "S."
kind = "within"
measured = "flow"
quantity = "time_ratio"
low = 1
reason = "R."
"""
TABLE = ["table", "--grid", "rho=0,0.5; ratio=1.5,2", "--methods", "formula,flow",
         "--init", "0.1", "--jobs", "1"]
DIAGNOSE = ["diagnose", "d.csv", "--modality", "one=a", "--modality", "two=b", "--target", "y",
            "--depths", "2", "--networks", "2", "--jobs", "1"]
COLUMNS = ["--modality", "one=a", "--modality", "two=b", "--target", "y"]


class Case:
    """A command line and the files that it writes; those of `kept` it may leave when it fails.

    One that is killed at its N-th write before has these to go on from.
    """

    def __init__(self, name, words, outputs=(), kept=(), killed_at=0):
        self.name, self.words, self.outputs, self.kept = name, words, list(outputs), list(kept)
        self.killed_at, self.before = killed_at, {}
        self.code, self.out, self.written = None, None, {}


def writers():
    """Every option that writes a file, and every command that reads one."""
    svg = shutil.which("gnuplot") is not None
    cases = [
        Case("predict", ["predict", "--moments", "m.json", "--format", "json"]),
        Case("integrate to csv", ["integrate", "--moments", "m.json", "--trajectory", "o.csv"],
             ["o.csv"]),
        Case("integrate to npz", ["integrate", "--init", "0.1", "--trajectory", "o.npz"],
             ["o.npz"]),
        Case("simulate", ["simulate", "--init", "0.1", "--width", "4", "--save-weights", "w.npz",
                          "--save-initial", "i.npz", "--trajectory", "o.csv"],
             ["w.npz", "i.npz", "o.csv"]),
        Case("simulate from weights", ["simulate", "--weights", "weights.npz",
                                       "--save-weights", "w.npz"], ["w.npz"]),
        Case("merge", ["merge", "s1.csv", "s2.csv", "--output", "o.json"], ["o.json"]),
        Case("moments", ["moments", "d.csv"] + COLUMNS + ["--output", "o.json"], ["o.json"]),
        Case("moments of gzip", ["moments", "d.csv.gz"] + COLUMNS + [
            "--output", "o.json", "--train-fraction", "0.7", "--held-out", "h.json"],
             ["o.json", "h.json"]),
        Case("moments of npy", ["moments", "d.npy", "--format", "json", "--modality", "one=0,1",
                                "--target", "2"]),
        Case("diagnose", DIAGNOSE),
        Case("validate", ["validate", "suite.toml", "--junit", "o.xml", "--jobs", "1"], ["o.xml"]),
        Case("validate against a baseline", ["validate", "suite.toml", "--baseline", "base.json",
                                             "--jobs", "1"]),
        Case("validate --list", ["validate", "--list", "suite.toml", "--format", "json"]),
    ]
    for ending in ("csv", "json", "md", "tex"):
        cases.append(Case("table to " + ending, TABLE + ["--output", "o." + ending],
                          ["o." + ending], [f"o.{ending}.rows"]))
    cases.append(Case("table, resumed", TABLE + ["--output", "o.csv", "--resume"],
                      ["o.csv"], ["o.csv.rows"]))
    cases.append(Case("table, gone on with", TABLE + ["--output", "o.csv", "--resume"],
                      ["o.csv"], ["o.csv.rows"], killed_at=6))
    cases.append(Case("shard", TABLE + ["--shard", "1/2", "--output", "o.csv"],
                      ["o.csv"], ["o.csv.rows"]))
    if svg:
        for ending in ("svg", "png", "pdf"):
            cases.append(Case("plot to " + ending,
                              ["integrate", "--init", "0.1", "--plot", "o." + ending],
                              ["o." + ending]))
        cases.append(Case("plot of a table", TABLE + ["--plot", "o.svg"], ["o.svg"]))
        cases.append(Case("report of diagnose", DIAGNOSE + ["--report", "r"],
                          ["r/index.html", "r/diagnosis.json"]))
        cases.append(Case("report of validate",
                          ["validate", "suite.toml", "--report", "r", "--figures", "png",
                           "--jobs", "1"],
                          ["r/index.html", "r/results.json", "r/suite-e.png"], ["r/runs.journal"]))
    return cases


class Folder:
    """A folder with the inputs of all cases."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="fusionflow-faults-")
        self.inputs = {"m.json": MOMENTS.encode(), "d.csv": SAMPLES.encode(),
                       "suite.toml": SUITE.encode(),
                       "d.npy": npy([[float(cell) for cell in line.split(",")]
                                     for line in SAMPLES.splitlines()[1:]])}
        self.log = self.path + ".log"
        self.restore()
        self.make(["simulate", "--init", "0.1", "--width", "4", "--save-initial", "weights.npz"])
        for i in ("1", "2"):
            self.make(TABLE + ["--shard", i + "/2", "--output", f"s{i}.csv"])
        with open(os.path.join(self.path, "base.json"), "wb") as base:
            base.write(self.run(["validate", "suite.toml", "--format", "json"]).stdout)
        subprocess.run(["gzip", "-kn", "d.csv"], cwd=self.path, check=True)
        for name in ("weights.npz", "s1.csv", "s2.csv", "base.json", "d.csv.gz"):
            self.inputs[name] = self.read(name)

    def remove(self):
        shutil.rmtree(self.path)
        if os.path.exists(self.log):
            os.remove(self.log)

    def make(self, words):
        done = self.run(words)
        assert done.returncode == 0, done.stderr

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def names(self):
        return {os.path.relpath(os.path.join(at, file), self.path)
                for at, _, files in os.walk(self.path) for file in files}

    def restore(self, outputs=None):
        """Only the inputs, and these."""
        for name in self.names():
            if name not in self.inputs:
                os.remove(os.path.join(self.path, name))
        for name in os.listdir(self.path):
            if os.path.isdir(os.path.join(self.path, name)):
                shutil.rmtree(os.path.join(self.path, name))
        for name, content in {**self.inputs, **(outputs or {})}.items():
            if self.read(name) != content:
                self.write(name, content)

    def run(self, words, fault=None, within="fusionflow", limits=None):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        environment.pop("LD_PRELOAD", None)
        if fault is not None:
            environment.update(LD_PRELOAD=INJECT, FUSIONFLOW_FAULT=fault,
                               FUSIONFLOW_FAULT_IN=within, FUSIONFLOW_FAULT_LOG=self.log)
            if os.path.exists(self.log):
                os.remove(self.log)
        return subprocess.run([FUSIONFLOW] + words, cwd=self.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                              preexec_fn=limits)

    def hit(self):
        """The call that failed and its file descriptor; None where there was no such call."""
        if not os.path.exists(self.log):
            return None
        with open(self.log, encoding="ascii") as log:
            call, descriptor = log.readline().split()
        return call, int(descriptor)


def learn(folder, case):
    """What a case does where nothing fails; and the journal that it goes on from, if it was killed."""
    folder.restore()
    if case.killed_at > 0:
        folder.run(case.words, f"write:{case.killed_at}:kill")
        case.before = {name: folder.read(name) for name in case.kept}
        assert all(case.before.values()), case.name
    done = folder.run(case.words)
    case.code, case.out = done.returncode, done.stdout
    case.written = {name: folder.read(name) for name in case.outputs}
    missing = [name for name, content in case.written.items() if content is None]
    assert not missing, (case.name, missing, done.stderr)
    left = folder.names() - set(folder.inputs) - set(case.outputs)
    assert not left, (case.name, left)


def limit_processor_time(seconds):
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def error_lines(text):
    """Lines on stderr that are no warnings and no notes of what was done."""
    return [line for line in text.decode("utf-8", "replace").splitlines()
            if not re.match(r"fusionflow: (warning:|report:|shard )", line)]
