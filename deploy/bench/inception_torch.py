#!/usr/bin/env python3
"""The FID Inception network in PyTorch: the other side of `casdm bench inception`.

Prints one JSON object: images a second and processor seconds an image for 299-pixel inputs, from prepared floats to the
2048 features, the logits without bias and the spatial features. Weights are random: the time does not depend on them.
Needs PyTorch and nothing else.
"""

import argparse
import json
import resource
import time

import torch
import torch_options
from torch import nn
from torch.nn.functional import avg_pool2d, max_pool2d, relu

WARM_UP = 2


class Conv(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return relu(self.bn(self.conv(x)), inplace=True)


def chain(*layers):
    return nn.Sequential(*layers)


def average(x):
    return avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class Mixed(nn.Module):
    """Branches side by side; a branch is (pooling or None, [convolutions, ...]), all joined."""

    def __init__(self, *branches):
        super().__init__()
        self.pools = [pool for pool, _ in branches]
        self.branches = nn.ModuleList([branch for _, branch in branches])

    def forward(self, x):
        return torch.cat([branch(x if pool is None else pool(x)) for pool, branch in zip(self.pools, self.branches)], 1)


class Fork(nn.Module):
    """Two convolutions of the same input, joined."""

    def __init__(self, before, first, second):
        super().__init__()
        self.before, self.first, self.second = before, first, second

    def forward(self, x):
        x = self.before(x)
        return torch.cat([self.first(x), self.second(x)], 1)


def block_a(inputs, pooled):
    return Mixed(
        (None, Conv(inputs, 64, 1)),
        (None, chain(Conv(inputs, 48, 1), Conv(48, 64, 5, padding=2))),
        (None, chain(Conv(inputs, 64, 1), Conv(64, 96, 3, padding=1), Conv(96, 96, 3, padding=1))),
        (average, Conv(inputs, pooled, 1)),
    )


def block_b(inputs):
    return Mixed(
        (None, Conv(inputs, 384, 3, 2)),
        (None, chain(Conv(inputs, 64, 1), Conv(64, 96, 3, padding=1), Conv(96, 96, 3, 2))),
        (lambda x: max_pool2d(x, 3, 2), nn.Identity()),
    )


def block_c(inputs, w):
    row, column = dict(kernel=(1, 7), padding=(0, 3)), dict(kernel=(7, 1), padding=(3, 0))
    return Mixed(
        (None, Conv(inputs, 192, 1)),
        (None, chain(Conv(inputs, w, 1), Conv(w, w, **row), Conv(w, 192, **column))),
        (
            None,
            chain(
                Conv(inputs, w, 1), Conv(w, w, **column), Conv(w, w, **row), Conv(w, w, **column), Conv(w, 192, **row)
            ),
        ),
        (average, Conv(inputs, 192, 1)),
    )


def block_d(inputs):
    return Mixed(
        (None, chain(Conv(inputs, 192, 1), Conv(192, 320, 3, 2))),
        (
            None,
            chain(
                Conv(inputs, 192, 1),
                Conv(192, 192, (1, 7), padding=(0, 3)),
                Conv(192, 192, (7, 1), padding=(3, 0)),
                Conv(192, 192, 3, 2),
            ),
        ),
        (lambda x: max_pool2d(x, 3, 2), nn.Identity()),
    )


def block_e(inputs, pool):
    def fork(before):
        return Fork(before, Conv(384, 384, (1, 3), padding=(0, 1)), Conv(384, 384, (3, 1), padding=(1, 0)))

    return Mixed(
        (None, Conv(inputs, 320, 1)),
        (None, fork(Conv(inputs, 384, 1))),
        (None, fork(chain(Conv(inputs, 448, 1), Conv(448, 384, 3, padding=1)))),
        (pool, Conv(inputs, 192, 1)),
    )


class Inception(nn.Module):
    """pytorch-fid's fid_inception_v3."""

    def __init__(self):
        super().__init__()
        self.stem = chain(
            Conv(3, 32, 3, 2),
            Conv(32, 32, 3),
            Conv(32, 64, 3, padding=1),
            nn.MaxPool2d(3, 2),
            Conv(64, 80, 1),
            Conv(80, 192, 3),
            nn.MaxPool2d(3, 2),
        )
        self.middle = chain(
            block_a(192, 32), block_a(256, 64), block_a(288, 64), block_b(288), block_c(768, 128), block_c(768, 160)
        )
        self.mixed_6d = block_c(768, 160)
        self.end = chain(
            block_c(768, 192), block_d(768), block_e(1280, average), block_e(2048, lambda x: max_pool2d(x, 3, 1, 1))
        )
        self.classes = nn.Linear(2048, 1008, bias=False)

    def forward(self, x):
        spatial = self.mixed_6d(self.middle(self.stem(x)))
        pooled = self.end(spatial).mean((2, 3))
        return pooled, spatial[:, :7].flatten(1), self.classes(pooled)


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=16, help="images at once (default 16)")
    parser.add_argument(
        "--batches", type=int, default=8, help="batches that are timed, after two that are not (default 8)"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads (default 2)")
    torch_options.add(parser)
    arguments = parser.parse_args()
    torch_options.apply(arguments)
    network, images = torch_options.place(arguments, Inception().eval(), torch.randn(arguments.batch, 3, 299, 299))
    seconds = []
    with torch.no_grad(), torch_options.cast(arguments):
        for _ in range(WARM_UP):
            network(images)
        torch_options.synchronize(arguments)
        processor = processor_seconds()
        for _ in range(arguments.batches):
            start = time.perf_counter()
            network(images)
            torch_options.synchronize(arguments)
            seconds.append(time.perf_counter() - start)
    processor = processor_seconds() - processor
    print(
        json.dumps(
            {
                "program": "PyTorch " + torch.__version__,
                "batch": arguments.batch,
                "batches": arguments.batches,
                "threads": arguments.threads,
                "images_per_second": round(arguments.batch / sorted(seconds)[len(seconds) // 2], 3),
                "processor_seconds_per_image": round(processor / arguments.batch / arguments.batches, 5),
                "peak_mib": torch_options.peak_mib(arguments),
            }
        )
    )


if __name__ == "__main__":
    main()
