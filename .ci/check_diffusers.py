#!/usr/bin/env python3
"""Loads a pipeline of casdm export with diffusers' own loader, and compares its network with the checkpoint.

    check_diffusers.py FOLDER CHECKPOINT IMPROVED_DIFFUSION

FOLDER is the exported one, CHECKPOINT the safetensors file that it was made of (ema-*.safetensors), and
IMPROVED_DIFFUSION a checkout of github.com/openai/improved-diffusion, whose UNetModel gets the checkpoint's theta.
"""

import json
import pathlib
import sys

import torch
from diffusers import DDIMPipeline
from safetensors.torch import load_file

folder, checkpoint, program = sys.argv[1:]
sys.path.insert(0, program)
from improved_diffusion.unet import UNetModel  # noqa: E402

pipeline = DDIMPipeline.from_pretrained(folder)
ours = json.loads(pathlib.Path(folder, "unet/config.json").read_text())
widths = ours["block_out_channels"]
attention = [2**i for i, kind in enumerate(ours["down_block_types"]) if kind.startswith("Attn")]
reference = UNetModel(
    in_channels=ours["in_channels"],
    model_channels=widths[0],
    out_channels=ours["out_channels"],
    num_res_blocks=ours["layers_per_block"],
    attention_resolutions=attention,
    channel_mult=[width // widths[0] for width in widths],
    num_classes=ours["num_class_embeds"],
    num_heads=widths[-1] // ours["attention_head_dim"] if ours["attention_head_dim"] else 1,
    use_scale_shift_norm=ours["resnet_time_scale_shift"] == "scale_shift",
)
theta = {name.removeprefix("theta."): t for name, t in load_file(checkpoint).items() if name.startswith("theta.")}
reference.load_state_dict(theta)
generator = torch.Generator().manual_seed(0)
x = torch.randn(4, ours["in_channels"], ours["sample_size"], ours["sample_size"], generator=generator)
t = torch.tensor([0, 10, 500, 999])
labels = torch.tensor([0, 1, 2, 3]) % ours["num_class_embeds"] if ours["num_class_embeds"] else None
with torch.no_grad():
    expected = reference(x, t, labels)
    actual = pipeline.unet(x, t, labels).sample
error = float((actual - expected).norm() / expected.norm())
print(f"relative error of the exported network's output: {error:.2g}")
sys.exit(error > 1e-5)
