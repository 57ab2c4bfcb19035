#!/usr/bin/env python3
"""What LibTorch does on a GPU, beside PyTorch on the same GPU in the same call: prints tables, writes JSON.

    deploy/bench/gpu.py --json gpu.json        # on a machine with a GPU, some 20 minutes
    deploy/bench/gpu.py --device cpu           # tiny sizes: whether this script works

Needs the job jar, LibTorch's GPU build (mvn -N -Plibtorch-gpu package), CUDA 13 and cuDNN 9. PyTorch is that of
deploy/bench/peer.sh, which has these libraries, unless --python names another. In turn:

1. `casdm devices`: driver, libraries, GPUs; ends here if something is missing.
2. Parity: the training step of all kinds of model on the GPU in float32 (TF32 off), tf32 and bf16 against ND4J's on the
   CPU, which is held to the reference results by its tests.
3. Training: the cascade of conf/imagenet64.conf and one of 192 channels, with and without LPIPS (VGG-16), bf16,
   channels last; images a second and memory.
4. Sampling: a step of DDIM with both networks. Features: the Inception network of FID.

Ours and PyTorch's run as processes of their own, one after the other, ROUNDS times; the tables have medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading

import comparison
from comparison import CASDM, HERE, run

# Both networks: pixels, base width, multiples, residual blocks, downsampling factors with attention, heads, batch.
NETWORKS = {
    "gpu": {
        "ImageNet 64, 128 channels": (64, 128, "1,2,3,4", 3, "4,8", 4, 64),
        "ImageNet 64, 192 channels": (64, 192, "1,2,3,4", 3, "4,8", 4, 32),
    },
    "cpu": {"16 pixels, 32 channels": (16, 32, "1,2", 1, "2", 4, 2)},
}
STEPS = {"gpu": 20, "cpu": 2}
INCEPTION = {"gpu": (128, 20), "cpu": (2, 2)}
KINDS = ("cas-dm", "dual", "ddpm")
PRECISIONS = ("float32", "tf32", "bf16")


def options(network):
    names = ("size", "channels", "mult", "res-blocks", "attention", "heads", "batch")
    return [word for name, value in zip(names, network) for word in ("--" + name, str(value))]


class GpuMemory:
    """The most memory that is used on the GPU meanwhile, of all processes, as nvidia-smi reports it; less what was."""

    def __init__(self, device):
        self.ended = threading.Event()
        self.samples = []
        self.thread = threading.Thread(target=self.watch) if device == "gpu" else None

    def used(self):
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return sum(int(line) for line in done.stdout.split())

    def watch(self):
        while not self.ended.wait(0.2):
            self.samples.append(self.used())

    def __enter__(self):
        if self.thread:
            self.samples.append(self.used())
            self.thread.start()
        return self

    def __exit__(self, *failure):
        self.ended.set()
        if self.thread:
            self.thread.join()

    def of(self, report):
        """Of a program that has run, in MiB; on a CPU, of its process."""
        return max(self.samples) - self.samples[0] if self.samples else report["peak_mib"]


class Comparison:
    """Runs both programs in turn and prints a row of a table for each."""

    def __init__(self, a):
        self.a = a
        self.ours = ["--engine", "libtorch", "--device", a.device, "--precision", a.precision]
        self.theirs = [
            "--device",
            "cuda" if a.device == "gpu" else "cpu",
            "--precision",
            a.precision,
            "--channels-last",
        ]
        self.measured = []

    def measure(self, command):
        with GpuMemory(self.a.device) as memory:
            report = run(command)
        return {**report, "memory_mib": memory.of(report)}

    def row(self, name, command, peer, arguments, rate):
        arguments = arguments + ["--threads", str(self.a.threads)]
        ours, theirs = [], []
        for _ in range(self.a.rounds):
            ours.append(self.measure([CASDM, "bench", command] + arguments + self.ours))
            theirs.append(self.measure([self.a.python, os.path.join(HERE, peer)] + arguments + self.theirs))
        self.measured.append({"name": name, "ours": ours, "torch": theirs})
        mine, other = (statistics.median(rate(r) for r in runs) for runs in (ours, theirs))
        memory = [statistics.median(r["memory_mib"] for r in runs) for runs in (ours, theirs)]
        print("| %s | %.1f | %.1f | %.2f | %d | %d |" % (name, mine, other, mine / other, *memory), flush=True)


def parity(a):
    print("\n| model | precision | loss, relative | gradient, relative | parameters after a step, relative |")
    print("| --- | --- | ---: | ---: | ---: |")
    measured = []
    for precision in PRECISIONS if a.device == "gpu" else ("float32", "bf16"):
        found = run([CASDM, "bench", "parity", "--engine", "libtorch", "--device", a.device, "--precision", precision])
        measured.append(found)
        for kind in KINDS:
            distances = [found[kind][what + "_distance"] for what in ("loss", "gradient", "parameter")]
            print("| %s | %s | %.1e | %.1e | %.1e |" % (kind, precision, *distances), flush=True)
    return measured


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--device", choices=("gpu", "cpu"), default="gpu", help="cpu: tiny sizes (default: gpu)")
    p.add_argument("--precision", choices=PRECISIONS, default="bf16", help="of the timed runs (default: bf16)")
    p.add_argument("--rounds", type=int, default=3, help="how often both programs run (default: 3)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="host threads of both (default: the cores)")
    comparison.add_peer(p)
    p.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    a = p.parse_args()
    a.python = comparison.peer_python(a)

    if subprocess.run([CASDM, "devices"]).returncode:
        sys.exit("gpu.py: mend what `casdm devices` reports first")
    found = {"parity": parity(a)}

    print("\n| images a second, %s | ours | PyTorch | ratio | ours, MiB | PyTorch, MiB |" % a.precision)
    print("| --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    compared = Comparison(a)
    steps = ["--steps", str(STEPS[a.device])]
    for name, network in NETWORKS[a.device].items():
        for lpips in ([], ["--lpips"]):
            title = "training, %s, batch %d%s" % (name, network[-1], ", LPIPS" if lpips else "")
            compared.row(
                title,
                "step",
                "train_step_torch.py",
                options(network) + steps + lpips,
                lambda r: r["images_per_second"],
            )
    for name, network in NETWORKS[a.device].items():
        compared.row(
            "DDIM steps, %s, batch %d" % (name, network[-1]),
            "sample",
            "sample_torch.py",
            options(network) + steps,
            lambda r: 1e3 / r["step_ms_per_image"],
        )
    batch, batches = INCEPTION[a.device]
    compared.row(
        "Inception features, batch %d" % batch,
        "inception",
        "inception_torch.py",
        ["--batch", str(batch), "--batches", str(batches)],
        lambda r: r["images_per_second"],
    )
    found["rates"] = compared.measured
    if a.json:
        with open(a.json, "w") as file:
            json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
