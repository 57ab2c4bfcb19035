"""Writes guided_64.safetensors: outputs of guided-diffusion's U-Net for ImageNet at 64 pixels, whole.

    PYTHONPATH=guided-diffusion python make_guided_64.py

guided-diffusion 22e0df8 (github.com/openai), its published 64x64_diffusion configuration (296 million parameters, new
attention order), in float64. Weights are parameter("golden.guided64", name, shape) of the formula (formula.py), inputs
normal("guided64/x", [2, 3, 64, 64]). Stored: every fourth pixel of the outputs, and the norm of each output channel.
"""

import pathlib

import formula
import numpy as np
import torch
from guided_diffusion.script_util import create_model
from safetensors.numpy import save_file

# The program computes parts of the network in float32, whatever the type of the rest.
torch.Tensor.float = lambda tensor: tensor.double()
arange = torch.arange
torch.arange = lambda *args, **settings: arange(*args, **(settings | {"dtype": torch.float64}))

model = create_model(
    image_size=64,
    num_channels=192,
    num_res_blocks=3,
    learn_sigma=True,
    class_cond=True,
    attention_resolutions="32,16,8",
    num_head_channels=64,
    use_scale_shift_norm=True,
    dropout=0.1,
    resblock_updown=True,
    use_new_attention_order=True,
)
model = formula.fill(model, "golden.guided64").double().eval()
model.dtype = torch.float64
print(sum(p.numel() for p in model.parameters()), "parameters")
arrays = {"t": np.array([750, 40]), "y": np.array([207, 980])}
with torch.no_grad():
    output = model(
        torch.from_numpy(formula.normal("guided64/x", (2, 3, 64, 64))),
        torch.from_numpy(arrays["t"]),
        torch.from_numpy(arrays["y"]),
    ).numpy()
arrays["output"] = np.ascontiguousarray(output[:, :, ::4, ::4]).astype(np.float32)
arrays["norms"] = np.sqrt((output**2).sum(axis=(2, 3)))
print(arrays["norms"])
save_file(arrays, pathlib.Path(__file__).with_name("guided_64.safetensors"), {"program": "guided-diffusion 22e0df8"})
