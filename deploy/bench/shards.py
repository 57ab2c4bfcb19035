#!/usr/bin/env python3
"""prepare and the reading of shards on few and on many images: rates, and whether memory stays the same.

    deploy/bench/shards.py --heap 480m --counts 100000 400000

Writes random pictures in CIFAR-10's binary format to a scratch folder (3 KiB each, and as much again for the shards),
prepares them with casdm prepare, reads an epoch with casdm bench shards, and prints a table. Each runs as its own
process with the same Java heap; memory is the peak resident set of the process. Needs Python 3.8 and nothing else.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
CASDM = os.path.join(HERE, "..", "casdm")
RECORDS_A_FILE = 10000
PIXEL_BYTES = 3 * 32 * 32


def make(folder, count):
    os.makedirs(folder)
    source = random.Random(1)
    for number in range(0, count, RECORDS_A_FILE):
        records = min(RECORDS_A_FILE, count - number)
        with open(os.path.join(folder, "data_batch_%04d.bin" % (number // RECORDS_A_FILE)), "wb") as file:
            for _ in range(records):
                pixels = source.getrandbits(8 * PIXEL_BYTES).to_bytes(PIXEL_BYTES, "big")
                file.write(bytes([source.randrange(10)]) + pixels)


def measure(command, heap):
    """Output, seconds and peak MiB of a process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ, CASDM_HEAP=heap))
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("failed: %s" % " ".join(command))
    return output, time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--counts", type=int, nargs="+", default=[10000, 200000], help="images (default: 10000 200000)")
    p.add_argument("--size", type=int, default=32, help="side of the results (default: 32)")
    p.add_argument("--heap", default="1g", help="Java heap (default: 1g)")
    p.add_argument("--scratch", help="folder for pictures and shards (default: the system's)")
    a = p.parse_args()
    print(
        "| images | prepare, images/s | its peak MiB | reading, images/s | its peak MiB |\n"
        "| ---: | ---: | ---: | ---: | ---: |"
    )
    with tempfile.TemporaryDirectory(dir=a.scratch) as scratch:
        for count in a.counts:
            source = os.path.join(scratch, "source-%d" % count)
            out = os.path.join(scratch, "out-%d" % count)
            make(source, count)
            _, seconds, peak = measure(
                [CASDM, "prepare", "--source", source, "--out", out, "--size", str(a.size)], a.heap
            )
            output, _, reading_peak = measure([CASDM, "bench", "shards", "--data", out], a.heap)
            reading = json.loads(output.strip().splitlines()[-1])
            print(
                "| %d | %.0f | %.0f | %.0f | %.0f |"
                % (count, count / seconds, peak, reading["images_per_second"], reading_peak),
                flush=True,
            )


if __name__ == "__main__":
    main()
