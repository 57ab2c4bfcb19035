#!/usr/bin/env python3
"""What rounds cost in image quality: FID against period, workers and outer optimizer, the same images for all.

    deploy/bench/averaging_study.py --folder study                    the default grid, resumable
    deploy/bench/averaging_study.py --folder study --workers 4 --period 1,10,50 --outer none,nesterov --seed 1,2
    deploy/bench/averaging_study.py --folder study --report           table and picture of what is finished

A small Cas-DM is trained on Fashion-MNIST (Debian's package dataset-fashion-mnist) at 16 pixels. A run has --images
images in steps of --batch, which the workers share: one worker takes steps of the whole batch, eight workers of an
eighth each. Then --samples images are drawn (DDIM) and their FID is computed with the features of a classifier that is
trained once, for the folder.

FOLDER/results.jsonl gets one JSON object for each finished run; what is in it is not done again, and a run that was
interrupted resumes. Several processes may work on one folder if their grids differ. All workers are threads of one
process, one at a time: results do not depend on it. Pin it with --prefix "taskset -c 1 nice -n 10". Needs Python 3.8.
"""

import argparse
import itertools
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
CASDM = os.path.join(HERE, "..", "casdm")
MODEL = [
    "data.size=16",
    "data.random-flip=false",
    "diffusion.steps=1000",
    "diffusion.schedule=cosine",
    "model.kind=cas-dm",
    "model.theta.channels=32",
    "model.theta.channel-mult=[1,2]",
    "model.theta.res-blocks=1",
    "model.theta.attention-resolutions=[8]",
    "model.theta.heads=2",
    "train.optimizer.gradient-clip=1",
    "execution.engine=nd4j",
    "execution.threads-per-worker=1",
]
# What makes a run; also the keys of a line of results by which it is found again.
KEYS = ("workers", "period", "outer", "moments", "precision", "seed")


