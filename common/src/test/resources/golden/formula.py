"""Weights and noise from formulas, as the Java class org.casdm.testing.Formula makes them."""

import numpy as np

_GAMMA = np.uint64(0x9E3779B97F4A7C15)


def _fnv1a64(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def uniform(name: str, count: int) -> np.ndarray:
    """Doubles in [0, 1)."""
    with np.errstate(over="ignore"):
        z = np.uint64(_fnv1a64(name)) + np.arange(1, count + 1, dtype=np.uint64) * _GAMMA
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def centred(name: str, shape) -> np.ndarray:
    return (2 * uniform(name, int(np.prod(shape))) - 1).reshape(shape)


def normal(name: str, shape) -> np.ndarray:
    count = int(np.prod(shape))
    u, v = uniform(name + "/u", count), uniform(name + "/v", count)
    return (np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)).reshape(shape)


def parameter(seed: str, name: str, shape) -> np.ndarray:
    """A network's parameter, rounded to float32."""
    values = centred(f"{seed}:{name}", tuple(shape))
    if name.endswith("bias"):
        values = 0.1 * values
    elif name.endswith("weight") and len(shape) == 1:
        values = 1 + 0.1 * values
    else:
        values = np.sqrt(3 / np.prod(shape[1:])) * values
    return values.astype(np.float32)


def unet(seed: str, outputs: int, **more):
    """improved-diffusion's U-Net of 32 channels for 16 pixels, float64, with the formula's weights."""
    from improved_diffusion.unet import UNetModel

    model = UNetModel(
        in_channels=3,
        model_channels=32,
        out_channels=outputs,
        num_res_blocks=1,
        attention_resolutions=(2,),
        channel_mult=(1, 2),
        num_heads=2,
        use_scale_shift_norm=True,
        **more,
    )
    return fill(model, seed).double().eval()


def fill(module, seed: str):
    """Gives a torch module the formula's weights; returns it."""
    import torch

    with torch.no_grad():
        for name, value in module.named_parameters():
            value.copy_(torch.from_numpy(parameter(seed, name, tuple(value.shape))))
    return module
