"""Random command lines: each is answered or refused, and no answer holds what is no number.

The options are those that --help lists, with values that fit and values that do not.

usage: lines_test.py PROGRAM LIBRARY [N] [SEED]   N: lines (5000)
"""

import random
import re
import sys

from faults import Folder, error_lines, limit_processor_time

COMMANDS = ["predict", "integrate", "simulate", "table", "merge", "moments", "diagnose", "validate"]
GOOD = ["1", "2", "3", "4", "0.1", "0.5", "0.9", "1.5", "1e-3", "1e-6"]
NUMBERS = 4 * GOOD + [
    "0", "5", "10", "-1", "-0.5", "0.999999", "1e-12", "1e6", "1e-150", "1e300", "1e400", "-1e300",
    "5e-324", "nan", "inf", "-inf", "0x10", "1,5", "+3", "007", "", " ", "1e", "--", "-",
    "99999999999", "18446744073709551616", "true", "no"]
LISTS = ["1,1", "2,1", "1,2,3", "2,2,2", "0,0", "1,-1", "1e200,1", "1", "", ",", "1,", "1,,2",
         "nan,1", "3,3", "10,10", "1:3", "a,b", "1;2"]
GRIDS = ["rho=0,0.5", "fusion=1:2", "depth=2:4; fusion=1,2", "ratio=1:2:0.25", "init=0.1,1e-3",
         "rho=-0.9:0.9:0.3; ratio=1.5,2", "seed=1:3", "rho=2", "rho=1:0", "rho", "rho=", "=1", "",
         "init=0", "bar=1", "rho=0;rho=0", "width=1,2,3", "rho=0:1:0", "ratio=nan"]
METHODS = ["formula", "refined", "flow", "exact", "exact-drawn", "full", "law", "chain", "sampled",
           "compressed", "one-way", "exact-epochs", "formula,flow", "full,formula", "flow,flow",
           "magic", "", ","]
FILES = ["m.json", "d.csv", "d.csv.gz", "d.npy", "weights.npz", "s1.csv", "suite.toml", "base.json",
         "none.json", ".", "", "m.json,d.csv", "@d.csv"]
OUTPUTS = ["o.csv", "o.json", "o.md", "o.tex", "o.svg", "o.npz", "o", "", "none/o.csv", ".", "r",
           "a b.csv", "o.csv.gz"]
WORDS = {"NAME": METHODS + ["toy", "random", "gaussian", "xor", "balanced", "gaussian-iid", "gd",
                            "flow", "linear", "relu", "leaky:0.1", "leaky:-1", "mse", "half-mse", "huber:0", "logistic",
                            "exponential", "auto", "radau", "rkc", "dopri5", "sampled",
                            "compressed"],
         "LIST": METHODS, "METHOD": METHODS, "AXES": GRIDS, "i/n": ["1/2", "2/2", "3/2", "0/1", "x"],
         "M=F": ["formula=1.02", "flow=0", "flow", "x=1"], "png,pdf": ["png", "pdf", "gif", ""],
         "F": ["text", "json", "json", "json", "xml", "0.5", "2"]}
# Values that fit, for lines that are to be answered.
FITTING = {
    "data": ["toy", "random", "gaussian"], "rho": ["0", "0.5", "-0.9", "0.99"],
    "ratio": ["1", "2", "1.5", "30"], "target-weights": ["1,1", "1,-2", "0,1"],
    "target-ratio": ["2", "-1"], "noise": ["0", "0.3"], "dims": ["2,3", "1,1,1"],
    "variances": ["2,1"], "input-weight": ["0.2"], "draws": ["20", "5"], "data-seed": ["1", "7"],
    "moments": ["m.json"], "depth": ["2", "3", "4", "5"], "fusion": ["1", "2", "2", "3"],
    "branches": ["2,2", "1,1", "2,3"], "shared": ["0", "1"], "init": ["0.1", "1e-3", "1e-6", "0.7"],
    "scheme": ["balanced", "gaussian", "gaussian-iid"], "width": ["1", "3", "8"],
    "widths": ["4", "4,4"], "seed": ["0", "5"], "method": ["gd", "flow"],
    "learning-rate": ["0.01", "0.1"], "weight-decay": ["0", "0.01", "1"], "samples": ["5", "40"],
    "activation": ["linear", "relu", "leaky:0.1", "tanh"],
    "loss": ["half-mse", "mse", "huber:0.5", "logistic", "exponential"],
    "optimizer": ["gd", "momentum:0.5", "adam"], "decay-rate": ["1", "0.99"],
    "batch": ["1", "4"], "rounds": ["1", "2"], "accuracy": ["1e-3"], "rtol": ["1e-6", "1e-11"],
    "stepper": ["auto", "dopri5", "radau", "rkc", "fehlberg78"], "max-time": ["3", "100"],
    "tail": ["0", "0.5", "3"], "until": ["1", "2"], "grid": GRIDS[:7], "methods": METHODS[:14],
    "repeats": ["1", "2"], "ratio-of": ["formula", "flow"], "output": ["o.csv", "o.json", "o.md"],
    "plot": ["o.svg"], "trajectory": ["o.csv", "o.npz"], "save-weights": ["w.npz"],
    "save-initial": ["i.npz"], "weights": ["weights.npz"], "shard": ["1/2", "2/2", "1/1"],
    "jobs": ["1", "2"], "format": ["text", "json"], "representation": ["full", "compressed",
                                                                       "sampled"],
    "modality": ["three=b"], "target": ["y"], "missing": ["skip", "refuse"], "networks": ["1", "3"],
    "train-fraction": ["0.7"], "held-out": ["h.json"], "depths": ["2", "2,3"], "inits": ["0.2"],
    "epochs": ["100"], "junit": ["o.xml"], "report": ["r"], "baseline": ["base.json"],
    "figures": ["png"], "perturb": ["formula=1.5", "flow=2"]}
