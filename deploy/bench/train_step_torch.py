#!/usr/bin/env python3
"""The Cas-DM training step in plain PyTorch: what a user would run instead, for timing and memory side by side.

    python3 train_step_torch.py --size 32 --channels 64 --res-blocks 2 --mult 1,2,2,2 --attention 2,4 --batch 16 \
        --threads 2 --steps 8 [--lpips]

Prints one JSON line: seconds per step (median, after two warm-up steps), images per second, peak memory in MiB (of the
process on a CPU, of the GPU's allocator with --device cuda). --precision, --channels-last and --compile are what a user
who wants speed would switch on.

The U-Net is improved-diffusion's (same layers, same names, no gradient checkpointing), so weights and results compare
one to one. PyTorch: as deploy/bench/peer.sh installs it. "blas" in the output: the libraries of linear algebra that are
loaded beside what PyTorch has built in.
"""

import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F
import torch_options
from torch import nn


def blas():
    """The libraries of linear algebra that this process has loaded, where the system tells (Linux)."""
    if not os.path.exists("/proc/self/maps"):
        return []
    with open("/proc/self/maps") as maps:
        paths = {os.path.realpath(line.split()[-1]) for line in maps if "/" in line}
    return sorted(path for path in paths if any(word in os.path.basename(path) for word in ("blas", "mkl_")))


def timestep_embedding(t, dim):
    half = dim // 2
    f = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float64, device=t.device) / half)
    a = t[:, None].double() * f[None]
    return torch.cat([a.cos(), a.sin()], 1)


class Res(nn.Module):
    def __init__(self, cin, emb, cout, scale_shift):
        super().__init__()
        self.scale_shift = scale_shift
        self.in_layers = nn.Sequential(nn.GroupNorm(32, cin), nn.SiLU(), nn.Conv2d(cin, cout, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(emb, 2 * cout if scale_shift else cout))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(32, cout), nn.SiLU(), nn.Dropout(0.0), nn.Conv2d(cout, cout, 3, padding=1)
        )
        self.skip_connection = nn.Identity() if cin == cout else nn.Conv2d(cin, cout, 1)

    def forward(self, x, emb):
        h = self.in_layers(x)
        e = self.emb_layers(emb)[:, :, None, None]
        if self.scale_shift:
            scale, shift = e.chunk(2, 1)
            h = self.out_layers[1:](self.out_layers[0](h) * (1 + scale) + shift)
        else:
            h = self.out_layers(h + e)
        return self.skip_connection(x) + h


class Attention(nn.Module):
    def __init__(self, c, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(32, c)
        self.qkv = nn.Conv1d(c, 3 * c, 1)
        self.proj_out = nn.Conv1d(c, c, 1)

    def forward(self, x, emb=None):
        b, c, h, w = x.shape
        z = x.reshape(b, c, h * w)
        qkv = self.qkv(self.norm(z)).reshape(b * self.heads, -1, h * w)
        q, k, v = qkv.chunk(3, 1)
        s = 1 / math.sqrt(math.sqrt(q.shape[1]))
        a = torch.softmax(torch.einsum("bct,bcs->bts", q * s, k * s), -1)
        o = torch.einsum("bts,bcs->bct", a, v).reshape(b, c, h * w)
        return (z + self.proj_out(o)).reshape(b, c, h, w)


class Down(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.op = nn.Conv2d(c, c, 3, stride=2, padding=1)

    def forward(self, x, emb=None):
        return self.op(x)


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x, emb=None):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class First(nn.Conv2d):
    def forward(self, x, emb=None):
        return super().forward(x)


class Block(nn.ModuleList):
    def forward(self, x, emb):
        for layer in self:
            x = layer(x, emb)
        return x


class UNet(nn.Module):
    def __init__(self, cin, cout, channels, mult, res_blocks, attention, heads, scale_shift=True, classes=None):
        super().__init__()
        self.channels, emb = channels, 4 * channels
        self.time_embed = nn.Sequential(nn.Linear(channels, emb), nn.SiLU(), nn.Linear(emb, emb))
        if classes:
            self.label_emb = nn.Embedding(classes, emb)
        self.input_blocks = nn.ModuleList([Block([First(cin, channels, 3, padding=1)])])
        skips, c, ds = [channels], channels, 1
        for level, m in enumerate(mult):
            for _ in range(res_blocks):
                layers = [Res(c, emb, m * channels, scale_shift)]
                c = m * channels
                if ds in attention:
                    layers.append(Attention(c, heads))
                self.input_blocks.append(Block(layers))
                skips.append(c)
            if level != len(mult) - 1:
                self.input_blocks.append(Block([Down(c)]))
                skips.append(c)
                ds *= 2
        self.middle_block = Block([Res(c, emb, c, scale_shift), Attention(c, heads), Res(c, emb, c, scale_shift)])
        self.output_blocks = nn.ModuleList()
        for level, m in reversed(list(enumerate(mult))):
            for i in range(res_blocks + 1):
                layers = [Res(c + skips.pop(), emb, m * channels, scale_shift)]
                c = m * channels
                if ds in attention:
                    layers.append(Attention(c, heads))
                if level and i == res_blocks:
                    layers.append(Up(c))
                    ds //= 2
                self.output_blocks.append(Block(layers))
        self.out = nn.Sequential(nn.GroupNorm(32, c), nn.SiLU(), nn.Conv2d(c, cout, 3, padding=1))

    def forward(self, x, t, y=None):
        emb = self.time_embed(timestep_embedding(t, self.channels).to(x.dtype))
        if y is not None:
            emb = emb + self.label_emb(y)
        hs, h = [], x
        for b in self.input_blocks:
            h = b(h, emb)
            hs.append(h)
        h = self.middle_block(h, emb)
        for b in self.output_blocks:
            h = b(torch.cat([h, hs.pop()], 1), emb)
        return self.out(h)


class Vgg(nn.Module):
    """LPIPS over a VGG-16 trunk (random weights: the cost is what counts here)."""

    def __init__(self):
        super().__init__()
        cfg, self.slices, cin = (
            [(64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)],
            nn.ModuleList(),
            3,
        )
        for i, widths in enumerate(cfg):
            layers = [nn.MaxPool2d(2)] if i else []
            for w in widths:
                layers += [nn.Conv2d(cin, w, 3, padding=1), nn.ReLU()]
                cin = w
            self.slices.append(nn.Sequential(*layers))
        self.lin = nn.ParameterList([nn.Parameter(torch.rand(1, w[0], 1, 1) / w[0]) for w in cfg])
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None])
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[None, :, None, None])
        self.requires_grad_(False)

    def features(self, x):
        x, out = (x - self.shift) / self.scale, []
        for s in self.slices:
            x = s(x)
            out.append(x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10))
        return out

    def forward(self, a, b):
        with torch.no_grad():
            fb = self.features(b)
        return sum(((u - v).pow(2) * w).sum(1).mean() for u, v, w in zip(self.features(a), fb, self.lin))


