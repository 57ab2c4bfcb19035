#!/usr/bin/env python3
"""Pictures decoded and resized by us and by Pillow, in turn on this machine: medians, and their ratio.

    deploy/bench/prepare.py --rounds 3 --python python3
    deploy/bench/prepare.py --images 20000 --folder pictures --job      # makes them, or takes what is there

Each program runs as its own process, ours (casdm bench decode), then Pillow's with a process per core, ROUNDS times
over. With --job the whole of casdm prepare is timed too, with Spark's start and the writing of shards. Needs Python 3.8
and, for the peer, an interpreter that has Pillow and NumPy (--python).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
CASDM = os.path.join(HERE, "..", "casdm")


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("failed with %d: %s" % (done.returncode, " ".join(command)))
    return done.stdout


def last_line(command):
    return json.loads(run(command).strip().splitlines()[-1])


def job(folder, out, size, images):
    start = time.perf_counter()
    run([CASDM, "prepare", "--source", folder, "--out", out, "--size", str(size)])
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
    p.add_argument("--python", default=sys.executable, help="interpreter that has Pillow (default: this one)")
    a = p.parse_args()
    pillow = [a.python, os.path.join(HERE, "prepare_pillow.py")]
    options = ["--size", str(a.size), "--passes", str(a.passes)]
    ours, peer, jobs = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = a.folder or os.path.join(scratch, "pictures")
        if not os.path.isdir(folder):
            run(pillow + [folder, "--make", str(a.images)])
        images = len(os.listdir(folder))
        for i in range(a.rounds):
            ours.append(last_line([CASDM, "bench", "decode", folder, "--threads", str(a.threads)] + options))
            peer.append(last_line(pillow + [folder, "--processes", str(a.threads)] + options))
            if a.job:
                jobs.append(job(folder, os.path.join(scratch, "data-%d" % i), a.size, images))
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
