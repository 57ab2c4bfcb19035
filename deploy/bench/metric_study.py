#!/usr/bin/env python3
"""Does a metric function help the cascade, and does it help a plain DDPM? Trains the arms of that question, samples
each, and judges the samples by features that no arm was trained on.

    deploy/bench/metric_study.py run    --folder studies/metric      trains, samples and evaluates what is missing
    deploy/bench/metric_study.py report --folder studies/metric      table, and pictures of samples from equal noise

Every arm sees the same images in the same order, for the same number of steps, with the same U-Net for theta, once for
each seed. A finished run is one line of JSON in FOLDER/results.jsonl, so that the study can be stopped at any time and
spread over days: what has a line is not done again, and a training that was stopped goes on from its last checkpoint.
A line whose settings are not those of this call is an error: use another folder for other settings.

The metric function is the features of a classifier (metric.kind = classifier), trained here on the training images.
The judge is a second classifier, of other widths and another seed, that no arm has seen. Fashion-MNIST: the IDX files
of Debian's package dataset-fashion-mnist.

Pin it to a core beside other work with --cpu 0 --threads 1; figures of time then say so ("cpus" in the line).
Needs Python 3.8 and the built project; the report's picture needs numpy and Pillow.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
CASDM = os.path.join(ROOT, "deploy", "casdm")
METRICS = ["fid", "kid", "is", "precision", "recall"]


METRIC = "metric.safetensors"
JUDGE = "judge.safetensors"
# How they are trained: the judge is wider and starts from other weights, so that no arm has learnt to please it.
CLASSIFIERS = {METRIC: ["--width", 32, "--seed", 1], JUDGE: ["--width", 48, "--seed", 2]}


def metric(weight):
    return ["loss.metric=%s" % weight] + (["metric.file={folder}/" + METRIC] if weight else [])


# What each arm changes. The weights of loss terms are those of the configuration but for the metric's.
ARMS = {
    "ddpm": ["model.kind=ddpm"] + metric(0),
    "ddpm+metric": ["model.kind=ddpm"] + metric(0.1),
    "dual": ["model.kind=dual"] + metric(0),
    "dual+metric": ["model.kind=dual"] + metric(0.1),
    "cas-dm": ["model.kind=cas-dm"] + metric(0),
    "cas-dm+metric": ["model.kind=cas-dm"] + metric(0.1),
    "cas-dm+metric-1": ["model.kind=cas-dm"] + metric(1.0),
    # About as many parameters as the cascade's two networks have, in one.
    "ddpm-wide": ["model.kind=ddpm", "model.theta.channel-mult=[1,3]"] + metric(0),
}


def base(options, seed):
    """The configuration that all arms share, as key=value."""
    return [
        "-c",
        os.path.join(ROOT, "conf", "fashion-mnist.conf"),
        "data.path=" + os.path.join(options.folder, "data"),
        "data.size=%d" % options.size,
        "model.theta.channels=32",
        "model.theta.channel-mult=[1,2]",
        "model.theta.res-blocks=1",
        "model.theta.attention-resolutions=[%d]" % (options.size // 2),
        "train.steps=%d" % options.steps,
        "train.batch-size-per-worker=%d" % options.batch,
        "train.workers=1",
        "train.ema-rates=[%g]" % options.ema,
        "train.optimizer.learning-rate=5e-4",
        "train.optimizer.warmup-steps=100",
        "checkpoint.every-steps=%d" % max(1, options.steps // 4),
        "samples.every-steps=0",
        "run.seed=%d" % seed,
        "execution.engine=" + options.engine,
        "execution.threads-per-worker=%d" % options.threads,
    ]


def settings(options):
    return {key: getattr(options, key) for key in ("size", "steps", "batch", "samples", "respacing", "engine", "ema")}


def casdm(options, *arguments, log):
    """Runs the command line on the chosen processors; its output goes to a log file, the seconds come back."""
    command = [CASDM, *map(str, arguments)]
    if options.cpu:
        command = ["taskset", "-c", options.cpu] + command
    begin = time.monotonic()
    with open(log, "a") as output:
        output.write("$ %s\n" % " ".join(command))
        output.flush()
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ, CASDM_THREADS=str(options.threads))
        )
    if done.returncode != 0:
        with open(log, errors="replace") as file:
            sys.stderr.writelines(file.readlines()[-5:])
        sys.exit("metric_study: failed with code %d, see %s" % (done.returncode, log))
    return time.monotonic() - begin


def results(options):
    lines = []
    path = os.path.join(options.folder, "results.jsonl")
    if os.path.exists(path):
        with open(path) as file:
            lines = [json.loads(line) for line in file if line.strip()]
    for line in lines:
        if line["settings"] != settings(options):
            sys.exit("metric_study: %s has results of other settings: %s" % (path, line["settings"]))
    return lines


def prepare(options):
    """Data folder, metric function and judge: made once."""
    log = os.path.join(options.folder, "prepare.log")
    os.makedirs(options.folder, exist_ok=True)
    for name, source in (("data", "train-images-idx3-ubyte.gz"), ("test", "t10k-images-idx3-ubyte.gz")):
        out = os.path.join(options.folder, name)
        if not os.path.exists(os.path.join(out, "dataset.json")):
            casdm(options, "prepare", "--source", os.path.join(options.fashion, source), "--out", out,
                  "--size", options.size, "--master", "local[%d]" % options.threads, log=log)  # fmt: skip
    for name, extra in CLASSIFIERS.items():
        out = os.path.join(options.folder, name)
        if not os.path.exists(out):
            casdm(options, "train-classifier", "--data", os.path.join(options.folder, "data"),
                  "--test", os.path.join(options.folder, "test"), "--size", options.size, "--epochs", options.epochs,
                  "--threads", options.threads, "--out", out, *extra, log=log)  # fmt: skip


def run_arm(options, arm, seed):
    """Trains, samples and evaluates one arm with one seed; gives its line."""
    place = os.path.join(options.folder, "%s-%d" % (arm, seed))
    run, drawn, judged = (os.path.join(place, name) for name in ("run", "samples", "evaluation.json"))
    os.makedirs(place, exist_ok=True)
    log = os.path.join(place, "log.txt")
    seconds = {}
    seconds["train"] = casdm(
        options, "train", *base(options, seed), "run.folder=" + run, "spark.master=local[1]",
        *(setting.format(folder=options.folder) for setting in ARMS[arm]), log=log)  # fmt: skip
    # The noise depends on this seed alone: image i of every arm and seed starts from the same noise.
    seconds["sample"] = casdm(options, "sample", "--checkpoint", run, "--count", options.samples, "--seed", 7,
                              "--method", "ddim", "--respacing", options.respacing, "--batch", 50,
                              "--engine", options.engine, "--format", "npz", "--master", "local[%d]" % options.threads,
                              "--out", drawn, log=log)  # fmt: skip
    reference, judge = (os.path.join(options.folder, name) for name in ("test", JUDGE))
    casdm(options, "evaluate", "--samples", drawn, "--reference", reference, "--classifier", judge,
          "--size", options.size, "--metrics", ",".join(METRICS), "--master", "local[%d]" % options.threads,
          "--out", judged, log=log)  # fmt: skip
    with open(judged) as file:
        evaluation = json.load(file)
    line = {
        "arm": arm,
        "seed": seed,
        "settings": settings(options),
        "metrics": {name: evaluation["metrics"][name] for name in METRICS},
        "judge": evaluation["features"]["sha256"],
        "images": options.steps * options.batch,
        "parameters": parameters(log),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "threads": options.threads,
        "cpus": options.cpu or "all",
        "processor": processor(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    with open(os.path.join(options.folder, "results.jsonl"), "a") as file:
        file.write(json.dumps(line) + "\n")
    return line


def parameters(log):
    """What the training has said of the model's size."""
    with open(log, errors="replace") as file:
        found = re.findall(r": ([\d,]+) parameters", file.read())
    return int(found[-1].replace(",", ""))


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")