class Grid:
    def __init__(self, a):
        self.a = a
        self.results = os.path.join(a.folder, "results.jsonl")
        self.environment = {"CASDM_THREADS": "1", "CASDM_HEAP": "1g", "CASDM_OFF_HEAP": "3g", **os.environ}

    def runs(self):
        a = self.a
        for values in itertools.product(a.seed, a.workers, a.period, a.outer, a.moments, a.precision):
            seed, workers, period, outer, moments, precision = values
            if a.batch % workers:
                sys.exit("averaging_study.py: --batch %d is not divided by %d workers" % (a.batch, workers))
            # One worker has nobody to be averaged with: its rounds are plain training.
            if workers == 1 and (period, outer, moments, precision) != (1, "none", "average", "float32"):
                continue
            yield dict(zip(KEYS, (workers, period, outer, moments, precision, seed)))

    def finished(self):
        if not os.path.exists(self.results):
            return []
        with open(self.results) as file:
            return [json.loads(line) for line in file if line.strip()]

    def casdm(self, *arguments):
        log = os.path.join(self.a.folder, "log.txt")
        with open(log, "a") as file:
            command = shlex.split(self.a.prefix) + [CASDM] + [str(argument) for argument in arguments]
            file.write("$ %s\n" % " ".join(map(shlex.quote, command)))
            file.flush()
            if subprocess.run(command, stdout=file, stderr=file, env=self.environment).returncode:
                sys.exit("averaging_study.py: failed, see the end of %s" % log)

    def classifier(self):
        path = os.path.join(self.a.folder, "classifier.safetensors")
        if not os.path.exists(path):
            self.casdm(
                *("train-classifier", "--data", self.a.data, "--size", 16, "--threads", 1),
                *("--cache", self.cache(), "--out", path),
            )
        return path

    def cache(self):
        return os.path.join(self.a.folder, "cache")

    def train(self, run, folder):
        a = self.a
        steps = a.images // a.batch
        averaging = ["train.averaging.%s=%s" % (key, run[key]) for key in KEYS[1:-1]]
        self.casdm(
            *("train", "run.folder=" + folder, "data.path=" + a.data, "data.cache=" + self.cache()),
            *("spark.master=local[1]", "run.seed=%d" % run["seed"], "train.steps=%d" % steps),
            *("train.workers=%d" % run["workers"], "train.batch-size-per-worker=%d" % (a.batch // run["workers"])),
            *("train.optimizer.learning-rate=%g" % a.learning_rate, "train.optimizer.warmup-steps=%d" % (steps // 20)),
            "train.averaging.outer-learning-rate=%g" % a.outer_learning_rate,
            "train.averaging.outer-momentum=%g" % a.outer_momentum,
            *(
                "train.ema-rates=[%g]" % a.ema,
                "checkpoint.every-steps=%d" % max(1, steps // 4),
                "checkpoint.keep-last=1",
            ),
            "samples.every-steps=0",
            *averaging,
            *MODEL,
            *a.settings,
        )

    def evaluate(self, run, folder):
        path = os.path.join(folder, "evaluation.json")
        if not os.path.exists(path):
            self.casdm(
                *("evaluate", "--run", folder, "--count", self.a.samples, "--respacing", "ddim%d" % self.a.timesteps),
                *("--batch", 64, "--reference", self.a.data, "--size", 16, "--classifier", self.classifier()),
                *("--metrics", "fid", "--seed", 1, "--cache", self.cache(), "--out", path, "--steps", "all"),
            )
        with open(path) as file:
            found = json.load(file)
        return (found[-1] if isinstance(found, list) else found)["metrics"]["fid"]

    def do(self, run):
        begin = time.time()
        name = "-".join(str(run[key]) for key in KEYS)
        folder = os.path.join(self.a.folder, "runs", name)
        self.train(run, folder)
        trained = time.time()
        fid = self.evaluate(run, folder)
        lines = []
        for part in sorted(os.listdir(os.path.join(folder, "metrics"))):
            if part.startswith("part-"):
                with open(os.path.join(folder, "metrics", part)) as file:
                    lines += [json.loads(line) for line in file]
        last = [line["loss"] for line in lines if line["step"] > 0.9 * lines[-1]["step"] and "loss" in line]
        result = {
            **run,
            "images": lines[-1]["images"],
            "steps": lines[-1]["step"],
            "batch": self.a.batch,
            "learning_rate": self.a.learning_rate,
            "outer_learning_rate": self.a.outer_learning_rate,
            "outer_momentum": self.a.outer_momentum,
            "ema": self.a.ema,
            "samples": self.a.samples,
            "timesteps": self.a.timesteps,
            "fid": round(fid, 3),
            "loss": round(statistics.fmean(last), 5),
            # Of this process: less than the run's if it was resumed.
            "train_seconds": round(trained - begin),
            "evaluate_seconds": round(time.time() - trained),
        }
        with open(self.results, "a") as file:
            file.write(json.dumps(result) + "\n")
        print(json.dumps(result), flush=True)

    def run(self):
        os.makedirs(self.a.folder, exist_ok=True)
        for run in self.runs():
            if not any(all(line.get(key) == run[key] for key in KEYS) for line in self.finished()):
                self.do(run)


# --- Table and picture ---------------------------------------------------------------------------------------------


def groups(lines):
    """Results by everything but the seed, in a fixed order."""
    found = {}
    for line in lines:
        found.setdefault(tuple(line[key] for key in KEYS[:-1]), []).append(line)
    return dict(sorted(found.items(), key=str))


def label(workers, outer, moments, precision):
    if workers == 1:
        return "1 worker, the whole batch"
    words = ["%d workers" % workers, "nesterov" if outer == "nesterov" else "plain"]
    words += ["moments kept"] * (moments == "keep") + ["float16"] * (precision == "float16")
    return ", ".join(words)


def table(lines):
    rows = [
        "| run | period | seeds | FID (classifier) | lowest to highest | loss |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (workers, period, *rest), runs in groups(lines).items():
        fids = [run["fid"] for run in runs]
        rows.append(
            "| %s | %d | %d | %.2f | %.2f to %.2f | %.4f |"
            % (
                label(workers, *rest),
                period,
                len(runs),
                statistics.fmean(fids),
                min(fids),
                max(fids),
                statistics.fmean(run["loss"] for run in runs),
            )
        )
    return "\n".join(rows)


COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]


def picture(lines):
    """FID against the period as SVG: a dot a run, a line through the means of the seeds."""
    width, height, left, right, top, bottom = 720, 400, 60, 230, 20, 50
    series = {}
    for (workers, period, *rest), runs in groups(lines).items():
        series.setdefault(label(workers, *rest), {})[period] = [run["fid"] for run in runs]
    periods = sorted({period for points in series.values() for period in points})
    fids = [fid for points in series.values() for values in points.values() for fid in values]
    low, high = min(fids), max(fids)
    margin = 0.08 * (high - low) or 1
    low, high = low - margin, high + margin

    def x(period):
        return left + (periods.index(period) + 0.5) * (width - left - right) / len(periods)

    def y(fid):
        return top + (high - fid) / (high - low) * (height - top - bottom)

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">'
        % (width, height),
        '<rect width="%d" height="%d" fill="white"/>' % (width, height),
        '<path d="M%d %dV%dH%d" fill="none" stroke="black"/>' % (left, top, height - bottom, width - right),
    ]
    for i in range(6):
        fid = low + i * (high - low) / 5
        out.append('<text x="%d" y="%.1f" text-anchor="end">%.1f</text>' % (left - 6, y(fid) + 4, fid))
    for period in periods:
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%d</text>' % (x(period), height - bottom + 18, period))
    middle = (left + width - right) / 2
    out.append('<text x="%.1f" y="%d" text-anchor="middle">steps of a round (period)</text>' % (middle, height - 10))
    out.append(
        '<text transform="translate(16 %.1f) rotate(-90)" text-anchor="middle">FID (classifier)</text>' % (height / 2)
    )
    for i, (name, points) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        means = [(x(period), y(statistics.fmean(values))) for period, values in sorted(points.items())]
        out.append(
            '<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>'
            % (" ".join("%.1f,%.1f" % point for point in means), colour)
        )
        out += [
            '<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (x(period), y(fid), colour)
            for period, values in points.items()
            for fid in values
        ]
        out.append(
            '<rect x="%d" y="%d" width="12" height="12" fill="%s"/>' % (width - right + 14, top + 22 * i, colour)
        )
        out.append('<text x="%d" y="%d">%s</text>' % (width - right + 32, top + 11 + 22 * i, name))
    return "\n".join(out + ["</svg>", ""])


def numbers(text):
    return [int(part) for part in text.split(",")]


def words(*allowed):
    def parse(text):
        for part in text.split(","):
            if part not in allowed:
                raise argparse.ArgumentTypeError("%s is not one of %s" % (part, ", ".join(allowed)))
        return text.split(",")

    return parse


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--folder", required=True, help="for runs, results.jsonl and log.txt; made if it is not there")
    p.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    p.add_argument("--workers", type=numbers, default=[1, 2, 4, 8], help="default: 1,2,4,8")
    p.add_argument("--period", type=numbers, default=[1, 10, 50, 200], help="default: 1,10,50,200")
    p.add_argument("--outer", type=words("none", "nesterov"), default=["none", "nesterov"])
    p.add_argument("--moments", type=words("average", "keep"), default=["average"])
    p.add_argument("--precision", type=words("float32", "float16"), default=["float32"])
    p.add_argument("--seed", type=numbers, default=[1, 2], help="default: 1,2")
    p.add_argument("--images", type=int, default=1280000, help="of each run, all workers together (default: 1280000)")
    p.add_argument("--batch", type=int, default=64, help="images of a step, all workers together (default: 64)")
    p.add_argument("--learning-rate", type=float, default=5e-4)
    p.add_argument("--outer-learning-rate", type=float, default=0.7)
    p.add_argument("--outer-momentum", type=float, default=0.9)
    p.add_argument("--ema", type=float, default=0.999, help="decay of the average that is drawn with (default: 0.999)")
    p.add_argument("--samples", type=int, default=5000, help="default: 5000")
    p.add_argument("--timesteps", type=int, default=20, help="of DDIM (default: 20)")
    p.add_argument("--prefix", default="", help="command in front of each casdm, such as 'taskset -c 1 nice -n 10'")
    p.add_argument("--report", action="store_true", help="only print the table and write averaging.svg")
    p.add_argument("settings", nargs="*", metavar="key=value", help="further settings of the training")
    a = p.parse_args()
    a.folder, a.data = os.path.abspath(a.folder), os.path.abspath(a.data)
    grid = Grid(a)
    if not a.report:
        grid.run()
    lines = grid.finished()
    if not lines:
        sys.exit("averaging_study.py: %s has no results yet" % a.folder)
    print(table(lines))
    with open(os.path.join(a.folder, "averaging.svg"), "w") as file:
        file.write(picture(lines))


if __name__ == "__main__":
    main()
