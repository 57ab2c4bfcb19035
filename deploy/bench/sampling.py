#!/usr/bin/env python3
"""Our drawing beside PyTorch's under no_grad(), in turn on this machine: milliseconds an image, and their ratios.

    deploy/bench/sampling.py --engine nd4j libtorch --peer plain channels-last compile
    deploy/bench/sampling.py --rounds 5 --channels 128

Each program runs as its own process, ours, then PyTorch's, ROUNDS times over. On a machine that others use too, look at
the processor's time with one thread. PyTorch is that of deploy/bench/peer.sh, unless --python names another. Needs
Python 3.8.
"""

import argparse
import os

import comparison


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often all programs run (default: 3)")
    p.add_argument("--steps", type=int, default=8, help="timed passes of each run (default: 8)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of all (default: the cores)")
    p.add_argument("--channels", type=int, default=64, help="base width (default: 64)")
    p.add_argument("--batch", type=int, default=16, help="images at a time (default: 16)")
    p.add_argument("--heap", default="512m", help="Java heap of our program (default: 512m)")
    comparison.add_programs(p)
    comparison.add_peer(p)
    a = p.parse_args()
    python = comparison.peer_python(a)
    options = ["--channels", a.channels, "--batch", a.batch, "--steps", a.steps, "--threads", a.threads]
    found = comparison.in_turn(
        comparison.commands(a, python, "sample", "sample_torch.py", [str(word) for word in options]),
        a.rounds,
        {"CASDM_HEAP": a.heap, "CASDM_THREADS": str(a.threads)},
    )
    print(comparison.heading(python) + "\n")
    comparison.table(
        a,
        found,
        "an image, batch %d, %d channels, %d threads" % (a.batch, a.channels, a.threads),
        (
            ("forward_ms_per_image", "one network, ms"),
            ("forward_cpu_ms_per_image", "one network, CPU ms"),
            ("step_ms_per_image", "DDIM step, ms"),
            ("step_cpu_ms_per_image", "DDIM step, CPU ms"),
            ("peak_mib", "peak memory of the process, MiB"),
        ),
    )


if __name__ == "__main__":
    main()
