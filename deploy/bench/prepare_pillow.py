#!/usr/bin/env python3
"""Pillow's side of `casdm bench decode` and `casdm prepare`: the same decoding and resizing, one process per core.

    deploy/bench/prepare_pillow.py FOLDER --make 2000      # makes the pictures first: JPEG, 500 x 400
    deploy/bench/prepare_pillow.py FOLDER --size 64

Each file is opened, decoded, made RGB, halved with a box filter while its short side is at least twice the target,
resized with the bicubic filter and cropped at the centre: the lines of improved-diffusion. Prints one JSON object:
images a second and processor seconds an image. Needs Pillow, and NumPy for --make.
"""

import argparse
import json
import multiprocessing
import os
import resource
import time

from PIL import Image

WARM_UP = 1


def make_one(path):
    import numpy

    random = numpy.random.default_rng(int(os.path.basename(path)[: -len(".jpg")]))
    x, y = numpy.arange(500)[None, :], numpy.arange(400)[:, None]
    waves = [
        128 + 80 * numpy.sin(x / random.uniform(5, 40)) + 40 * numpy.cos(y / random.uniform(4, 30)) for _ in range(3)
    ]
    picture = numpy.stack(waves, -1) + 8 * random.standard_normal((400, 500, 3), dtype=numpy.float32)
    picture[100:200, 150:250] = random.integers(0, 256, 3)
    Image.fromarray(picture.clip(0, 255).astype("uint8")).save(path, quality=90)


def make(folder, count, processes):
    os.makedirs(folder, exist_ok=True)
    with multiprocessing.Pool(processes) as pool:
        pool.map(make_one, [os.path.join(folder, "%06d.jpg" % i) for i in range(count)], chunksize=64)


def transform(task):
    path, size = task
    with Image.open(path) as file:
        image = file.convert("RGB")
    while min(image.size) >= 2 * size:
        image = image.resize(tuple(side // 2 for side in image.size), resample=Image.BOX)
    scale = size / min(image.size)
    image = image.resize(tuple(round(side * scale) for side in image.size), resample=Image.BICUBIC)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return len(image.crop((left, top, left + size, top + size)).tobytes())


def run(pool, tasks):
    start = time.perf_counter()
    for length in pool.imap_unordered(transform, tasks, chunksize=64):
        assert length == 3 * tasks[0][1] ** 2
    return time.perf_counter() - start


def processor_seconds():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measure(tasks, processes, passes):
    """Seconds of each pass, and processor seconds of them all."""
    with multiprocessing.Pool(processes) as pool:
        for _ in range(WARM_UP):
            run(pool, tasks)
        seconds = [run(pool, tasks) for _ in range(passes)]
        pool.close()
        pool.join()
    # Children count when they have ended, so with the warm-up: a share of all passes.
    return seconds, processor_seconds() * passes / (passes + WARM_UP)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("folder", help="where the pictures are")
    p.add_argument("--make", type=int, metavar="N", help="make N pictures there, and measure nothing")
    p.add_argument("--size", type=int, default=64, help="side of the results (default: 64)")
    p.add_argument("--passes", type=int, default=5, help="timed passes over all pictures (default: 5)")
    p.add_argument("--processes", type=int, default=os.cpu_count(), help="processes (default: the cores)")
    a = p.parse_args()
    if a.make:
        make(a.folder, a.make, a.processes)
        return
    tasks = [(os.path.join(a.folder, name), a.size) for name in sorted(os.listdir(a.folder))]
    seconds, processor = measure(tasks, a.processes, a.passes)
    print(
        json.dumps(
            {
                "program": "pillow",
                "images": len(tasks),
                "size": a.size,
                "passes": a.passes,
                "processes": a.processes,
                "images_per_second": round(len(tasks) / sorted(seconds)[len(seconds) // 2], 1),
                "processor_seconds_per_image": round(processor / len(tasks) / a.passes, 6),
            }
        )
    )


if __name__ == "__main__":
    main()
