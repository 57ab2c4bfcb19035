#!/usr/bin/env python3
"""Our training step beside PyTorch's, in turn on this machine: medians, and their ratios.

    deploy/bench/training_step.py                      the three sizes of the table in docs/performance.md
    deploy/bench/training_step.py --rounds 5 --only 64 --lpips

Each program runs as its own process, ours, then PyTorch's, ROUNDS times over, so that a change of the machine's mood
meets both. Needs Python 3.8 and, for the peer, an interpreter that has torch (--python).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# Channels, batch: 32 x 32 pixels, mult 1,2,2,2, two residual blocks, attention at 2 and 4.
SIZES = {32: 16, 64: 16, 128: 8}


def run(command, environment=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}, text=True)
    if done.returncode:
        sys.exit("failed with %d: %s" % (done.returncode, " ".join(command)))
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often both programs run (default: 3)")
    p.add_argument("--steps", type=int, default=5, help="timed steps of each run (default: 5)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of both (default: the cores)")
    p.add_argument("--only", type=int, choices=sorted(SIZES), action="append", help="these channels alone")
    p.add_argument("--lpips", action="store_true", help="also with LPIPS (VGG-16, no resize)")
    p.add_argument("--python", default=sys.executable, help="interpreter that has torch (default: this one)")
    p.add_argument("--heap", default="512m", help="Java heap of our program (default: 512m)")
    p.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    a = p.parse_args()
    everything = []
    print("| channels | batch | LPIPS | ours, s | PyTorch, s | ratio | ours, MiB | PyTorch, MiB |")
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for channels in a.only or sorted(SIZES):
        for lpips in [False, True] if a.lpips else [False]:
            options = [
                "--channels",
                str(channels),
                "--batch",
                str(SIZES[channels]),
                "--steps",
                str(a.steps),
                "--threads",
                str(a.threads),
            ] + (["--lpips"] if lpips else [])
            ours, peer = [], []
            for _ in range(a.rounds):
                ours.append(run([os.path.join(HERE, "..", "casdm"), "bench", "step"] + options, {"CASDM_HEAP": a.heap}))
                peer.append(run([a.python, os.path.join(HERE, "train_step_torch.py")] + options))
            everything.append({"ours": ours, "torch": peer})
            median = lambda runs, key: statistics.median(r[key] for r in runs)
            mine, theirs = median(ours, "seconds_per_step"), median(peer, "seconds_per_step")
            print(
                "| %d | %d | %s | %.3f | %.3f | %.2f | %d | %d |"
                % (
                    channels,
                    SIZES[channels],
                    "VGG-16" if lpips else "none",
                    mine,
                    theirs,
                    mine / theirs,
                    median(ours, "peak_mib"),
                    median(peer, "peak_mib"),
                ),
                flush=True,
            )
    if a.json:
        with open(a.json, "w") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
