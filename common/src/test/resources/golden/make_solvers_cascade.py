"""Solvers over the cascade's blended estimate of the image: diffusers' schedulers and EDM's sampler, in float64.

    make_solvers_cascade.py IMPROVED_DIFFUSION EDM

with checkouts of github.com/openai/improved-diffusion (1bc7bbb) and github.com/NVlabs/edm (008a4e5); PyTorch,
diffusers, safetensors. Writes solvers_cascade.safetensors beside itself.
"""

import ast
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
BETAS = dict(beta_start=1e-4, beta_end=0.02, beta_schedule="linear", num_train_timesteps=1000)


THETA, PHI = unet("golden.sampler.theta", 3), unet("golden.sampler.phi", 4)
ALPHA_BAR = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
SIGMAS = np.sqrt((1 - ALPHA_BAR) / ALPHA_BAR)


@torch.no_grad()
def blended(xt, timestep, alpha_bar):
    """The clipped blend that a sampler follows; xt = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) eps."""
    t = torch.full((len(xt),), float(timestep), dtype=torch.float64)
    estimate = ((xt - (1 - alpha_bar) ** 0.5 * THETA(xt, t)) / alpha_bar**0.5).clamp(-1, 1)
    output = PHI(estimate, t)
    share = torch.sigmoid(output[:, 3:])
    return (share * output[:, :3] + (1 - share) * estimate).clamp(-1, 1)


def prepared(scheduler, steps):
    # In float64, not float32: an error of sigma grows a hundredfold in an untrained cascade.
    scheduler.alphas_cumprod = torch.from_numpy(ALPHA_BAR)
    scheduler.set_timesteps(steps)
    return scheduler


def dpm(x_t, steps, **options):
    scheduler = prepared(diffusers.DPMSolverMultistepScheduler(prediction_type="sample", **BETAS, **options), steps)
    x = torch.from_numpy(x_t)
    for i, t in enumerate(scheduler.timesteps):
        alpha_bar = 1 / (1 + float(scheduler.sigmas[i]) ** 2)
        x = scheduler.step(blended(x, t, alpha_bar), t, x).prev_sample
    return x.numpy()


def heun(x_t, steps, **options):
    scheduler = prepared(diffusers.HeunDiscreteScheduler(prediction_type="sample", **BETAS, **options), steps)
    x = torch.from_numpy(x_t) * float(scheduler.init_noise_sigma)
    for i, t in enumerate(scheduler.timesteps):
        alpha_bar = 1 / (1 + float(scheduler.sigmas[i]) ** 2)
        x = scheduler.step(blended(x * alpha_bar**0.5, t, alpha_bar), t, x).prev_sample
    return x.numpy()


def edm_sampler():
    """The function of that name in EDM's generate.py, without the program around it."""
    source = pathlib.Path(sys.argv[2], "generate.py").read_text()
    wanted = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "edm_sampler"]
    names = {"torch": torch, "np": np}
    exec(compile(ast.Module(wanted, []), "generate.py", "exec"), names)
    return names["edm_sampler"]


class EdmNetwork:
    """The cascade as EDM's sampler asks it: images for noise of standard deviation sigma."""

    sigma_min, sigma_max = SIGMAS[0], SIGMAS[-1]

    def round_sigma(self, sigma):
        return sigma

    def __call__(self, x, sigma, labels):
        s = float(sigma)
        t = np.interp(np.log(s), np.log(SIGMAS), np.arange(1000))
        return blended(x / (1 + s * s) ** 0.5, t, 1 / (1 + s * s))


x_t = normal("golden.solvers_cascade/xT", (2, 3, 16, 16)).astype(np.float32).astype(np.float64)
results = {"xT": x_t}
for steps in (5, 10):
    results[f"dpmpp2m.uniform.{steps}"] = dpm(x_t, steps)
    results[f"dpmpp2m.trailing.{steps}"] = dpm(x_t, steps, timestep_spacing="trailing")
    results[f"dpmpp2m.karras.{steps}"] = dpm(x_t, steps, use_karras_sigmas=True)
    results[f"heun.uniform.{steps}"] = heun(x_t, steps)
    results[f"heun.karras.{steps}"] = heun(x_t, steps, use_karras_sigmas=True)
    results[f"edm.karras.{steps}"] = edm_sampler()(
        EdmNetwork(), torch.from_numpy(x_t), num_steps=steps, sigma_min=0, sigma_max=float("inf")
    ).numpy()
save_file(
    {name: value.astype(np.float32) for name, value in results.items()},
    HERE / "solvers_cascade.safetensors",
    metadata={
        "programs": f"diffusers {diffusers.__version__}, EDM 008a4e5 (edm_sampler), improved-diffusion 1bc7bbb",
        "unet": '{"size": 16, "channels": 32, "res_blocks": 1, "attention_downsample": [2], "mult": [1, 2], "heads": 2,'
        ' "scale_shift": true}',
    },
)
