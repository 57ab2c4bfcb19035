"""Exponents, decays and coefficients of post-hoc EMA by the functions of EDM2's training/phema.py, in float64.

    make_phema.py EDM2

with a checkout of github.com/NVlabs/edm2 (4bf8162); PyTorch, safetensors. Writes phema.safetensors beside itself.
"""

import pathlib
import sys

import numpy as np
from safetensors.numpy import save_file

sys.path.insert(0, str(pathlib.Path(sys.argv[1], "training")))
import phema  # noqa: E402

stds = np.array([0.01, 0.05, 0.1, 0.15, 0.25])
steps = np.repeat(np.arange(1, 13) * 500, 2)
stored = np.tile([0.05, 0.1], 12)
wanted = np.array([0.03, 0.05, 0.075, 0.15, 0.2])
nexts, deltas = np.array([10, 500, 6000]), np.array([10, 1, 100])
results = {
    "stds": stds,
    "exponents": phema.std_to_exp(stds),
    "decay.next": nexts.astype(np.float64),
    "decay.delta": deltas.astype(np.float64),
    "decays": np.stack([phema.power_function_beta(0.05, n, d) for n, d in zip(nexts, deltas)]),
    "stored.steps": steps.astype(np.float64),
    "stored.stds": stored,
    "wanted.stds": wanted,
    "coefficients": phema.solve_posthoc_coefficients(steps, stored, 6000, wanted).T.copy(),
}
save_file(
    {name: np.ascontiguousarray(value, dtype=np.float64) for name, value in results.items()},
    pathlib.Path(__file__).parent / "phema.safetensors",
    metadata={"program": "EDM2 4bf8162, training/phema.py", "wanted.step": "6000"},
)
