#!/usr/bin/env python3
"""Pictures decoded and resized by us and by Pillow, in turn on this machine: medians, and their ratio.

    deploy/bench/prepare.py --rounds 3
    deploy/bench/prepare.py --images 20000 --folder pictures --job      # makes them, or takes what is there

Each program runs as its own process, ours (casdm bench decode), then Pillow's with a process per core, ROUNDS times
over. With --job the whole of casdm prepare is timed too, with Spark's start and the writing of shards. Pillow and NumPy
are those of deploy/bench/peer.sh, unless --python names another interpreter. Needs Python 3.8.
"""

import argparse
import os
import statistics
import tempfile
import time

import comparison
from comparison import CASDM, HERE, output


def job(folder, out, size, images):
    start = time.perf_counter()
    output([CASDM, "prepare", "--source", folder, "--out", out, "--size", str(size)])
    return images / (time.perf_counter() - start)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--rounds", type=int, default=3, help="how often all programs run (default: 3)")
    p.add_argument("--images", type=int, default=4000, help="pictures to make, JPEG, 500 x 400 (default: 4000)")
    p.add_argument("--folder", help="where the pictures are, or are made and kept (default: a scratch folder)")
    p.add_argument("--size", type=int, default=64, help="side of the results (default: 64)")
    p.add_argument("--passes", type=int, default=5, help="timed passes of each run (default: 5)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="threads, or processes (default: the cores)")
    p.add_argument(
        "--job",
        action="store_true",
        help="time the whole of casdm prepare too: starting Spark takes seconds, so give --images 50000",
    )
    comparison.add_peer(p)
    a = p.parse_args()
    python = comparison.peer_python(a)
    pillow = [python, os.path.join(HERE, "prepare_pillow.py")]
    options = ["--size", str(a.size), "--passes", str(a.passes)]
    ours, peer, jobs = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = a.folder or os.path.join(scratch, "pictures")
        if not os.path.isdir(folder):
            output(pillow + [folder, "--make", str(a.images)])
        images = len(os.listdir(folder))
        for i in range(a.rounds):
            ours.append(comparison.run([CASDM, "bench", "decode", folder, "--threads", str(a.threads)] + options))
            peer.append(comparison.run(pillow + [folder, "--processes", str(a.threads)] + options))
            if a.job:
                jobs.append(job(folder, os.path.join(scratch, "data-%d" % i), a.size, images))
    print(comparison.heading(python) + "\n")
    print("| | ours | Pillow | ratio |\n| --- | ---: | ---: | ---: |")
    for key, name in (
        ("images_per_second", "images a second"),
        ("processor_seconds_per_image", "processor seconds an image"),
    ):
        mine, theirs = (statistics.median(run[key] for run in runs) for runs in (ours, peer))
        print("| %s | %.6g | %.6g | %.2f |" % (name, mine, theirs, mine / theirs))
    if jobs:
        theirs = statistics.median(run["images_per_second"] for run in peer)
        print(
            "| images a second, whole job | %.6g | %.6g | %.2f |"
            % (statistics.median(jobs), theirs, statistics.median(jobs) / theirs)
        )


if __name__ == "__main__":
    main()
