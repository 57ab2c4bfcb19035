#!/usr/bin/env python3
"""Our Inception network for FID beside PyTorch's, in turn on this machine: medians, and their ratios.

    deploy/bench/inception.py --engine nd4j libtorch --peer plain channels-last compile

Each program runs as its own process, ours, then PyTorch's, ROUNDS times over, so that a change of the machine's mood
meets all. PyTorch is that of deploy/bench/peer.sh, unless --python names another. Needs Python 3.8.
"""

import argparse
import os

import comparison


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often all programs run (default: 3)")
    p.add_argument("--batch", type=int, default=16, help="images at once (default: 16)")
    p.add_argument("--batches", type=int, default=8, help="timed batches of each run (default: 8)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of all (default: the cores)")
    comparison.add_programs(p)
    comparison.add_peer(p)
    a = p.parse_args()
    python = comparison.peer_python(a)
    options = ["--batch", a.batch, "--batches", a.batches, "--threads", a.threads]
    found = comparison.in_turn(
        comparison.commands(a, python, "inception", "inception_torch.py", [str(word) for word in options]),
        a.rounds,
        {"CASDM_THREADS": str(a.threads)},
    )
    for report in (report for runs in found.values() for report in runs):
        report["ms_per_image"] = 1e3 / report["images_per_second"]
        report["processor_ms_per_image"] = 1e3 * report["processor_seconds_per_image"]
    print(comparison.heading(python) + "\n")
    comparison.table(
        a,
        found,
        "batch %d, %d threads" % (a.batch, a.threads),
        (
            ("ms_per_image", "ms an image"),
            ("processor_ms_per_image", "CPU ms an image"),
            ("peak_mib", "peak memory, MiB"),
        ),
    )


if __name__ == "__main__":
    main()
