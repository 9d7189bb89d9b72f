"""Writes the tables of docs/real-tables.md from what grid.py found.

    page.py FOLDER/results.json docs/real-tables.md

Each table stands between lines `<!-- NAME -->` and `<!-- end -->`, which stay, as does all text
outside of them.
"""

import json
import math
import pathlib
import re
import sys

import numpy as np

AGREED = 0.9  # part of the networks that have to agree on an order
NEGLIGIBLE = 0.01  # contribution below which the clock progress calls a modality negligible
INITS = ["0.01", "0.1", "torch"]


def median_of(times):
    """The median of the networks that have a time, where most have one; else NaN."""
    known = [t for t in times if t is not None and math.isfinite(t)]
    return float(np.median(known)) if 2 * len(known) > len(times) else math.nan


def noise_of(times):
    """The standard error of that median over it, from the middle half of the times."""
    known = [t for t in times if t is not None and math.isfinite(t)]
    if len(known) < 5:
        return math.nan
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return float(1.2533 * (high - low) / 1.349 / math.sqrt(len(known)) / middle)


def value(number):
    return math.nan if number is None else number


def per_cent_off(said, seen):
    return 100 * (value(said) / value(seen) - 1)


def cells(results):
    """One dictionary for each table, initial weights, way to fuse and modality."""
    found = []
    for key, kept in results.items():
        if not key.endswith(" diagnosis") or "failed" in kept["found"]:
            continue
        table, init, depth = key.split()[:3]
        data = results[f"{table} data"]
        reference = results.get(f"{table} {init} {depth} reference", {"found": {"failed": ""}})["found"]
        if "failed" in reference:
            continue
        for said in kept["found"]["fusions"]:
            rows = reference[str(said["fusion"])]
            best = said["best_prediction"]
            times = said["predictions"][best["method"]]["times"] if best else None
            medians = [s["quantiles"].get("0.5") for s in said["networks"]["times"]]
            for m, name in enumerate(data["names"]):
                seen = [row[m] for row in rows]
                found.append({
                    "table": table, "modality": name, "m": m, "init": init, "depth": int(depth),
                    "fusion": said["fusion"], "contribution": data["contributions"][m],
                    "best": best and best["method"], "networks": said["networks"]["count"],
                    "median": median_of(seen), "noise": 100 * noise_of(seen),
                    "off best": per_cent_off(times[m] if times else None, median_of(seen)),
                    "off ensemble": per_cent_off(medians[m], median_of(seen)),
                    "off formula": per_cent_off(
                        said["predictions"].get("formula", {"times": [None] * 9})["times"][m],
                        median_of(seen)),
                    "times": times, "medians": medians, "rows": rows})
    return found


def counts(cell):
    return cell["contribution"] >= NEGLIGIBLE


def orders(some, what):
    """Of pairs of modalities whose order the reference agrees on: how many, and how many right."""
    agreed = right = 0
    for cell in some:
        others = [c for c in some if all(c[k] == cell[k] for k in ("table", "init", "depth", "fusion"))
                  and c["m"] > cell["m"]]
        for other in others:
            said = cell[what]
            pairs = [(row[cell["m"]], row[other["m"]]) for row in cell["rows"]]
            pairs = [p for p in pairs if None not in p]
            earlier = sum(a < b for a, b in pairs) / max(1, len(cell["rows"]))
            later = sum(a > b for a, b in pairs) / max(1, len(cell["rows"]))
            if said is None or max(earlier, later) < AGREED:
                continue
            a, b = value(said[cell["m"]]), value(said[other["m"]])
            agreed += 1
            right += (a < b) if earlier >= AGREED else (a > b)
    return f"{right} of {agreed}" if agreed else "-"


def errors(some, what):
    known = np.abs([c[what] for c in some if math.isfinite(c[what])])
    if len(known) == 0:
        return ["-", "-", "-"]
    return [str(len(known)), f"{np.median(known):.1f} %", f"{np.quantile(known, 0.9):.1f} %"]


