#!/usr/bin/env python3
"""Draws a run's images with each sampler at several numbers of network calls, and compares them with a data set.

    solvers.py --run RUN --reference DATA --classifier FILE --out FOLDER [--count 1000] [--calls 5,10,20,50]

Prints a table of FID (classifier) and writes strips.png: the first images of each sampler, from the same noise, of a
model with --classes one of each. RUN@STEP takes a step of the run. Run again, it draws only what is missing. Needs
Pillow. --casdm OPTION passes an option to every command, such as --casdm=--master=local[1], and may be repeated.
"""

import argparse
import json
import pathlib
import subprocess

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]


def samplers(calls):
    """Name, options and network calls of each way to draw."""
    heun = (calls + 1) // 2
    return [
        ("DDIM", ["--method=ddim", f"--respacing={calls}"], calls),
        ("DDPM", ["--method=ddpm", f"--respacing={calls}"], calls),
        ("DPM-Solver++, uniform", ["--method=dpm-solver++", f"--respacing={calls}"], calls),
        ("DPM-Solver++, karras", ["--method=dpm-solver++", "--spacing=karras", f"--respacing={calls}"], calls),
        ("Heun, karras", ["--method=heun", f"--respacing={heun}"], 2 * heun - 1),
    ]


def casdm(options, *command):
    subprocess.run([ROOT / "deploy/casdm", *command, *options], check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "reference", "classifier", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--calls", default="5,10,20,50")
    parser.add_argument("--classes")
    parser.add_argument("--ema", help="moving average to draw with, or none")
    parser.add_argument("--casdm", action="append", default=[])
    given = parser.parse_args()
    out = pathlib.Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    numbers = [int(calls) for calls in given.calls.split(",")]
    drawn = {}
    for calls in numbers:
        for name, options, actual in samplers(calls):
            folder = out / f"{name.lower().replace(' ', '').replace(',', '-')}-{calls}"
            drawn[name, calls] = (folder, actual)
            chosen = [f"--{key}={getattr(given, key)}" for key in ("classes", "ema") if getattr(given, key)]
            casdm(
                given.casdm,
                "sample",
                f"--checkpoint={given.run}",
                f"--out={folder}",
                f"--count={given.count}",
                "--batch=50",
                "--images-per-part=50",
                *chosen,
                *options,
            )
    result = out / "evaluation.json"
    casdm(
        given.casdm,
        "evaluate",
        f"--reference={given.reference}",
        f"--classifier={given.classifier}",
        "--metrics=fid",
        f"--out={result}",
        *(f"--samples={folder}" for folder, _ in drawn.values()),
    )
    table(drawn, json.loads(result.read_text()))
    strips(drawn, numbers, out / "strips.png")


def table(drawn, evaluations):
    names = list(dict.fromkeys(name for name, _ in drawn))
    print("| calls | " + " | ".join(names) + " |\n| ---: |" + " ---: |" * len(names))
    cells = {
        key: "%.3g" % evaluation["metrics"]["fid"] + ("" if actual == key[1] else f" ({actual} calls)")
        for (key, (_, actual)), evaluation in zip(drawn.items(), evaluations)
    }
    for calls in dict.fromkeys(calls for _, calls in drawn):
        print(f"| {calls} | " + " | ".join(cells[name, calls] for name in names) + " |")


def strips(drawn, numbers, file):
    rows = {}
    for (name, calls), (folder, _) in drawn.items():
        sheet = Image.open(folder / "sheet.png")
        side = sheet.width // 8
        rows[name, calls] = sheet.crop((0, 0, sheet.width, side))
    names = list(dict.fromkeys(name for name, _ in rows))
    width, height = next(iter(rows.values())).size
    picture = Image.new("RGB", (len(numbers) * (width + 8), len(names) * (height + 8)), "white")
    for i, name in enumerate(names):
        for j, calls in enumerate(numbers):
            picture.paste(rows[name, calls], (j * (width + 8), i * (height + 8)))
    picture.save(file)


if __name__ == "__main__":
    main()