def run(options):
    prepare(options)
    done = {(line["arm"], line["seed"]) for line in results(options)}
    # Seed by seed: a study that is stopped early has all arms of the seeds that it has.
    for seed in range(options.seeds):
        for arm in options.arms:
            if (arm, seed) not in done:
                line = run_arm(options, arm, seed)
                print("%s, seed %d: %s" % (arm, seed, line["metrics"]), flush=True)


def report(options):
    lines = results(options)
    if not lines:
        sys.exit("metric_study: no results in %s yet" % options.folder)
    print("| arm | parameters | seeds | " + " | ".join(METRICS) + " |")
    print("| --- | ---: | ---: |" + " ---: |" * len(METRICS))
    for arm in ARMS:
        of_arm = [line for line in lines if line["arm"] == arm]
        if of_arm:
            cells = [spread([line["metrics"][name] for line in of_arm]) for name in METRICS]
            print("| %s | %d | %d | %s |" % (arm, of_arm[0]["parameters"], len(of_arm), " | ".join(cells)))
    picture(options, [arm for arm in ARMS if any(line["arm"] == arm and line["seed"] == 0 for line in lines)])


def spread(values):
    text = "%.3g" % statistics.mean(values)
    return text if len(values) == 1 else text + " ± %.2g" % statistics.stdev(values)


def picture(options, arms):
    """A row of samples for each arm that has results with seed 0, column by column from the same noise."""
    import numpy
    from PIL import Image

    rows = []
    for arm in arms:
        with numpy.load(os.path.join(options.folder, "%s-0" % arm, "samples", "samples.npz")) as drawn:
            rows.append(numpy.concatenate(list(drawn["arr_0"][:16]), axis=1))
    sheet = Image.fromarray(numpy.concatenate(rows, axis=0))
    out = os.path.join(options.folder, "samples.png")
    sheet.resize((2 * sheet.width, 2 * sheet.height), Image.Resampling.NEAREST).save(out)
    print("\nSamples of %s, from top to bottom: %s" % (", ".join(arms), out))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "report"])
    parser.add_argument("--folder", required=True, help="where everything goes")
    parser.add_argument("--fashion", default="/usr/share/datasets/fashion-mnist", help="folder of the IDX files")
    parser.add_argument("--arms", default=",".join(ARMS), type=lambda text: text.split(","))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--size", type=int, default=16, help="pixels (default: 16)")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--respacing", default="25", help="network calls of DDIM (default: 25)")
    parser.add_argument("--ema", type=float, default=0.999, help="decay of the average that draws (default: 0.999)")
    parser.add_argument("--engine", default="auto", help="execution.engine: nd4j, libtorch or auto (default)")
    parser.add_argument("--epochs", type=int, default=3, help="of the two classifiers (default: 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--cpu", help="pin to these processors, such as 0 or 0,1")
    options = parser.parse_args()
    unknown = set(options.arms) - set(ARMS)
    if unknown:
        parser.error("no such arm: %s; there are %s" % (", ".join(sorted(unknown)), ", ".join(ARMS)))
    options.folder = os.path.abspath(options.folder)
    return options


if __name__ == "__main__":
    chosen = arguments()
    {"run": run, "report": report}[chosen.action](chosen)