def main():
    p = argparse.ArgumentParser()
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
    p.add_argument("--lpips", action="store_true")
    p.add_argument(
        "--lpips-resize", type=int, default=0, help="resize to this before LPIPS; 0 leaves the size as it is"
    )
    torch_options.add(p)
    a = p.parse_args()
    torch_options.apply(a)
    ints = lambda s: [int(v) for v in s.split(",") if v]
    net = lambda cin, cout: UNet(cin, cout, a.channels, ints(a.mult), a.res_blocks, ints(a.attention), a.heads)
    theta, phi, x0 = torch_options.place(a, net(3, 3), net(3, 4), torch.rand(a.batch, 3, a.size, a.size) * 2 - 1)
    lpips = torch_options.place(a, Vgg()) if a.lpips else None
    params = list(theta.parameters()) + list(phi.parameters())
    ema = [q.detach().clone() for q in params]
    opt = torch.optim.AdamW(params, lr=1e-4, weight_decay=0.0, fused=True if a.device != "cpu" else None)
    beta = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    bar = torch.cumprod(1 - beta, 0)
    prev = torch.cat([torch.ones(1, dtype=torch.float64), bar[:-1]])
    c1 = beta * prev.sqrt() / (1 - bar)
    times = []
    for step in range(a.steps + 2):
        if step == 2:
            processor = time.process_time()
        s = time.perf_counter()
        t = torch.randint(0, 1000, (a.batch,))
        at = lambda v: v[t].float()[:, None, None, None].to(a.device)
        eps = torch.randn_like(x0)
        xt = at(bar.sqrt()) * x0 + at((1 - bar).sqrt()) * eps
        td = t.to(a.device)
        with torch_options.cast(a):
            e = theta(xt, td)
        e = e.float()
        x0t = ((xt - at((1 - bar).sqrt()) * e) / at(bar.sqrt())).detach().clamp(-1, 1)
        with torch_options.cast(a):
            o = phi(x0t, td)
        o = o.float()
        x0p, r = o[:, :3], torch.sigmoid(o[:, 3:])
        mix = r * x0p.detach() + (1 - r) * x0t
        loss = F.mse_loss(e, eps) + F.mse_loss(x0p, x0) + (at(c1) * (mix - x0)).pow(2).mean()
        if lpips is not None:
            g = (lambda z: F.interpolate(z, size=a.lpips_resize, mode="bilinear")) if a.lpips_resize else (lambda z: z)
            with torch_options.cast(a):
                loss = loss + 0.1 * lpips(g(x0p), g(x0))
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            torch._foreach_mul_(ema, 0.9999)
            torch._foreach_add_(ema, params, alpha=1e-4)
        torch_options.synchronize(a)
        times.append(time.perf_counter() - s)
    processor = time.process_time() - processor
    med = sorted(times[2:])[len(times[2:]) // 2]
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "blas": blas(),
                "config": vars(a),
                "parameters": sum(q.numel() for q in params),
                "seconds_per_step": round(med, 4),
                "processor_seconds_per_step": round(processor / a.steps, 4),
                "images_per_second": round(a.batch / med, 3),
                "peak_mib": torch_options.peak_mib(a),
            }
        )
    )


if __name__ == "__main__":
    main()
