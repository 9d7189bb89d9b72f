"""A command that is killed again and again, and then gone on with, ends as one that never was.

Killed at its N-th call of the system, so that no clock matters.

usage: kills_test.py PROGRAM LIBRARY [N]   N: kills (100)
"""

import errno
import random
import sys

from faults import COLUMNS, DIAGNOSE, Folder

SIGKILL = -9
OLD = b"what was there before\n"
TABLE = ["table", "--grid", "seed=1:30", "--methods", "full,flow", "--scheme", "gaussian",
         "--width", "5", "--init", "0.1", "--output", "o.csv", "--resume"]
# Command lines, and what they leave. Those that know --resume go on; the others begin anew.
WORKS = [
    (TABLE, ["o.csv"]),
    (TABLE + ["--shard", "2/3"], ["o.csv"]),
    (["validate", "suite.toml", "--report", "r", "--resume"], ["r/index.html", "r/results.json"]),
    (DIAGNOSE + ["--report", "r"], ["r/index.html", "r/diagnosis.json"]),
    (["moments", "d.csv"] + COLUMNS + ["--output", "o.json", "--train-fraction", "0.7",
                                       "--held-out", "h.json"], ["o.json", "h.json"]),
]


def count_calls(folder, words):
    """How many calls there are: the largest N at which one can be killed."""
    low, high = 0, 1
    while is_killed(folder, words, high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_killed(folder, words, middle) else (low, middle)
    return low


def is_killed(folder, words, number):
    folder.restore()
    return folder.run(words, f"any:{number}:kill").returncode == SIGKILL


def one_work(folder, words, outputs, kills, source):
    """Kills it so many times, in rounds that end with one undisturbed run. Returns what is wrong."""
    folder.restore()
    done = folder.run(words)
    expected = (done.returncode, done.stdout, {name: folder.read(name) for name in outputs})
    calls = count_calls(folder, words)
    wrong, done_kills = [], 0
    while done_kills < kills:
        folder.restore({name: OLD for name in outputs})
        for _ in range(min(source.randint(1, 4), kills - done_kills)):
            number = source.randint(1, calls)
            done = folder.run(words, f"any:{number}:kill", limits=None)
            done_kills += 1 if done.returncode == SIGKILL else 0
            if done.returncode not in (SIGKILL, expected[0]):
                wrong.append(f"ended with {done.returncode}: {done.stderr}")
                break
            for name in outputs:
                if folder.read(name) not in (OLD, expected[2][name]):
                    wrong.append(f"killed at {number}: {name} is neither old nor new")
            if done.returncode != SIGKILL:
                break  # it came to its end before
        done = folder.run(words)
        found = (done.returncode, done.stdout, {name: folder.read(name) for name in outputs})
        if found != expected:
            differs = [name for name in outputs if found[2][name] != expected[2][name]]
            wrong.append(f"the last run differs: {found[0]}, {differs}, {done.stderr}")
        left = {name for name in folder.names() if name.endswith((".rows", ".journal"))}
        if left:
            wrong.append(f"leaves {sorted(left)}")
    return [f"{' '.join(words)}: {w}" for w in wrong], calls


def one_failed_write(folder):
    """A row that could not be written is said once, and is there in the end; here the output is not.

    The first rename gives the journal its name, the second one would give the output its.
    """
    rows = 60
    wrong = []
    for number in range(2, rows, 9):
        folder.restore()
        done = folder.run(TABLE + ["--jobs", "1"],
                          f"write:{number}:{errno.ENOSPC},rename:2:{errno.EIO}")
        journal = folder.read("o.csv.rows") or b""
        warnings = [line for line in done.stderr.splitlines() if b"cannot write 'o.csv.rows'" in line]
        if done.returncode != 2 or len(warnings) != 1 or journal.count(b"\n") != rows + 1:
            wrong.append(f"write {number} fails: ends with {done.returncode}, {len(warnings)} "
                         f"warnings, {journal.count(b'%c' % 10)} lines of {rows + 1}")
    return wrong


def main():
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    folder = Folder()
    source = random.Random(1)
    wrong = []
    for words, outputs in WORKS:
        found, calls = one_work(folder, words, outputs, max(1, kills // len(WORKS)), source)
        print(f"{words[0]}: killed at one of {calls} calls, {len(found)} wrong", flush=True)
        wrong += found
    wrong += one_failed_write(folder)
    folder.remove()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
