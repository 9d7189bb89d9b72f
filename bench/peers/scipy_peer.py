"""SciPy's solve_ivp on one case: LSODA, Radau and DOP853 in log coordinates over t.

usage: scipy_peer.py CASES.csv CASE TOLERANCE...

Prints method,case,tolerance,status,seconds,t_A,t_B,steps,evaluations,stepper. The state is
v_m = ln u_m, so that an absolute error of v is a relative error of u: atol is the tolerance and
rtol the least that solve_ivp accepts. Mathematics on two plain floats is several times faster than
numpy on an array of two.
"""

import csv
import math
import sys
import time
import warnings

import numpy
from scipy.integrate import solve_ivp

SECONDS_ALLOWED = 20
RTOL = 100 * numpy.finfo(float).eps
METHODS = ("LSODA", "Radau", "DOP853")
EXPLICIT = ("DOP853",)


class OutOfTime(Exception):
    """A run has used its time."""


class Problem:
    """The right-hand side, Jacobian and half-heights of one case."""

    def __init__(self, row):
        depth, self.n = int(row["L"]), int(row["Lf"])
        rho, kappa, u0 = float(row["rho"]), float(row["kappa"]), float(row["u0"])
        self.p = depth - self.n
        self.aa, self.ab, self.bb = kappa * kappa, rho * kappa, 1.0
        self.s_a, self.s_b = kappa * kappa + rho * kappa, 1 + rho * kappa
        self.half_a = 0.5 if self.n == 1 else (1 + rho / kappa) / 2
        self.start = numpy.full(2, math.log(u0))
        self.horizon = 20 * u0 ** (2 - depth) * math.log(1 / u0)

    def functions(self, deadline):
        """The right-hand side with local names, which Python looks up fastest."""
        n, p, exp = self.n, self.p, math.exp
        aa, ab, bb, s_a, s_b = self.aa, self.ab, self.bb, self.s_a, self.s_b
        branch, trunk_power = n - 2, p / 2
        count = 0

        def right_hand_side(t, v):
            nonlocal count
            count += 1
            if not count & 1023 and time.perf_counter() > deadline:
                raise OutOfTime
            a, b = v.tolist()
            try:
                square_a, square_b = exp(2 * a), exp(2 * b)
                trunk = (square_a + square_b) ** trunk_power
                speed_a, speed_b = exp(branch * a) * trunk, exp(branch * b) * trunk
                w_a, w_b = speed_a * square_a, speed_b * square_b
            except OverflowError:  # a trial far out; the solver takes a smaller step
                return math.inf, math.inf
            return (speed_a * (s_a - w_a * aa - w_b * ab), speed_b * (s_b - w_a * ab - w_b * bb))

        return right_hand_side, lambda: count

    def weights(self, v):
        a, b = v.tolist()
        square_a, square_b = math.exp(2 * a), math.exp(2 * b)
        trunk = (square_a + square_b) ** (self.p / 2)
        return math.exp(self.n * a) * trunk, math.exp(self.n * b) * trunk

    def jacobian(self, t, v):
        a, b = v.tolist()
        square_a, square_b = math.exp(2 * a), math.exp(2 * b)
        square = square_a + square_b
        n, p_a, p_b = self.n, self.p * square_a / square, self.p * square_b / square
        trunk = square ** (self.p / 2)
        speed_a, speed_b = math.exp((n - 2) * a) * trunk, math.exp((n - 2) * b) * trunk
        w_a, w_b = speed_a * square_a, speed_b * square_b
        e_a = self.s_a - w_a * self.aa - w_b * self.ab
        e_b = self.s_b - w_a * self.ab - w_b * self.bb
        wa_a, wa_b = w_a * (n + p_a), w_a * p_b  # dW_A/dv_A, dW_A/dv_B
        wb_a, wb_b = w_b * p_a, w_b * (n + p_b)
        return numpy.array([
            [speed_a * ((n - 2 + p_a) * e_a - wa_a * self.aa - wb_a * self.ab),
             speed_a * (p_b * e_a - wa_b * self.aa - wb_b * self.ab)],
            [speed_b * (p_a * e_b - wa_a * self.ab - wb_a * self.bb),
             speed_b * ((n - 2 + p_b) * e_b - wa_b * self.ab - wb_b * self.bb)]])

    def events(self):
        """Half-heights of A and of B; B's ends the run."""

        def half_a(t, v):
            return self.weights(v)[0] - self.half_a

        def half_b(t, v):
            return self.weights(v)[1] - 0.5

        half_a.direction = half_b.direction = 1
        half_b.terminal = True
        return half_a, half_b


def solve(problem, method, tolerance):
    """One timed run: status, t_A, t_B, steps, evaluations."""
    right_hand_side, count = problem.functions(time.perf_counter() + SECONDS_ALLOWED)
    extra = {} if method in EXPLICIT else {"jac": problem.jacobian}
    try:
        answer = solve_ivp(right_hand_side, (0, problem.horizon), problem.start, method=method,
                           events=problem.events(), rtol=RTOL, atol=tolerance, **extra)
    except OutOfTime:
        return ("timeout",)
    except (ArithmeticError, ValueError, numpy.linalg.LinAlgError):
        return ("failed",)
    t_a, t_b = answer.t_events
    if answer.status != 1 or len(t_a) == 0:
        return ("failed",)
    return ("ok", t_a[0], t_b[0], len(answer.t) - 1, count())


def measure(problem, method, tolerance):
    """Best of the repeats: three and 20 ms, or half a second."""
    best, total, repeats = math.inf, 0.0, 0
    while total < 0.5 and (repeats < 3 or total < 0.02):
        start = time.perf_counter()
        answer = solve(problem, method, tolerance)
        taken = time.perf_counter() - start
        best, total, repeats = min(best, taken), total + taken, repeats + 1
    return best, answer


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: scipy_peer.py CASES.csv CASE TOLERANCE...")
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["name"] == sys.argv[2]]
    if not rows:
        sys.exit(f"scipy_peer.py: {sys.argv[1]}: no case {sys.argv[2]}")
    problem = Problem(rows[0])
    warnings.simplefilter("ignore")
    numpy.seterr(all="ignore")
    for method in METHODS:
        answer = ("ok",)
        for tolerance in sys.argv[3:]:
            # An explicit method that runs out of time does so at tighter tolerances too.
            if not (method in EXPLICIT and answer[0] == "timeout"):
                best, answer = measure(problem, method, float(tolerance))
            line = f"scipy-{method},{sys.argv[2]},{tolerance},{answer[0]},"
            if answer[0] == "ok":
                _, t_a, t_b, steps, evaluations = answer
                line += f"{best:.4g},{t_a:.17g},{t_b:.17g},{steps},{evaluations},"
            else:
                line += ",,,,,"
            print(line, flush=True)


if __name__ == "__main__":
    main()
