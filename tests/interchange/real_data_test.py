#!/usr/bin/env python3
"""real_data_test.py FUSIONFLOW: diagnoses of data that are not ours, the tables of scikit-learn.

The order and the ratio that theory predicts are held to networks that are trained on the same
samples. Exit code 77 where there is no scikit-learn.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy
    from sklearn import datasets
except ImportError:
    print("real_data_test: skipped: no python3 that has scikit-learn")
    sys.exit(77)


def require(holds, what):
    if not holds:
        sys.exit(f"real_data_test: {what}")


def write_table(file, columns, rows):
    with open(file, "w", encoding="utf-8") as out:
        out.write(",".join(columns) + "\n")
        for row in rows:
            out.write(",".join(repr(float(value)) for value in row) + "\n")


def diagnose(*words):
    shown = subprocess.run([sys.argv[1], "diagnose", *words, "--format", "json", "--quiet"],
                           capture_output=True, text=True, check=True)
    return json.loads(shown.stdout)


def powers(fusion):
    """Median times of half of the power, per modality."""
    return [times["quantiles"]["0.5"] for times in fusion["networks"]["clocks"]["power"]]


def late_fusion(answer):
    return next(f for f in answer["fusions"] if f["fusion"] == f["depth"] == 2)


def check_moments(answer, parts, targets):
    """Strengths and shares against numpy's."""
    power = (targets ** 2).sum() / len(targets)
    for part, facts in zip(parts, answer["modalities"]):
        strength = numpy.linalg.svd(targets.T @ part / len(part), compute_uv=False)[0]
        require(abs(facts["strength"] / strength - 1) < 1e-9, f"|s| {facts} against {strength}")
        fit = part @ numpy.linalg.lstsq(part, targets, rcond=None)[0]
        alone = (fit ** 2).sum() / len(part) / power
        require(abs(facts["explained_alone"] - alone) < 1e-9, f"R^2 {facts} against {alone}")


def diabetes(folder):
    table = datasets.load_diabetes(scaled=False)
    file = folder / "diabetes.csv"
    write_table(file, [*table.feature_names, "progression"],
                numpy.column_stack([table.data, table.target]))
    answer = diagnose(str(file), "--modality", "clinical=age,sex,bmi,bp", "--modality", "serum=s*",
                      "--target", "progression", "--standardize", "--depths", "2", "--init",
                      "0.001", "--clock", "power")
    inputs = (table.data - table.data.mean(0)) / table.data.std(0)
    target = ((table.target - table.target.mean()) / table.target.std())[:, None]
    check_moments(answer, [inputs[:, :4], inputs[:, 4:]], target)
    late = late_fusion(answer)
    require(answer["first_learned"] == "serum", "serum is not predicted first")
    clinical, serum = powers(late)
    require(serum < clinical, "networks have the power of clinical first")
    formula = late["predictions"]["formula"]["time_ratio"]
    error = abs(clinical / serum / formula - 1)
    print(f"diabetes: ratio {clinical / serum:.4g}, formula {formula:.4g}, error {error:.2%}")
    # Leading order at u0 = 1e-3: its error is of 1/ln(1/u0) = 14 %, of either sign.
    require(error < 0.15, f"the formula's ratio is off by {error:.2%}")
    exact = late["predictions"]["exact"]["time_ratio"]
    seen = late["networks"]["time_ratio"]["mean"]
    require(abs(seen / exact - 1) < 0.05, f"networks' ratio {seen}, exact flow {exact}")


def digits(folder):
    table = datasets.load_digits()
    images = table.data.reshape(-1, 8, 8)
    halves = [images[:, :, :4].reshape(-1, 32), images[:, :, 4:].reshape(-1, 32)]
    file = folder / "digits.csv"
    write_table(file, [f"l{i}" for i in range(32)] + [f"r{i}" for i in range(32)] + ["digit"],
                numpy.column_stack([*halves, table.target]))
    # Pixels are nearly collinear (condition 3e5): Chebyshev steps, of this tolerance in seconds.
    words = [str(file), "--modality", "left=l*", "--modality", "right=r*", "--target", "digit",
             "--target-classes", "--center", "--depths", "2", "--networks", "1", "--rtol", "1e-5"]
    answer = diagnose(*words, "--clock", "power")
    classes = numpy.eye(10)[table.target]
    classes -= classes.mean(0)
    check_moments(answer, [half - half.mean(0) for half in halves], classes)
    require([facts["rank"] for facts in answer["modalities"]] ==
            [numpy.linalg.matrix_rank(half - half.mean(0)) for half in halves], "ranks")
    late = late_fusion(answer)
    require(not answer["warnings"] and late["networks"]["outcomes"] == {"learned": 1},
            "the network of late fusion does not get through")
    # |s| says left first. Most of its weights lie along directions that hardly vary.
    left, right = powers(late)
    require(answer["first_learned"] == "left" and left < right, "left has not its power first")
    # The race over modes says when it is half: leading order at u0 = 0.1, whose error is of
    # 1/ln(1/u0) = 43 % in times and less in their ratio.
    formula = late["predictions"]["formula"]["times"]
    error = abs(formula[1] / formula[0] / (right / left) - 1)
    print(f"digits: ratio {right / left:.4g}, formula {formula[1] / formula[0]:.4g}, error {error:.2%}")
    require(error < 0.3, f"the formula's ratio of half powers is off by {error:.2%}")
    # The flow of balanced networks is as small as the drawn ones, not drawn: its norms are 1 % off.
    # Its contributions begin aligned with the targets, which no drawn network's do.
    late = late_fusion(diagnose(*words, "--clock", "norm"))
    errors = late["predictions"]["flow"]["errors_percent"]
    print(f"digits: flow against a network: {errors[0]:+.2f} % and {errors[1]:+.2f} %")
    require(max(map(abs, errors)) < 2, f"the balanced flow is off by {errors} %")
    left, right = (times["mean"] for times in late["networks"]["clocks"]["norm"])
    require(right < left, "right has not half of its weights first")
    print(f"digits: {answer['first_learned']} first by |s|, {answer['explains_most']} explains most")


def main():
    with tempfile.TemporaryDirectory() as folder:
        diabetes(Path(folder))
        digits(Path(folder))


if __name__ == "__main__":
    main()
