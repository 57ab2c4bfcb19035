"""Writes published_unets.json.gz: names and shapes of the tensors of published U-Nets.

    PYTHONPATH=improved-diffusion:guided-diffusion python published_unets.py

improved-diffusion 1bc7bbb and guided-diffusion 22e0df8 (github.com/openai); the configurations are those of the
published checkpoints in their README files. The networks are made without memory for their values.
"""

import gzip
import json
import pathlib

import torch
from guided_diffusion.script_util import create_model as guided
from improved_diffusion.script_util import create_model as improved

IMPROVED = {
    "num_channels": 128,
    "num_res_blocks": 3,
    "learn_sigma": True,
    "class_cond": False,
    "use_checkpoint": False,
    "attention_resolutions": "16,8",
    "num_heads": 4,
    "num_heads_upsample": -1,
    "use_scale_shift_norm": True,
    "dropout": 0.0,
}
GUIDED = {
    "num_channels": 256,
    "num_res_blocks": 2,
    "learn_sigma": True,
    "class_cond": True,
    "attention_resolutions": "32,16,8",
    "num_head_channels": 64,
    "use_scale_shift_norm": True,
    "resblock_updown": True,
}
LSUN = {
    "num_res_blocks": 2,
    "num_heads": 1,
    "use_scale_shift_norm": False,
    "attention_resolutions": "16",
}
MODELS = {
    "improved-cifar10": (improved, IMPROVED | {"image_size": 32, "dropout": 0.3}),
    "improved-imagenet64": (improved, IMPROVED | {"image_size": 64}),
    "improved-imagenet64-classes": (
        improved,
        IMPROVED | {"image_size": 64, "num_channels": 192, "class_cond": True},
    ),
    "improved-lsun256": (improved, IMPROVED | LSUN | {"image_size": 256}),
    "guided-64": (
        guided,
        GUIDED
        | {
            "image_size": 64,
            "num_channels": 192,
            "num_res_blocks": 3,
            "dropout": 0.1,
            "use_new_attention_order": True,
        },
    ),
    "guided-128": (guided, GUIDED | {"image_size": 128, "num_heads": 4, "num_head_channels": -1}),
    "guided-256": (guided, GUIDED | {"image_size": 256}),
    "guided-256-unconditional": (guided, GUIDED | {"image_size": 256, "class_cond": False}),
    "guided-512": (guided, GUIDED | {"image_size": 512}),
}

shapes = {}
for name, (create, settings) in MODELS.items():
    with torch.device("meta"):
        model = create(**settings)
    shapes[name] = {key: list(value.shape) for key, value in model.state_dict().items()}
    print(name, len(shapes[name]), sum(p.numel() for p in model.parameters()))
content = json.dumps(shapes, separators=(",", ":")).encode()
path = pathlib.Path(__file__).with_suffix(".json.gz")
path.write_bytes(gzip.compress(content, mtime=0))
