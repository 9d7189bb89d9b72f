"""Twelve public tables as second moments, with their columns as modalities.

    tables.py PROGRAM FOLDER [TABLE ...]

writes FOLDER/TABLE.csv and FOLDER/TABLE.json, the moments that PROGRAM makes of it, for the tables
named or for all. What is there already is left alone. The sources are in README.md; those of npm are
looked for in ./node_modules, or in $NODE_MODULES.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

NODE = pathlib.Path(os.environ.get("NODE_MODULES", "node_modules"))


def of_sklearn(name, target):
    from sklearn import datasets

    found = getattr(datasets, "load_" + name)()
    names = list(found.feature_names) + [target]
    return names, np.column_stack([found.data, found.target])


def diabetes():
    from sklearn import datasets

    found = datasets.load_diabetes(scaled=False)
    return found.feature_names + ["progression"], np.column_stack([found.data, found.target])


def wine():
    return of_sklearn("wine", "cultivar")


def breast_cancer():
    return of_sklearn("breast_cancer", "benign")


def linnerud():
    from sklearn import datasets

    found = datasets.load_linnerud()
    return found.feature_names + found.target_names, np.column_stack([found.data, found.target])


def digits():
    from sklearn import datasets

    found = datasets.load_digits()
    names = [("l" if place % 8 < 4 else "r") + str(place) for place in range(64)]
    return names + ["digit"], np.column_stack([found.data, found.target])


def of_statsmodels(name):
    import statsmodels.api

    data = getattr(statsmodels.api.datasets, name).load_pandas().data
    return list(data.columns), data.to_numpy()


def star98():
    names, rows = of_statsmodels("star98")
    above, below = (rows[:, names.index(name)] for name in ("NABOVE", "NBELOW"))
    return names + ["PASS"], np.column_stack([rows, above / (above + below)])


def of_vega(name):
    found = json.loads((NODE / "vega-datasets" / "data" / (name + ".json")).read_text())
    names = list(found[0])
    return names, [["" if row.get(n) is None else row[n] for n in names] for row in found]


def mnist():
    names = [("top" if place < 392 else "bottom") + str(place) for place in range(784)]
    rows = []
    for digit in range(10):
        file = NODE / "mnist" / "src" / "digits" / f"{digit}.json"
        pixels = np.array(json.loads(file.read_text())["data"]).reshape(-1, 784)
        rows.append(np.column_stack([np.round(255 * pixels), np.full(len(pixels), digit)]))
    return names + ["digit"], np.concatenate(rows)


# What makes a table, its modalities by columns, its target, and options of its own.
STANDARD = ["--standardize"]
IMAGES = ["--center", "--target-classes"]
TABLES = {
    "diabetes": (diabetes, {"clinical": "age,sex,bmi,bp", "serum": "s*"}, "progression", STANDARD),
    "wine": (
        wine,
        {
            "acid": "malic_acid..alcalinity_of_ash",
            "phenols": "total_phenols..proanthocyanins",
            "colour": "color_intensity,hue,od*",
        },
        "alcohol",
        STANDARD,
    ),
    "breast_cancer": (
        breast_cancer,
        {"mean": "mean *", "error": "* error", "worst": "worst*"},
        "benign",
        STANDARD,
    ),
    "digits": (digits, {"left": "l*", "right": "r*"}, "digit", IMAGES),
    "linnerud": (linnerud, {"exercise": "Chins,Situps,Jumps", "body": "Weight,Waist"}, "Pulse", STANDARD),
    "star98": (
        star98,
        {"pupils": "LOWINC..PERHISP", "school": "PERMINTE..PCTYRRND"},
        "PASS",
        STANDARD,
    ),
    "randhie": (
        lambda: of_statsmodels("randhie"),
        {"plan": "lncoins,idp,lpi,fmde", "health": "physlm,disea,hlthg,hlthf,hlthp"},
        "mdvis",
        STANDARD,
    ),
    "anes96": (
        lambda: of_statsmodels("anes96"),
        {"demog": "logpopul,age,educ,income", "media": "TVnews", "views": "selfLR,ClinLR,DoleLR,PID"},
        "vote",
        STANDARD,
    ),
    "penguins": (
        lambda: of_vega("penguins"),
        {"beak": "Beak*", "body": "Flipper*"},
        "Body Mass (g)",
        STANDARD + ["--missing", "skip"],
    ),
    "movies": (
        lambda: of_vega("movies"),
        {"critics": "Rotten*", "audience": "IMDB*", "budget": "Production*"},
        "US Gross",
        STANDARD + ["--missing", "skip"],
    ),
    "cars": (
        lambda: of_vega("cars"),
        {"engine": "Cylinders,Displacement,Horsepower", "car": "Weight_in_lbs,Acceleration"},
        "Miles_per_Gallon",
        STANDARD + ["--missing", "skip"],
    ),
    "mnist": (mnist, {"top": "top*", "bottom": "bottom*"}, "digit", IMAGES + ["--drop-constant"]),
}


def make(program, folder, name):
    """Writes the table and its moments, and returns the file of the moments."""
    build, modalities, target, options = TABLES[name]
    moments = folder / (name + ".json")
    if moments.exists():
        return moments
    names, rows = build()
    table = folder / (name + ".csv")
    with open(table, "w", newline="") as out:
        written = csv.writer(out)
        written.writerow(names)
        written.writerows([repr(v) if isinstance(v, float) else v for v in row] for row in rows)
    words = [program, "moments", str(table), "--target", target, *options, "--output", str(moments)]
    for modality, columns in modalities.items():
        words += ["--modality", f"{modality}={columns}"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return moments


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[3:] or TABLES:
        print(make(sys.argv[1], where, wanted))
