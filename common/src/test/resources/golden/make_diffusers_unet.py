"""Small UNet2DModels of diffusers in float64, with weights of the formula under diffusers' names.

    make_diffusers_unet.py

PyTorch, diffusers 0.42.1, safetensors. Writes diffusers_unet.safetensors beside itself: for each network its output for
x, timesteps and perhaps classes; its config.json is in the metadata.
"""

import json
import pathlib

import diffusers
import numpy as np
import torch
from formula import fill, normal
from safetensors.numpy import save_file

COMMON = dict(
    sample_size=16,
    norm_eps=1e-5,
    attn_norm_num_groups=32,
    freq_shift=0,
    flip_sin_to_cos=True,
    downsample_padding=1,
    act_fn="silu",
)
NETWORKS = {
    "scaled": dict(
        block_out_channels=(32, 64, 64),
        down_block_types=("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
        layers_per_block=2,
        attention_head_dim=16,
        resnet_time_scale_shift="scale_shift",
        num_class_embeds=5,
    ),
    "added": dict(
        in_channels=1,
        out_channels=1,
        block_out_channels=(32, 64),
        down_block_types=("AttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "AttnUpBlock2D"),
        layers_per_block=1,
        attention_head_dim=None,
        resnet_time_scale_shift="default",
    ),
}

results, metadata = {}, {"program": f"diffusers {diffusers.__version__}", "seed": "golden.diffusers_unet"}
for name, options in NETWORKS.items():
    model = diffusers.UNet2DModel(**COMMON, **options)
    metadata[name] = json.dumps({**model.config, "_class_name": "UNet2DModel"}, default=list)
    fill(model, metadata["seed"]).double().eval()
    # The sinusoids of the timestep are computed in float32 otherwise.
    model.time_proj.forward = lambda t, p=model.time_proj: diffusers.models.embeddings.get_timestep_embedding(
        t.double(), p.num_channels, p.flip_sin_to_cos, p.downscale_freq_shift
    )
    x = normal(f"{metadata['seed']}/{name}", (2, model.config.in_channels, 16, 16)).astype(np.float32)
    t, labels = torch.tensor([17, 731]), torch.tensor([3, 0])
    with torch.no_grad():
        output = model(
            torch.from_numpy(x).double(), t, labels if model.config.num_class_embeds else None
        ).sample.numpy()
    results[name + ".x"] = x
    results[name + ".output"] = output.astype(np.float32)
    print(name, output.std())
save_file(results, pathlib.Path(__file__).parent / "diffusers_unet.safetensors", metadata=metadata)
