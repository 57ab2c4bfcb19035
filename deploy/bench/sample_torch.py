#!/usr/bin/env python3
"""Drawing with Cas-DM in plain PyTorch under no_grad(): what a user would run instead, for timing side by side.

    python3 sample_torch.py --size 32 --channels 64 --res-blocks 2 --mult 1,2,2,2 --attention 2,4 --batch 16 --threads 1

Prints one JSON line: milliseconds for each image, of the clock (medians) and of the processor (means), of one pass of
a U-Net and of one step of DDIM with both networks; peak memory in MiB. The U-Net is that of train_step_torch.py beside
this file. PyTorch: as deploy/bench/peer.sh installs it.
"""

import argparse
import json
import statistics
import time

import torch
import torch_options
from train_step_torch import UNet

WARM_UP = 2


def timed(action, a):
    for _ in range(WARM_UP):
        action()
    torch_options.synchronize(a)
    clock, cpu = [], time.process_time()
    for _ in range(a.steps):
        start = time.perf_counter()
        action()
        torch_options.synchronize(a)
        clock.append(time.perf_counter() - start)
    return 1e3 * statistics.median(clock) / a.batch, 1e3 * (time.process_time() - cpu) / a.steps / a.batch


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for n, d in (
        ("size", 32),
        ("channels", 64),
        ("res-blocks", 2),
        ("heads", 4),
        ("batch", 16),
        ("threads", 2),
        ("steps", 8),
    ):
        p.add_argument("--" + n, type=int, default=d)
    p.add_argument("--mult", default="1,2,2,2")
    p.add_argument("--attention", default="2,4", help="downsampling factors that get attention")
    torch_options.add(p)
    a = p.parse_args()
    torch_options.apply(a)
    ints = lambda s: [int(v) for v in s.split(",") if v]
    net = lambda cin, cout: UNet(cin, cout, a.channels, ints(a.mult), a.res_blocks, ints(a.attention), a.heads).eval()
    theta, phi, x = torch_options.place(a, net(3, 3), net(3, 4), torch.randn(a.batch, 3, a.size, a.size))
    t = torch.full((a.batch,), 500, device=a.device)
    bar, before = 0.08, 0.11  # alpha-bar of neighbouring steps; the time does not depend on them

    def forward(network, images):
        with torch_options.cast(a):
            return network(images, t).float()

    def step():
        x0_theta = ((x - (1 - bar) ** 0.5 * forward(theta, x)) / bar**0.5).clamp(-1, 1)
        out = forward(phi, x0_theta)
        r = torch.sigmoid(out[:, 3:])
        x0 = (r * out[:, :3] + (1 - r) * x0_theta).clamp(-1, 1)
        eps = (x - bar**0.5 * x0) / (1 - bar) ** 0.5
        return before**0.5 * x0 + (1 - before) ** 0.5 * eps

    report = {
        "program": "torch " + torch.__version__,
        "config": vars(a),
        "parameters": sum(q.numel() for m in (theta, phi) for q in m.parameters()),
    }
    for name, action in (("forward", lambda: forward(theta, x)), ("step", step)):
        clock, cpu = timed(action, a)
        report[name + "_ms_per_image"], report[name + "_cpu_ms_per_image"] = round(clock, 3), round(cpu, 3)
    report["peak_mib"] = torch_options.peak_mib(a)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
