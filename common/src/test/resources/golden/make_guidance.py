"""Classifier-free guidance of both networks of the cascade, in an interval of noise levels, along diffusers' solver.

    make_guidance.py IMPROVED_DIFFUSION

with a checkout of github.com/openai/improved-diffusion (1bc7bbb); PyTorch, diffusers 0.42.1, safetensors. Writes
guidance.safetensors beside itself. The networks have 5 classes, the last of which is "none", and formula weights.
"""

import pathlib
import sys

import diffusers
import numpy as np
import torch
from formula import normal, unet
from safetensors.numpy import save_file

sys.path.insert(0, sys.argv[1])
# improved-diffusion computes parts of its U-Net in float32.
torch.Tensor.float = torch.Tensor.double

HERE = pathlib.Path(__file__).parent
NONE = 4
LABELS = torch.tensor([0, 3])
ALPHA_BAR = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))


THETA, PHI = unet("golden.guidance.theta", 3, num_classes=5), unet("golden.guidance.phi", 4, num_classes=5)


def guided(model, x, t, scale, channels):
    """EDM2's formula, reference.lerp(output, scale), over the channels of an image."""
    output = model(x, t, LABELS)
    reference = model(x, t, torch.full_like(LABELS, NONE))
    return torch.cat([reference.lerp(output, scale)[:, :channels], output[:, channels:]], 1)


@torch.no_grad()
def denoised(xt, timestep, alpha_bar, theta_scale, phi_scale, interval):
    inside = interval[0] < ((1 - alpha_bar) / alpha_bar) ** 0.5 <= interval[1]
    theta_scale, phi_scale = (theta_scale, phi_scale) if inside else (1, 1)
    t = torch.full((len(xt),), float(timestep), dtype=torch.float64)
    eps = guided(THETA, xt, t, theta_scale, 3)
    estimate = ((xt - (1 - alpha_bar) ** 0.5 * eps) / alpha_bar**0.5).clamp(-1, 1)
    output = guided(PHI, estimate, t, phi_scale, 3)
    share = torch.sigmoid(output[:, 3:])
    return (share * output[:, :3] + (1 - share) * estimate).clamp(-1, 1)


def sample(x_t, *guidance):
    scheduler = diffusers.DPMSolverMultistepScheduler(
        beta_start=1e-4, beta_end=0.02, prediction_type="sample", use_karras_sigmas=True
    )
    scheduler.alphas_cumprod = torch.from_numpy(ALPHA_BAR)
    scheduler.set_timesteps(6)
    x = torch.from_numpy(x_t)
    for i, t in enumerate(scheduler.timesteps):
        alpha_bar = 1 / (1 + float(scheduler.sigmas[i]) ** 2)
        x = scheduler.step(denoised(x, t, alpha_bar, *guidance), t, x).prev_sample
    return x.numpy()


x_t = normal("golden.guidance/xT", (2, 3, 16, 16)).astype(np.float32).astype(np.float64)
everywhere = (0, np.inf)
results = {
    "xT": x_t,
    "none": sample(x_t, 1, 1, everywhere),
    "both": sample(x_t, 2.5, 2.5, everywhere),
    "theta": sample(x_t, 2.5, 1, everywhere),
    "phi": sample(x_t, 1, 3, everywhere),
    "interval": sample(x_t, 2.5, 1.5, (0.3, 30)),
}
save_file(
    {name: value.astype(np.float32) for name, value in results.items()},
    HERE / "guidance.safetensors",
    metadata={
        "programs": f"diffusers {diffusers.__version__}, improved-diffusion 1bc7bbb",
        "unet": '{"size": 16, "channels": 32, "res_blocks": 1, "attention_downsample": [2], "mult": [1, 2], "heads": 2,'
        ' "scale_shift": true, "classes": 5}',
    },
)
