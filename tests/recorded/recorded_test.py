"""The answers to the command lines of lines.txt are those that are recorded in answers/.

usage: recorded_test.py PROGRAM [--record | --against OTHER]
       --record: write answers/ anew; --against: compare with another program, whole texts

Exit code 77 where answers differ, but this is another platform than that of the recorded ones.
"""

import gzip
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from arrays import idx, npy  # noqa: E402

LINES = os.path.join(HERE, "lines.txt")
INPUTS = os.path.join(HERE, "inputs")
ANSWERS = os.path.join(HERE, "answers")
PLATFORM = "platform"  # the file there that says on which one they were recorded

MOST_BYTES = 4000  # of an output that is kept whole
FIRST_LINES, FIRST_BYTES = 12, 1000  # what is kept of a longer one
SHOWN = 5  # differences that are printed of each group

# What may differ between two builds that answer the same.
MASKS = [
    (re.compile(r"fusionflow \d+\.\d+\.\d+(\+[0-9a-f]+(\.modified)?)?"), "fusionflow VERSION"),
    (re.compile(r'"table":"?[0-9a-f]+"?'), '"table":FINGERPRINT'),  # it covers the version
    (re.compile(r"(?m)^(provenance\.npy \{'descr': '\|S)\d+"), r"\1LENGTH"),  # it has the version
]


def fail(what):
    sys.exit(f"recorded_test: {what}")


def read_lines(text):
    """The groups of lines.txt: name -> its lines. A line `# NAME: what it is` begins a group."""
    groups = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            heading = re.match(r"# ([a-z-]+): ", line)
            if heading:
                lines = groups.setdefault(heading[1], [])
        elif line.strip():
            if not groups:
                fail(f"lines.txt, line {number}: no heading '# NAME: ...' stands above it")
            lines.append(line)
    return groups


def read_inputs():
    """The files of inputs/, and some of them in formats that are not text."""
    inputs = {}
    for name in sorted(os.listdir(INPUTS)):
        with open(os.path.join(INPUTS, name), "rb") as file:
            inputs[name] = file.read()
    rows = [[float(cell) for cell in line.split(",")]
            for line in inputs["numbers.csv"].decode().splitlines()[1:]]
    inputs["numbers.csv.gz"] = gzip.compress(inputs["numbers.csv"], mtime=0)
    inputs["numbers.npy"] = npy(rows)
    inputs["bytes.idx"] = idx([[int(number * 10) % 256 for number in row] for row in rows])
    return inputs


def members(path):
    """An .npz file as text: of each member its name, type and shape, and its numbers."""
    text = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            begin = 10 + struct.unpack("<H", content[8:10])[0]
            head, data = content[10:begin].decode().strip(), content[begin:]
            if "'<f8'" in head:
                values = " ".join(repr(number) for number, in struct.iter_unpack("<d", data))
            else:
                values = data.decode("utf-8", "backslashreplace")
            text.append(f"{name} {head}: {values}\n")
    return "".join(text)


def masked(text, folder):
    text = text.replace(folder, "FOLDER")
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def kept(lines):
    """The lines of a text as answers/ has them; of a long one its checksum and how it begins."""
    text = "\n".join(lines)
    content = text.encode("utf-8")
    if len(content) <= MOST_BYTES:
        return lines
    first, size = [], 0
    for line in lines[:FIRST_LINES]:
        size += len(line)
        if size > FIRST_BYTES and first:
            break
        first.append(line[:FIRST_BYTES])
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "first": first}


def shortened(answers):
    """All answers as they are recorded."""
    short = {}
    for name, group in answers.items():
        short[name] = [dict(answer) for answer in group]
        for answer in short[name]:
            for stream in ("stdout", "stderr"):
                if stream in answer:
                    answer[stream] = kept(answer[stream])
            if "files" in answer:
                answer["files"] = {file: kept(lines) for file, lines in answer["files"].items()}
    return short


class Folder:
    """A folder in which lines run; afterwards it tells which files they wrote."""

    def __init__(self, program, inputs):
        self.program, self.inputs = program, inputs
        self.path = os.path.realpath(tempfile.mkdtemp(prefix="fusionflow-recorded-"))
        self.environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
        self.before = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def restore(self):
        """Nothing but the inputs."""
        shutil.rmtree(self.path)
        os.mkdir(self.path)
        for name, content in self.inputs.items():
            with open(os.path.join(self.path, name), "wb") as file:
                file.write(content)
        self.before = self.contents()

    def contents(self):
        files = {}
        for at, _, names in os.walk(self.path):
            for name in names:
                path = os.path.join(at, name)
                with open(path, "rb") as file:
                    files[os.path.relpath(path, self.path)] = file.read()
        return files

    def text(self, content):
        """The lines of a text."""
        return masked(content.decode("utf-8", "backslashreplace"), self.path).split("\n")

    def written(self):
        """The files that are new or have another content, as text."""
        after, files = self.contents(), {}
        for name in sorted(after):
            if after[name] == self.before.get(name):
                continue
            if name.endswith(".npz"):
                files[name] = self.text(members(os.path.join(self.path, name)).encode())
            else:
                files[name] = self.text(after[name])
        for name in sorted(set(self.before) - set(after)):
            files[name] = ["(it is gone)"]
        self.before = after
        return files

    def run(self, line):
        words, given, copy = shlex.split(line), b"", None
        if words[-2:-1] == ["<"]:
            given, words = self.before[words[-1]], words[:-2]
        elif words[-2:-1] == [">"]:
            copy, words = words[-1], words[:-2]
        done = subprocess.run([self.program] + words, cwd=self.path, input=given,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, check=False)
        answer = {"line": line, "exit": done.returncode}
        for stream in ("stdout", "stderr"):
            if getattr(done, stream):
                answer[stream] = self.text(getattr(done, stream))
        files = self.written()
        if files:
            answer["files"] = files
        if copy:
            with open(os.path.join(self.path, copy), "wb") as file:
                file.write(done.stdout)
            self.before[copy] = done.stdout
        return answer