def rows_text(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "--:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def groups(some):
    for init in INITS:
        for depth in (2, 3):
            chosen = [c for c in some if c["init"] == init and c["depth"] == depth]
            if chosen:
                yield f"{init}, {depth} layers", chosen
    yield "all of 0.01 and 0.1", [c for c in some if c["init"] != "torch"]
    yield "all", some


def summary(results):
    some = [c for c in cells(results) if counts(c)]
    rows = []
    for name, chosen in groups(some):
        noise = [c["noise"] for c in chosen if math.isfinite(c["noise"])]
        rows.append([name, *errors(chosen, "off formula")[1:2], *errors(chosen, "off best"),
                     orders(chosen, "times"), *errors(chosen, "off ensemble"),
                     orders(chosen, "medians"), f"{np.median(noise):.1f} %"])
    return rows_text(["initial weights", "formula: median", "best prediction: cells", "median", "90 %",
                      "order right", "networks: cells", "median", "90 %", "order right",
                      "noise of the reference"], rows)


def by_modality(results):
    some = cells(results)
    rows = []
    for table, modality in dict.fromkeys((c["table"], c["modality"]) for c in some):
        own = [c for c in some if (c["table"], c["modality"]) == (table, modality)]
        for name, chosen in (("small", [c for c in own if c["init"] != "torch"]),
                             ("torch", [c for c in own if c["init"] == "torch"])):
            worst = max((abs(c["off ensemble"]) for c in chosen if math.isfinite(c["off ensemble"])),
                        default=math.nan)
            rows.append([f"{table} {modality}", f"{100 * own[0]['contribution']:.3g} %", name,
                         *errors(chosen, "off best")[1:], *errors(chosen, "off ensemble")[1:],
                         f"{worst:.0f} %", f"{np.nanmedian([c['noise'] for c in chosen]):.1f} %"])
    return rows_text(["modality", "contribution", "weights", "best: median", "90 %", "networks: median",
                      "90 %", "largest", "noise of the reference"], rows)


def changes(results):
    """Each change that a diagnosis tells of, beside the median change of the reference."""
    found = []
    for key, kept in results.items():
        if not key.endswith(" changes"):
            continue
        table, init, depth = key.split()[:3]
        data = results[f"{table} data"]
        said = results[f"{table} {init} {depth} diagnosis"]["found"].get("fusions", [{}])[-1].get("changes")
        if not said:
            continue
        m = data["names"].index(said["modality"])
        told = {"init": said["init"], **{f"scale {k}": v for k, v in enumerate(said["scale"])}}
        for what, ratio in told.items():
            after = kept["found"].get(what)
            before = kept["found"]["before"]
            if not isinstance(after, list) or not isinstance(before, list):
                continue
            # Ratios of the same draws, in groups of 20 networks as a diagnosis trains them.
            ratios = [value(a[m]) / value(b[m]) for a, b in zip(after, before)
                      if a[m] is not None and b[m] is not None]
            ratios = [r for r in ratios if math.isfinite(r)]
            if 2 * len(ratios) <= len(after):
                continue
            groups_of = [float(np.median(ratios[i:i + 20])) for i in range(0, len(ratios) - 19, 20)]
            found.append({"table": table, "init": init, "depth": int(depth), "what": what,
                          "contribution": data["contributions"][m], "said": 100 * (value(ratio) - 1),
                          "seen": 100 * (float(np.median(ratios)) - 1),
                          "groups": [100 * (g - 1) for g in groups_of]})
    return found


def sensitivities(results):
    some = changes(results)
    rows = []
    for name, chosen in groups(some):
        known = [c for c in chosen if math.isfinite(c["said"])]
        large = [c for c in known if abs(c["seen"]) >= 1]
        right = sum(c["said"] * c["seen"] > 0 for c in large)
        near = sum(abs(c["said"] - c["seen"]) <= 2 for c in known)
        others = [abs(g - c["seen"]) <= 2 for c in chosen for g in c["groups"]]
        rows.append([name, f"{len(known)} of {len(chosen)}", f"{right} of {len(large)}",
                     f"{near} of {len(known)}",
                     f"{100 * np.mean(others):.0f} %" if others else "-"])
    return rows_text(["initial weights", "told", "sign right", "within 2 points",
                      "20 networks of the reference"], rows)


def size(results):
    rows = []
    for key, data in results.items():
        if not key.endswith(" data"):
            continue
        name = key.split()[0]
        spent = [kept["seconds"] for k, kept in results.items()
                 if k.split()[0] == name and "seconds" in kept]
        failed = [k for k, kept in results.items()
                  if k.split()[0] == name and isinstance(kept.get("found"), dict) and "failed" in kept["found"]]
        modalities = ", ".join(f"{n} {d}" for n, d in zip(data["names"], data["dims"]))
        own = [c["networks"] for c in cells(results) if c["table"] == name]
        drawn = f"{min(own)} to {max(own)}" if own and min(own) < max(own) else str(own[0]) if own else "-"
        rows.append([name, data["samples"], modalities, ", ".join(map(str, data["depths"])) or "none", drawn,
                     f"{data['reference']}, torch {data['torch']}" if data["reference"] else "-", f"{sum(spent):.0f} s", len(failed) or "-"])
    return rows_text(["table", "rows", "modalities (inputs)", "layers", "networks of a diagnosis",
                      "networks of the reference", "time of one processor", "not done"], rows)


def main():
    results = json.loads(pathlib.Path(sys.argv[1]).read_text())
    page = pathlib.Path(sys.argv[2])
    text = page.read_text()
    for name, make in (("size", size), ("summary", summary), ("modalities", by_modality),
                       ("sensitivities", sensitivities)):
        text, replaced = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)",
                                 lambda found: found[1] + make(results) + "\n" + found[2], text, flags=re.S)
        if replaced != 1:
            sys.exit(f"page.py: {page} has no place for {name}")
    page.write_text(text)


if __name__ == "__main__":
    main()
