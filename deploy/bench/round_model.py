#!/usr/bin/env python3
"""A model of training in rounds: images a second and efficiency for 1 to 1,024 executors, from a few measured numbers.

    deploy/bench/round_model.py --step 0.1 --parameters 240e6 --batch 64 --gbit 10 --period 10
    deploy/bench/round_model.py --step 0.1 --parameters 240e6 --batch 64 --gbit 10 --period 100 --executors-per-host 8
    deploy/bench/rounds.py --only check --json measured.json && deploy/bench/round_model.py --check measured.json

A round of W executors, one worker each, is simulated as

    fixed + per-executor * W                      Spark's jobs: publishing, starting tasks, collecting reports
    + the slowest worker's steps                  a step's time is log-normal, and so is each worker's own speed
    + exchange                                    2 S (H - 1) / H bytes into and out of each of H hosts, each way at the
                                                  network's rate, and as many messages, each with the latency
    + driver                                      S bytes to the driver
    + failures                                    at the rate given: the lost worker's steps again, and its recovery

where S is what is exchanged of each parameter: 12 bytes (itself and two Adam moments in float32); a third if the
moments stay on the workers, half of that again in float16. Hosts first (train.averaging.workers-per-host): executors of
one host average in memory first, so that one copy a host travels, by two more Spark jobs, which cost fixed again. With
overlap the exchange runs while the next round's steps do.

--check predicts each run of rounds.py from all the others, by fitting fixed, per-executor and seconds per byte to them:
there all executors share one machine, so all bytes share one rate. The steps' time is taken from the run itself. Exit
code 1 if a prediction is off by more than 20 %.

Efficiency is the rate divided by W times the rate of one executor that exchanges nothing. Needs Python 3.8.
"""

import argparse
import json
import math
import random
import statistics
import sys

EXECUTORS = [4**power for power in range(6)]
BYTES = {"average": 12, "keep": 4}


class Variant:
    """How a round exchanges; the name is a column of the table."""

    def __init__(self, name, moments="average", half=False, hosts_first=False, overlap=False):
        self.name, self.hosts_first, self.overlap = name, hosts_first, overlap
        self.bytes_of_parameter = BYTES[moments] / (2 if half else 1)


VARIANTS = [
    Variant("plain"),
    Variant("moments kept", moments="keep"),
    Variant("and float16", moments="keep", half=True),
    Variant("and hosts first", moments="keep", half=True, hosts_first=True),
    Variant("and overlap", moments="keep", half=True, hosts_first=True, overlap=True),
]


def slowest_steps(a, executors, speeds, generator):
    """Seconds of the slowest worker's steps: a sum of many independent steps is nearly normal."""
    spread = a.step * math.sqrt(a.period) * a.step_spread
    return max(speed * max(0.0, generator.gauss(a.step * a.period, spread)) for speed in speeds[:executors])


def exchange_seconds(a, executors, variant):
    size = a.parameters * variant.bytes_of_parameter
    rate = a.gbit * 1e9 / 8
    hosts = math.ceil(executors / a.executors_per_host)
    # Executors of one host that do not average first share its network.
    copies = 1 if variant.hosts_first else min(executors, a.executors_per_host)
    peers = hosts if variant.hosts_first else executors
    between = 2 * size * (peers - 1) / peers * copies / rate if hosts > 1 else 0.0
    within = 0.0
    if min(executors, a.executors_per_host) > 1 and (variant.hosts_first or hosts == 1):
        within = 2 * size / (a.memory_gbyte * 1e9)
    jobs = a.fixed if variant.hosts_first and 1 < hosts < executors else 0.0
    return between + within + jobs + 2 * a.latency * (peers - 1) + size / rate


def round_seconds(a, executors, variant, speeds, generator):
    steps = slowest_steps(a, executors, speeds, generator)
    exchange = exchange_seconds(a, executors, variant)
    seconds = a.fixed + a.per_executor * executors
    seconds += max(steps, exchange) if variant.overlap else steps + exchange
    failures = executors * seconds / 3600 / a.hours_between_failures if a.hours_between_failures else 0.0
    if generator.random() < 1 - math.exp(-failures):
        seconds += a.recovery + steps
    return seconds


def rate(a, executors, variant, generator):
    # The bias of the log-normal is taken out: the mean worker has speed 1.
    speeds = [math.exp(generator.gauss(-(a.worker_spread**2) / 2, a.worker_spread)) for _ in range(executors)]
    seconds = statistics.fmean(round_seconds(a, executors, variant, speeds, generator) for _ in range(a.rounds))
    return executors * a.batch * a.period / seconds