def run_all(program, groups, inputs):
    """The lines of a group run one after another in one folder, each group in a folder of its own."""
    answers = {}
    with Folder(program, inputs) as folder:
        for name, lines in groups.items():
            folder.restore()
            answers[name] = [folder.run(line) for line in lines]
    return answers


def this_platform(program):
    """What the last digits depend on: the compiler, the C library, and which of its versions run."""
    with open(program, "rb") as file:
        marks = re.findall(rb"GCC: \([^()\0]*\) [\d.]+|clang version [\d.]+", file.read())
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            fused = re.search(r"^flags\s*:.*\bfma\b", file.read(), re.MULTILINE) is not None
    except OSError:
        fused = None
    return {"machine": platform.machine(),
            "compiler": ", ".join(sorted({mark.decode("ascii", "replace") for mark in marks})),
            "c_library": " ".join(platform.libc_ver()), "fused_multiply_add": fused}


def first_difference(expected, got, place=""):
    """Where two answers differ first, and what stands there in each; None if they are the same."""
    if expected == got:
        return None
    if isinstance(expected, dict) and isinstance(got, dict):
        # What a long text begins with tells more than its checksum.
        names = sorted(set(expected) | set(got), key=lambda name: (name in ("bytes", "sha256"), name))
        for name in names:
            inner = f"{place}, {name}" if place else name
            found = first_difference(expected.get(name), got.get(name), inner)
            if found:
                return found
    if isinstance(expected, list) and isinstance(got, list):
        for number in range(max(len(expected), len(got))):
            one = expected[number] if number < len(expected) else None
            other = got[number] if number < len(got) else None
            if one != other:
                return f"{place}, line {number + 1}", one, other
    return place, expected, got


def compare(expected, got):
    """How many answers differ; prints the first differences of each group."""
    count = 0
    for name in got:
        shown = 0
        for before, now in zip(expected[name], got[name]):
            found = first_difference(before, now)
            if found is None:
                continue
            count += 1
            shown += 1
            if shown <= SHOWN:
                place, one, other = found
                print(f"{name}: fusionflow {now['line']}\n  {place}\n"
                      f"    expected {json.dumps(one)}\n    got      {json.dumps(other)}")
                if place.endswith((", bytes", ", sha256")):
                    print("    The first lines are the same; --against another program shows more.")
        if shown > SHOWN:
            print(f"{name}: {shown - SHOWN} more lines whose answers differ")
    return count


def answers_file(name):
    return os.path.join(ANSWERS, name + ".json")


def read_json(name):
    with open(answers_file(name), encoding="utf-8") as file:
        return json.load(file)


def write_json(name, content):
    with open(answers_file(name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def read_answers(groups):
    """What is recorded, of exactly the lines that are there."""
    there = set(os.listdir(ANSWERS)) if os.path.isdir(ANSWERS) else set()
    if there != {name + ".json" for name in [PLATFORM, *groups]}:
        fail("answers/ has other groups than lines.txt: record anew")
    answers = {}
    for name, lines in groups.items():
        answers[name] = read_json(name)
        if [answer["line"] for answer in answers[name]] != lines:
            fail(f"answers/{name}.json has other lines than lines.txt: record anew")
    return answers


def record(program, groups, inputs):
    """Writes answers/, if a second run, on one processor where that can be had, answers the same."""
    answers = run_all(program, groups, inputs)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    differ = compare(answers, run_all(program, groups, inputs))
    if differ:
        fail(f"{differ} lines answered something else when they ran again; nothing is recorded")
    shutil.rmtree(ANSWERS, ignore_errors=True)
    os.mkdir(ANSWERS)
    for name, group in shortened(answers).items():
        write_json(name, group)
    write_json(PLATFORM, this_platform(program))
    print(f"{sum(map(len, answers.values()))} answers recorded")


def main():
    program, wanted = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None, sys.argv[2:]
    if program is None or wanted not in ([], ["--record"]) and wanted[:-1] != ["--against"]:
        fail("usage: recorded_test.py PROGRAM [--record | --against OTHER]")
    with open(LINES, encoding="utf-8") as file:
        groups = read_lines(file.read())
    inputs = read_inputs()
    if wanted == ["--record"]:
        record(program, groups, inputs)
        return 0
    if wanted:
        expected = run_all(os.path.abspath(wanted[1]), groups, inputs)
        got = run_all(program, groups, inputs)
    else:
        expected = read_answers(groups)
        got = shortened(run_all(program, groups, inputs))
    differ = compare(expected, got)
    print(f"{sum(map(len, got.values()))} lines, {differ} answers differ")
    here, there = this_platform(program), read_json(PLATFORM)
    if differ and not wanted and here != there:
        print(f"recorded_test: skipped: recorded on {there}, this is {here}")
        return 77
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
