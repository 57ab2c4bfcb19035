"""What can be chosen for each run: types, defaults and descriptions, which Airflow's form shows and checks."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

# Anything but a credential: those come from a connection, or the environment or role of the workers.
SETTING = r"^(?![^=]*([Ss]ecret|[Pp]assword|[Tt]oken|[Aa]ccess\.?[Kk]ey))[A-Za-z0-9._-]+=.*$"

# A place without a user's name and password in it.
PLACE = r"^(?!.*://[^/]*:[^/]*@).+$"

FOLDER_HINT = "Path or URI of any Hadoop file system, such as s3a://bucket/casdm."
PLACEHOLDERS = "{date} in it becomes the run's logical date (2026-01-31), {run} the name of its folder."


def _settings(description: str) -> dict[str, Any]:
    return {
        "default": [],
        "type": "array",
        "items": {"type": "string", "pattern": SETTING},
        "description": description + " Lines key=value; no credentials.",
    }


SCHEMA: dict[str, dict[str, Any]] = {
    "source": {
        "default": "/usr/share/datasets/fashion-mnist",
        "type": "string",
        "pattern": PLACE,
        "title": "Pictures",
        "description": "Where the pictures are: a file or folder. " + FOLDER_HINT + " " + PLACEHOLDERS,
    },
    "source_format": {
        "default": "auto",
        "type": "string",
        "enum": ["auto", "folder", "zip", "tar", "imagenet", "lsun", "imagenet-npz", "cifar10", "cifar100", "idx"],
        "description": "How they are stored there; auto: detected.",
    },
    "folder": {
        "default": "/data/casdm",
        "type": "string",
        "pattern": PLACE,
        "title": "Folder",
        "description": "Where everything goes: data/, runs/<logical date>/, promoted.json. " + FOLDER_HINT,
    },
    "data_folder": {
        "default": None,
        "type": ["null", "string"],
        "pattern": PLACE,
        "description": "Prepared images (default: data/ in the folder, which all runs share). For pictures that change"
        " from run to run, one for each run. " + PLACEHOLDERS,
    },
    "size": {
        "default": 32,
        "type": "integer",
        "minimum": 8,
        "maximum": 1024,
        "title": "Pixels",
        "description": "Width and height of the training images, in pixels.",
    },
    "config": {
        "default": "conf/fashion-mnist.conf",
        "type": "string",
        "pattern": PLACE,
        "description": "Configuration of the training: a URI, or a path, from the folder of Cas-DM on.",
    },
    "steps": {
        "default": 3000,
        "type": "integer",
        "minimum": 1,
        "maximum": 1_000_000_000,
        "description": "Training steps (train.steps).",
    },
    "train_settings": _settings("More settings of the training, such as train.batch-size-per-worker=32."),
    "samples": {
        "default": 5000,
        "type": "integer",
        "minimum": 2,
        "maximum": 10_000_000,
        "description": "Images to draw and evaluate. FIDs of different numbers are not comparable; papers use 50000.",
    },
    "method": {"default": "ddim", "type": "string", "enum": ["ddim", "ddpm"], "description": "How they are drawn."},
    "respacing": {
        "default": None,
        "type": ["null", "string"],
        "pattern": "^(all|(ddim)?[0-9]+|[0-9]+(,[0-9]+)+)$",
        "description": "Timesteps to visit, such as 250 or ddim50, or all (default: samples.sampler-steps of the"
        " configuration).",
    },
    "reference": {
        "default": None,
        "type": ["null", "string"],
        "pattern": PLACE,
        "description": "What the images are compared with: a data set or stored statistics (default: the prepared"
        " images). FIDs of different references do not compare. " + PLACEHOLDERS,
    },
    "features": {
        "default": "inception",
        "type": "string",
        "enum": ["inception", "classifier"],
        "description": "What they are compared by: Inception v3 (FID as in papers), or a classifier of your own for"
        " grey or tiny images (casdm train-classifier).",
    },
    "features_weights": {
        "default": "random",
        "type": "string",
        "pattern": PLACE,
        "description": "File of its weights (casdm weights get inception). random, for inception, is for trying things"
        " out: such numbers are comparable only with each other.",
    },
    "tolerance": {
        "default": 0.0,
        "type": "number",
        "minimum": 0,
        "description": "How much worse the FID may be than the promoted model's.",
    },
    "max_fid": {
        "default": None,
        "type": ["null", "number"],
        "minimum": 0,
        "description": "What the FID may be at most, also when nothing is promoted yet (default: no limit).",
    },
    "when_worse": {
        "default": "skip",
        "type": "string",
        "enum": ["skip", "fail"],
        "description": "What becomes of the task promote when the FID is worse; fail: the run fails too, and alerts.",
    },
    "master": {
        "default": "local[*]",
        "type": "string",
        "pattern": r"^(local(\[.+\])?|local-cluster\[.+\]|spark://.+|yarn|k8s://.+)$",
        "title": "Spark master",
        "description": "Where the work is done: local[*] (the worker's machine), spark://host:7077, yarn ...",
    },
    "spark_settings": _settings("Settings of Spark for all tasks, such as spark.executor.memory=8g."),
    "hadoop_settings": _settings("Settings of Hadoop for all tasks, such as fs.s3a.path.style.access=true."),
}


def parameters(defaults: dict[str, Any]) -> dict[str, Param]:
    """Return the DAG's parameters, some with other defaults.

    :raises TypeError: if there is no such parameter
    """
    if unknown := sorted(set(defaults) - set(SCHEMA)):
        raise TypeError(f"no parameter {', '.join(unknown)}; there are {', '.join(SCHEMA)}")
    return {
        name: Param(**{**schema, "default": defaults.get(name, schema["default"])}) for name, schema in SCHEMA.items()
    }