def table(a):
    print("| executors | " + " | ".join(variant.name for variant in VARIANTS) + " |")
    print("| ---: |" + " ---: |" * len(VARIANTS))
    for executors in EXECUTORS:
        cells = []
        for variant in VARIANTS:
            images = rate(a, executors, variant, random.Random(a.seed))
            cells.append("%.0f (%.0f %%)" % (images, 100 * images / (executors * a.batch / a.step)))
        print("| %d | %s |" % (executors, " | ".join(cells)), flush=True)


# --- Against measured rounds ---------------------------------------------------------------------------------------


def bytes_moved(run):
    """Bytes that a round moves in all: between workers, and to the driver, which gets the outer momentum too."""
    parameters = 4 * run["parameters"]
    size = parameters / (2 if run.get("precision") == "float16" else 1)
    if run.get("moments", "average") == "average":
        size += run["state_bytes"] - parameters
    driver = size + (parameters if run.get("outer", "none") != "none" else 0)
    return 2 * size * (run["workers"] - 1) + driver


def solve(rows, values):
    """Least squares by the normal equations, weighted so that relative errors count; Gaussian elimination."""
    rows = [[cell / value for cell in row] for row, value in zip(rows, values)]
    n = len(rows[0])
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in range(n)] + [sum(row[i] for row in rows)] for i in range(n)
    ]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(matrix[r][i]))
        if abs(matrix[pivot][i]) < 1e-12 * max(1e-30, max(abs(cell) for cell in matrix[pivot][:n])):
            sys.exit("round_model.py: the runs do not tell apart what a round costs: measure more sizes and workers")
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        for r in range(n):
            if r != i:
                factor = matrix[r][i] / matrix[i][i]
                matrix[r] = [x - factor * y for x, y in zip(matrix[r], matrix[i])]
    return [matrix[i][n] / matrix[i][i] for i in range(n)]


def check(file):
    with open(file) as source:
        runs = json.load(source)
    if len(runs) < 5:
        sys.exit("round_model.py: %s has %d runs; predicting one from the others needs 5" % (file, len(runs)))
    rows = [[1.0, run["workers"], bytes_moved(run)] for run in runs]
    rest = [run["all_but_steps_seconds"] for run in runs]
    fixed, per_executor, per_byte = solve(rows, rest)
    print("fitted to all: fixed %.3f s, %.3f s an executor, %.2f GB/s" % (fixed, per_executor, 1e-9 / per_byte))
    print("\n| executors | parameters | measured round, s | predicted from the other runs, s | error |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    worst = 0.0
    for i, run in enumerate(runs):
        costs = solve(rows[:i] + rows[i + 1 :], rest[:i] + rest[i + 1 :])
        seconds = run["steps_seconds"] + sum(cost * count for cost, count in zip(costs, rows[i]))
        error = seconds / run["round_seconds"] - 1
        worst = max(worst, abs(error))
        measured = (run["workers"], run["parameters"] / 1e6, run["round_seconds"])
        print("| %d | %.1f M | %.3f | %.3f | %+.0f %% |" % (*measured, seconds, 100 * error))
    return worst


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--step", type=float, default=0.1, help="seconds of a step (default: 0.1)")
    p.add_argument("--batch", type=int, default=64, help="images of a step of one worker (default: 64)")
    p.add_argument("--period", type=int, default=10, help="steps of a round (default: 10)")
    p.add_argument("--parameters", type=float, default=240e6, help="of both networks (default: 240e6)")
    p.add_argument("--gbit", type=float, default=10, help="network of a host, Gbit/s each way (default: 10)")
    p.add_argument("--latency", type=float, default=2e-4, help="seconds of a message (default: 2e-4)")
    p.add_argument("--memory-gbyte", type=float, default=5, help="averaging within a host, GB/s (default: 5)")
    p.add_argument("--executors-per-host", type=int, default=1, help="default: 1")
    p.add_argument("--fixed", type=float, default=0.13, help="Spark's seconds a round (default: 0.13)")
    p.add_argument("--per-executor", type=float, default=0.005, help="and for each executor (default: 0.005, assumed)")
    p.add_argument("--step-spread", type=float, default=0.05, help="of a step's time, relative (default: 0.05)")
    p.add_argument("--worker-spread", type=float, default=0.03, help="of workers' speeds, relative (default: 0.03)")
    p.add_argument("--hours-between-failures", type=float, default=0, help="of one executor (default: 0, none)")
    p.add_argument(
        "--recovery", type=float, default=20, help="seconds until a lost executor's work restarts (default: 20)"
    )
    p.add_argument("--rounds", type=int, default=50, help="simulated rounds (default: 50)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--check", metavar="FILE", help="compare with what rounds.py --json has measured")
    a = p.parse_args()
    if a.check:
        sys.exit(1 if check(a.check) > 0.2 else 0)
    table(a)


if __name__ == "__main__":
    main()
