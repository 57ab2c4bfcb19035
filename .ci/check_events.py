"""Reads event files back with TensorBoard and compares them with the run that they were written of.

check_events.py FOLDER RUN
"""

import math
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

sys.path.insert(0, str(Path(__file__).parent.parent / "notebooks"))
from casdm_files import Run  # noqa: E402

folder, run = sys.argv[1], Run(sys.argv[2])
# 0: everything is kept.
runs = EventMultiplexer(size_guidance={"scalars": 0, "images": 0, "tensors": 0}).AddRunsFromDirectory(folder).Reload()

rounds = run.rounds()
for tag, column in {
    "loss/total": "loss",
    "loss/eps": "eps",
    "speed/imagesPerSecond": "imagesPerSecond",
    "progress/learningRate": "learningRate",
}.items():
    events = runs.Scalars(".", tag)
    assert [event.step for event in events] == list(rounds.index), f"{tag}: steps are {[e.step for e in events]}"
    for event, expected, time in zip(events, rounds[column], rounds["time"]):
        told = f"{tag} of step {event.step}: {event}, but {expected} at {time}"
        assert math.isclose(event.value, expected, rel_tol=1e-6), told
        assert abs(event.wall_time - time.timestamp()) < 1e-3, told

images = runs.Images(".", "samples")
assert images and [image.step for image in images] == list(run.grids()), images
for image in images:
    stored = run.place.child("samples").read(run.grids()[image.step])
    assert image.encoded_image_string == stored and image.width > 0 and image.height > 0

configuration = runs.Tensors(".", "config.conf")[0].tensor_proto.string_val[0].decode()
assert "casdm {" in configuration, configuration

evaluations = run.evaluations()
assert not evaluations.empty
for row in evaluations.itertuples():
    values = {event.step: event.value for event in runs.Scalars(f"evaluation-{row.curve}", f"evaluation/{row.metric}")}
    assert math.isclose(values[row.step], row.value, rel_tol=1e-6, abs_tol=1e-12), (row, values)

print(f"TensorBoard reads {len(rounds)} rounds, {len(images)} grids and {len(evaluations)} evaluations")
