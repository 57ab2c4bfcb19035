#!/usr/bin/env python3
"""Our drawing beside PyTorch's under no_grad(), in turn on this machine: milliseconds an image, and their ratios.

    deploy/bench/sampling.py --threads 1
    deploy/bench/sampling.py --rounds 5 --channels 128

Each program runs as its own process, ours, then PyTorch's, ROUNDS times over. On a machine that others use too, look at
the processor's time with one thread. Needs Python 3.8 and, for the peer, an interpreter that has torch (--python).
"""

import argparse
import os
import statistics
import sys

from training_step import HERE, run


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often both programs run (default: 3)")
    p.add_argument("--steps", type=int, default=8, help="timed passes of each run (default: 8)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of both (default: the cores)")
    p.add_argument("--channels", type=int, default=64, help="base width (default: 64)")
    p.add_argument("--batch", type=int, default=16, help="images at a time (default: 16)")
    p.add_argument("--python", default=sys.executable, help="interpreter that has torch (default: this one)")
    p.add_argument("--heap", default="512m", help="Java heap of our program (default: 512m)")
    a = p.parse_args()
    options = [
        "--channels",
        str(a.channels),
        "--batch",
        str(a.batch),
        "--steps",
        str(a.steps),
        "--threads",
        str(a.threads),
    ]
    ours, peer = [], []
    for _ in range(a.rounds):
        ours.append(
            run(
                [os.path.join(HERE, "..", "casdm"), "bench", "sample"] + options,
                {"CASDM_HEAP": a.heap, "CASDM_THREADS": str(a.threads)},
            )
        )
        peer.append(run([a.python, os.path.join(HERE, "sample_torch.py")] + options))
    print("| an image, batch %d, %d channels, %d threads | ours | PyTorch | ratio |" % (a.batch, a.channels, a.threads))
    print("| --- | ---: | ---: | ---: |")
    for key, name in (
        ("forward_ms_per_image", "one network, ms"),
        ("forward_cpu_ms_per_image", "one network, CPU ms"),
        ("step_ms_per_image", "DDIM step, ms"),
        ("step_cpu_ms_per_image", "DDIM step, CPU ms"),
        ("peak_mib", "peak memory of the process, MiB"),
    ):
        mine, theirs = (statistics.median(r[key] for r in runs) for runs in (ours, peer))
        print("| %s | %.1f | %.1f | %.2f |" % (name, mine, theirs, mine / theirs))


if __name__ == "__main__":
    main()