# What keeps a line short, unless it says otherwise itself.
LIMITS = {"integrate": ["--max-steps", "3000"], "simulate": ["--max-epochs", "3000"],
          "table": ["--max-steps", "3000", "--max-epochs", "3000"],
          "diagnose": ["--max-steps", "3000", "--networks", "1", "--depths", "2"], "predict": []}
POSITIONALS = {"merge": ["s1.csv", "s2.csv", "none.csv", "d.csv"],
               "moments": FILES, "diagnose": FILES,
               "validate": ["suite.toml", "quick/nothing", "none.toml", "d.csv", "quick/x"]}
SECONDS = 20  # of processor time; what is slower is counted, not judged
NO_NUMBER = re.compile(r"(?<![\w.])[-+]?(nan|inf|infinity)(?![\w.])", re.IGNORECASE)


def options_of(folder, command):
    """Names and what their values are called, from --help."""
    text = folder.run([command, "--help"]).stdout.decode()
    return re.findall(r"^  --([a-z-]+)(?: (\S+))?", text, re.MULTILINE)


def value_for(name, called, source):
    if name in ("output", "trajectory", "plot", "save-weights", "save-initial", "report", "junit"):
        return source.choice(OUTPUTS)
    if name in ("moments", "weights", "held-out", "baseline") or "." in called:
        return source.choice(FILES + ["m.json"] * 6 + ["weights.npz"] * (name == "weights") * 6)
    if name in ("modality", "target"):
        return source.choice(["one=a", "two=b", "y", "a", "m=", "=a", "x=a,b", "one=*", "m=@d.csv"])
    if name in ("width", "samples", "repeats", "networks", "depth", "dims", "draws", "batch", "jobs"):
        return source.choice(["1", "2", "2", "3", "3", "5", "8", "0", "-1", "2.5", "x", "3,2",
                              "4,4"])
    if called in WORDS and source.random() < 0.9:
        return source.choice(WORDS[called])
    if "," in called or called.endswith("..."):
        return source.choice(LISTS)
    return source.choice(NUMBERS)


def begin_line(command, source, fitting):
    """The command and what it needs."""
    if command == "merge":
        return [command, "s1.csv", "s2.csv", "--output", source.choice(["o.csv", "o.md"])]
    if command in ("moments", "diagnose"):
        table = source.choice(["d.csv", "d.csv.gz"])
        return [command, table, "--modality", "one=a", "--modality", "two=b", "--target", "y"]
    if command == "validate":
        return [command, "suite.toml"]
    return [command] if fitting or source.random() < 0.97 else [command, "stray"]


def random_line(options, source):
    command = source.choice(COMMANDS)
    fitting = source.random() < 0.6
    words = begin_line(command, source, fitting)
    if not fitting and command in POSITIONALS and source.random() < 0.5:
        words = [command] + source.sample(POSITIONALS[command], source.choice([0, 1, 1, 2]))
    for _ in range(source.choice([0, 1, 1, 2, 2, 3, 4, 5])):
        name, called = source.choice(options[command])
        if name == "help" or fitting and ("--" + name in words or name == "target-classes"):
            continue
        words.append("--" + name)
        if called and fitting and name in FITTING:
            words.append(source.choice(FITTING[name]))
        elif called and source.random() < 0.97:
            words.append(value_for(name, called, source))
    limits = LIMITS.get(command, [])
    for at in range(0, len(limits), 2):
        if limits[at] not in words:
            words += limits[at:at + 2]
    if command == "validate" and not any(word.endswith(".toml") for word in words):
        words.append("suite.toml")  # quick takes long
    return words


def answers_numbers(out):
    """Where the answer holds what is no number; the line that echoes the options may."""
    for line in out.decode("utf-8", "replace").splitlines():
        if "provenance" not in line and NO_NUMBER.search(line):
            return line
    return None


def check(done):
    wrong = []
    if done.returncode not in (0, 1, 2, 3):
        wrong.append(f"ended with {done.returncode}")
    if b"internal error" in done.stderr or b"terminate called" in done.stderr:
        wrong.append("says an internal error")
    line = answers_numbers(done.stdout)
    if line is not None:
        wrong.append("answers what is no number: " + line)
    if done.returncode == 2 and len(error_lines(done.stderr)) != 1:
        wrong.append(f"refuses in {len(error_lines(done.stderr))} lines")
    if done.returncode == 0 and not done.stdout:
        wrong.append("answers nothing")
    return wrong


def main():
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    source = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    folder = Folder()
    options = {command: options_of(folder, command) for command in COMMANDS}
    codes, slow, wrong = {}, [], []
    for done_lines in range(count):
        if done_lines % 500 == 499:
            print(f"{done_lines + 1} lines, {codes}, {len(slow)} too slow", flush=True)
        words = random_line(options, source)
        folder.restore()
        done = folder.run(words, limits=limit_processor_time(SECONDS))
        if done.returncode == -24 or done.returncode == -9:  # SIGXCPU
            slow.append(words)
            continue
        codes[done.returncode] = codes.get(done.returncode, 0) + 1
        for what in check(done):
            wrong.append(what)
            print(f"{' '.join(map(repr, words))}: {what}\n    {done.stderr[:300]}", flush=True)
    folder.remove()
    for words in slow:
        print(f"over {SECONDS} s of processor time: {' '.join(map(repr, words))}")
    print(f"{count} lines, exit codes {dict(sorted(codes.items()))}, {len(slow)} too slow to tell, "
          f"{len(wrong)} wrong")
    return 1 if wrong or len(codes) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
