"""Writes bits_per_dimension.safetensors: the terms of the variational bound by improved-diffusion's calc_bpd_loop.

    PYTHONPATH=improved-diffusion python bits_per_dimension.py

improved-diffusion 1bc7bbb (github.com/openai), in float64. Weights, images and noise are those of the formula (see
Formula.java): weights parameter("golden.bpd", name, shape), noise normal("bpd/<respaced step>", shape), channel first.
"""

import pathlib

import numpy as np
import torch
from formula import normal, unet, uniform
from improved_diffusion.gaussian_diffusion import LossType, ModelMeanType, ModelVarType, get_named_beta_schedule
from improved_diffusion.respace import SpacedDiffusion, space_timesteps
from safetensors.numpy import save_file

# The program computes parts of the network and all coefficients in float32, whatever the type of the rest.
torch.Tensor.float = lambda tensor: tensor.double()
torch.float32 = torch.float64

SIZE = 16
CASES = {
    "learned": ("cosine", "20", ModelVarType.LEARNED_RANGE, 6),
    "large": ("linear", "10,5", ModelVarType.FIXED_LARGE, 3),
    "small": ("linear", "ddim20", ModelVarType.FIXED_SMALL, 3),
}


def compute(case, arrays):
    schedule, respacing, variance, outputs = CASES[case]
    model = unet("golden.bpd", outputs)
    diffusion = SpacedDiffusion(
        use_timesteps=space_timesteps(1000, respacing),
        betas=get_named_beta_schedule(schedule, 1000),
        model_mean_type=ModelMeanType.EPSILON,
        model_var_type=variance,
        loss_type=LossType.RESCALED_MSE,
        rescale_timesteps=True,
    )
    x0 = torch.from_numpy(arrays["levels"].astype(np.float64) / 127.5 - 1)
    steps = iter(range(diffusion.num_timesteps - 1, -1, -1))
    torch.randn_like = lambda like: torch.from_numpy(normal(f"bpd/{next(steps)}", tuple(like.shape)))
    with torch.no_grad():
        for clip in (True, False):
            steps = iter(range(diffusion.num_timesteps - 1, -1, -1))
            result = diffusion.calc_bpd_loop(model, x0, clip_denoised=clip)
            for name, values in result.items():
                arrays[f"{case}.{'clipped' if clip else 'plain'}.{name}"] = values.numpy()


levels = np.floor(256 * uniform("bpd/levels", 2 * 3 * SIZE * SIZE)).astype(np.uint8).reshape(2, 3, SIZE, SIZE)
# Both ends of the range, where the likelihood takes all that is beyond.
levels[0, :, :2], levels[0, :, 2:4] = 0, 255
arrays = {"levels": levels}
for name in CASES:
    compute(name, arrays)
    print(name, arrays[f"{name}.clipped.total_bpd"], arrays[f"{name}.plain.total_bpd"])
save_file(
    arrays,
    pathlib.Path(__file__).with_suffix(".safetensors"),
    {name: f"{schedule} {respacing}" for name, (schedule, respacing, _, _) in CASES.items()},
)
