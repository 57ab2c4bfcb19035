#!/usr/bin/env python3
"""What a round of training costs besides its steps, and how that grows; tables in Markdown.

    deploy/bench/rounds.py                     everything, some ten minutes
    deploy/bench/rounds.py --only large        two executors, 79 million parameters

Executors are JVMs of their own on this machine (Spark's local-cluster mode), one thread each. The floor is the time in
which the same process moves as many bytes through loopback sockets. Times are medians over the timed rounds, in
seconds. Needs Python 3.8.
"""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# Name: what grows, and the runs as (workers, channels, mult, res-blocks, size, batch, switches of averaging ...).
GROUPS = {
    "large": ("The 128-channel model", [(2, 128, "1,2,2,2", 2, 32, 1)]),
    "workers": ("Workers, 0.6 million parameters", [(w, 32, "1,1", 1, 16, 1) for w in (1, 2, 4)]),
    "executors": ("Executors, 9.5 million parameters", [(w, 64, "1,2,2", 1, 16, 1) for w in (1, 2, 4)]),
    "parameters": (
        "Parameters, two workers",
        [(2, 32, "1,1", 1, 16, 1), (2, 64, "1,2,2", 1, 16, 1), (2, 128, "1,2,2,2", 2, 32, 1)],
    ),
    "switches": (
        "The 128-channel model with switches of averaging, two workers",
        [
            (2, 128, "1,2,2,2", 2, 32, 1, *switches)
            for switches in ((), ("nesterov",), ("keep-moments",), ("keep-moments", "float16"))
        ],
    ),
    "check": (
        "Rounds of 1, 2 and 4 executors, for round_model.py --check",
        [(w, 32, "1,1", 1, 16, 1) for w in (1, 2, 4)]
        + [(w, 64, "1,2,2", 1, 16, 1) for w in (1, 2, 4)]
        + [(2, 128, "1,2,2,2", 2, 32, 1), (2, 128, "1,2,2,2", 2, 32, 1, "keep-moments", "float16")],
    ),
    "size": ("Image size, two workers", [(2, 32, "1,1", 1, s, 1) for s in (16, 32, 64)]),
}


def measure(run, rounds, steps, heap):
    workers, channels, mult, blocks, size, batch, *switches = run
    command = [
        os.path.join(HERE, "..", "casdm"),
        "bench",
        "round",
        "--workers",
        str(workers),
        "--channels",
        str(channels),
        "--mult",
        mult,
        "--res-blocks",
        str(blocks),
        "--size",
        str(size),
        "--batch",
        str(batch),
        "--steps",
        str(steps),
        "--rounds",
        str(rounds),
        "--threads",
        "1",
        "--attention",
        "2",
        "--master",
        "local-cluster[%d,1,%d]" % (workers, heap),
        "--conf",
        "spark.executor.memoryOverhead=6g",
    ] + ["--" + switch for switch in switches]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env={"CASDM_HEAP": "2g", "CASDM_OFF_HEAP": "8g", **os.environ}
    )
    if done.returncode:
        sys.exit("failed with %d: %s" % (done.returncode, " ".join(command)))
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--only", choices=sorted(GROUPS), action="append", help="these tables alone")
    p.add_argument("--rounds", type=int, default=7, help="timed rounds of each run (default: 7)")
    p.add_argument("--steps", type=int, default=1, help="steps of each worker in a round (default: 1)")
    p.add_argument("--heap", type=int, default=1536, help="Java heap of an executor in MiB (default: 1536)")
    p.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    a = p.parse_args()
    everything = {}
    for group in a.only or GROUPS:
        title, runs = GROUPS[group]
        print(
            "\n%s\n\n| workers | parameters | pixels | steps | read state | average | to driver | all but steps |"
            " moved, MB | floor | ratio | switches |\n|" % title + " ---: |" * 11 + " --- |",
            flush=True,
        )
        for run in runs:
            if run not in everything:
                everything[run] = measure(run, a.rounds, a.steps, a.heap)
            r = everything[run]
            print(
                "| %d | %.1f M | %d | %.2f | %.3f | %.3f | %.3f | %.3f | %.1f | %s | %s | %s |"
                % (
                    r["workers"],
                    r["parameters"] / 1e6,
                    r["size"],
                    r["steps_seconds"],
                    r["load_seconds"],
                    r["average_seconds"],
                    r["receive_seconds"],
                    r["all_but_steps_seconds"],
                    r["bytes_moved"] / 1e6,
                    "%.3f" % r["loopback_seconds"] if "loopback_seconds" in r else "",
                    r.get("all_but_steps_to_loopback", ""),
                    ", ".join(run[6:]),
                ),
                flush=True,
            )
    if a.json:
        with open(a.json, "w") as file:
            json.dump(list(everything.values()), file, indent=1)


if __name__ == "__main__":
    main()
