"""A call that fails ends in exit code 0 and whole new files, or in another and the old ones.

usage: injections_test.py PROGRAM LIBRARY [N | NAME]   N: so many injections (all there are);
       NAME: only of cases whose names begin like that
"""

import sys

from faults import ERRORS, Folder, error_lines, learn, writers

OLD = b"what was there before\n"
FAULTS = [("open", "EMFILE"), ("open", "EACCES"), ("read", "EIO"), ("read", "EINTR"),
          ("read", "short"), ("write", "ENOSPC"), ("write", "EIO"), ("write", "EINTR"),
          ("write", "short"), ("fsync", "EIO"), ("fsync", "ENOSPC"), ("rename", "EIO"),
          ("rename", "ENOSPC"), ("close", "EIO"), ("close", "EINTR"), ("file", "ENOSPC"), ("file", "EINTR")]
# What gnuplot writes goes into a pipe, which is never full, and with another font it draws another
# picture that is whole: what can happen to it is an early end.
FAULTS_OF_GNUPLOT = [("any", "kill")]
MOST_OF_GNUPLOT = 40
STDOUT, STDERR = 1, 2


def check(folder, case, old, done, hit):
    """What is wrong after a fault; an empty list if nothing is."""
    wrong = []
    call, descriptor = hit
    answers = done.returncode == case.code and done.stdout == case.out
    if done.returncode not in (0, 1, 2, 3):
        wrong.append(f"ended with {done.returncode}")
    if b"internal error" in done.stderr or b"terminate called" in done.stderr:
        wrong.append("says an internal error")
    files = {name: folder.read(name) for name in case.outputs}
    for name, content in files.items():
        if content not in (old.get(name), case.written[name]):
            wrong.append(f"{name} is neither old nor new: {len(content or b'')} bytes")
    failed = done.returncode != case.code
    on_stream = call in ("write", "writev", "fwrite", "fflush") and descriptor in (STDOUT, STDERR)
    if not failed:
        wrong += [f"{name} is old, exit code {case.code}" for name in files
                  if files[name] != case.written[name]]
        if done.stdout != case.out:
            wrong.append("another answer")
    elif len(files) == 1 and not on_stream:
        wrong += [f"{name} is new, exit code {done.returncode}" for name in files
                  if files[name] != old.get(name)]
    if descriptor == STDERR and on_stream and not answers:
        wrong.append("stderr that cannot be written changes the answer")
    if failed and len(error_lines(done.stderr)) > 1:
        wrong.append(f"{len(error_lines(done.stderr))} lines of error")
    if failed and descriptor != STDERR and not error_lines(done.stderr):
        wrong.append("fails without a word")
    left = folder.names() - set(folder.inputs) - set(case.outputs)
    left -= set(case.kept) if failed else set()
    if left:
        wrong.append(f"leaves {sorted(left)}")
    for name, content in folder.inputs.items():
        if folder.read(name) != content:
            wrong.append(f"changes its input {name}")
    return wrong


def inject(folder, case, kind, error, number, within):
    """One fault. Returns whether there was such a call, and what is wrong."""
    how = str(ERRORS.get(error, error))
    # New files and old ones by turns; a report's folder is there or not.
    old = {name: OLD for name in case.outputs} if number % 2 == 0 else {}
    folder.restore({**old, **case.before})
    done = folder.run(case.words, f"{kind}:{number}:{how}", within)
    hit = folder.hit()
    if hit is None:
        return False, []
    return True, [f"{case.name}: {kind} {number} ({hit[0]} {hit[1]}) {error} in {within}: {w}\n"
                  f"    {done.stderr.decode('utf-8', 'replace').strip()}"
                  for w in check(folder, case, old, done, hit)]


def every(folder, cases):
    """Each call of each kind, until there are no more."""
    for case in cases:
        plans = [("fusionflow", fault, 10000) for fault in FAULTS]
        if any(word in ("--plot", "--report") for word in case.words):
            plans += [("gnuplot", fault, MOST_OF_GNUPLOT) for fault in FAULTS_OF_GNUPLOT]
        count = 0
        for within, (kind, error), most in plans:
            for number in range(1, most + 1):
                there, wrong = inject(folder, case, kind, error, number, within)
                if not there:
                    break
                count += 1
                yield wrong
        print(f"{case.name}: {count} injections", flush=True)


def some(folder, cases, count):
    """A few of them: all cases and all faults, one after the other, at the first calls."""
    step = 0
    while count > 0:
        case = cases[step % len(cases)]
        kind, error = FAULTS[step % len(FAULTS)]
        there, wrong = inject(folder, case, kind, error, 1 + step // 7 % 5, "fusionflow")
        step += 1
        if there:
            count -= 1
            yield wrong


def main():
    folder = Folder()
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    few = int(wanted) if wanted.isdigit() else 0
    cases = [case for case in writers() if few > 0 or case.name.startswith(wanted)]
    for case in cases:
        learn(folder, case)
    done, wrong = 0, []
    found = some(folder, cases, few) if few > 0 else every(folder, cases)
    for one in found:
        done += 1
        for line in one:
            print(line, flush=True)
        wrong += one
    folder.remove()
    print(f"{done} injections, {len(wrong)} of them wrong")
    return 1 if wrong or done == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
