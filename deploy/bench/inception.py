#!/usr/bin/env python3
"""Our Inception network for FID beside PyTorch's, in turn on this machine: medians, and their ratio.

    deploy/bench/inception.py --rounds 3 --python /usr/bin/python3

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


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("failed with %d: %s" % (done.returncode, " ".join(command)))
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often both programs run (default: 3)")
    p.add_argument("--batch", type=int, default=16, help="images at once (default: 16)")
    p.add_argument("--batches", type=int, default=8, help="timed batches of each run (default: 8)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of both (default: the cores)")
    p.add_argument("--python", default=sys.executable, help="interpreter that has torch (default: this one)")
    a = p.parse_args()
    options = ["--batch", str(a.batch), "--batches", str(a.batches), "--threads", str(a.threads)]
    ours, peer = [], []
    for _ in range(a.rounds):
        ours.append(run([os.path.join(HERE, "..", "casdm"), "bench", "inception"] + options))
        peer.append(run([a.python, os.path.join(HERE, "inception_torch.py")] + options))
    print("| | ours | PyTorch | ratio |\n| --- | ---: | ---: | ---: |")
    for key, name in (
        ("images_per_second", "images a second"),
        ("processor_seconds_per_image", "processor seconds an image"),
        ("peak_mib", "peak memory, MiB"),
    ):
        mine, theirs = (statistics.median(run[key] for run in runs) for runs in (ours, peer))
        print("| %s | %.3f | %.3f | %.2f |" % (name, mine, theirs, mine / theirs))


if __name__ == "__main__":
    main()
