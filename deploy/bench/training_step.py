#!/usr/bin/env python3
"""Our training step beside PyTorch's, in turn on this machine's processor: medians, and their ratios.

    deploy/bench/training_step.py --engine nd4j libtorch --peer plain channels-last compile --lpips
    deploy/bench/training_step.py --rounds 5 --only 64 --lpips

Each program runs as its own process, ours, then PyTorch's, ROUNDS times over. Ratios are ours to the fastest of
PyTorch's ways. PyTorch is that of deploy/bench/peer.sh, unless --python names another. Needs Python 3.8.
"""

import argparse
import json
import os

import comparison

# Channels, batch: 32 x 32 pixels, mult 1,2,2,2, two residual blocks, attention at 2 and 4.
SIZES = {32: 16, 64: 16, 128: 8}


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often all programs run (default: 3)")
    p.add_argument("--steps", type=int, default=5, help="timed steps of each run (default: 5)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of all (default: the cores)")
    p.add_argument("--only", type=int, choices=sorted(SIZES), action="append", help="only these channels")
    p.add_argument(
        "--processor-time",
        action="store_true",
        help="compare processor seconds, not the clock's; on a busy machine, with --threads 1 --steps 10",
    )
    p.add_argument("--lpips", action="store_true", help="also with LPIPS (VGG-16, no resize)")
    p.add_argument("--heap", default="512m", help="Java heap of our program (default: 512m)")
    p.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    comparison.add_programs(p)
    comparison.add_peer(p)
    a = p.parse_args()
    python = comparison.peer_python(a)
    names = a.engine + a.peer
    key = "processor_seconds_per_step" if a.processor_time else "seconds_per_step"
    titles = [comparison.ENGINES.get(name, "PyTorch " + name) for name in names]
    print(comparison.heading(python) + "\n")
    print(
        "| channels | batch | LPIPS | %s | %s | %s |"
        % (
            " | ".join(title + ", s" for title in titles),
            " | ".join(comparison.ENGINES[engine] + " ratio" for engine in a.engine),
            " | ".join(title + ", MiB" for title in titles),
        )
    )
    print("| ---: | ---: | --- |" + " ---: |" * (2 * len(names) + len(a.engine)), flush=True)
    everything = []
    for channels in a.only or sorted(SIZES):
        for lpips in [False, True] if a.lpips else [False]:
            options = ["--channels", channels, "--batch", SIZES[channels], "--steps", a.steps, "--threads", a.threads]
            options = [str(word) for word in options] + (["--lpips"] if lpips else [])
            found = comparison.in_turn(
                comparison.commands(a, python, "step", "train_step_torch.py", options),
                a.rounds,
                {"CASDM_HEAP": a.heap, "CASDM_THREADS": str(a.threads)},
            )
            everything.append({"channels": channels, "lpips": lpips, "runs": found})
            seconds = {name: comparison.median(found[name], key) for name in names}
            best = min(seconds[way] for way in a.peer)
            cells = ["%d" % channels, "%d" % SIZES[channels], "VGG-16" if lpips else "none"]
            cells += ["%.3f" % seconds[name] for name in names]
            cells += ["%.2f" % (seconds[engine] / best) for engine in a.engine]
            cells += ["%d" % comparison.median(found[name], "peak_mib") for name in names]
            print("| " + " | ".join(cells) + " |", flush=True)
            if a.json:
                with open(a.json, "w") as file:
                    json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
