"""Reads what Cas-DM leaves behind: the folders of runs and of samples, on a disk or on S3.

    run = Run("s3a://bucket/runs/1")
    run.rounds()["loss"].plot(logy=True)
    for name, weights in run.checkpoint().tensors():
        print(name, weights.shape)

Whatever is wrong with a folder or file is a FilesError: one sentence that names it and says what to do.

S3 is reached with the credentials of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN),
of ~/.aws, or of the machine's role; AWS_REGION names the region, and AWS_ENDPOINT_URL the address of a store other
than Amazon's.
"""

import hashlib
import json
import os
import re
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.fs
import pyarrow.parquet
from safetensors import SafetensorError, safe_open

MODEL = "model.safetensors"
OPTIMIZER = "optimizer.safetensors"

_STEP_FOLDER = re.compile(r"[0-9]{9,18}")
_PART = re.compile(r"part-([0-9]{9,18})\.jsonl")
_EVALUATION = re.compile(r"evaluation.*\.jsonl")
_GRID = re.compile(r"([0-9]{9,18})\.png")


class FilesError(Exception):
    """What is wrong with a folder or file. Notebooks show the sentence alone, without the way that led to it."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class Place:
    """A folder on a disk or on S3, given as a path or URI (file:, s3a:, s3:)."""

    def __init__(self, location):
        self.location = str(location).rstrip("/") or "/"
        scheme, separator, rest = self.location.partition("://")
        try:
            if separator and scheme in ("s3", "s3a", "s3n"):
                self._files, self._path = _s3(), rest
            elif separator and scheme != "file":
                raise FilesError(
                    f"{self.location}: only paths, file: and s3a: can be read here; "
                    "'casdm copy' brings other storage within reach."
                )
            else:
                path = re.sub("^file:(//)?", "", self.location)
                self._files, self._path = pyarrow.fs.LocalFileSystem(), os.path.abspath(os.path.expanduser(path))
        except (OSError, ValueError) as error:
            raise FilesError(f"{self.location}: cannot be reached: {_reason(error)}") from error

    def __str__(self):
        return self.location

    def child(self, name):
        """A folder within this one, which need not exist."""
        return Place(f"{self.location}/{name}")

    def list(self):
        """The entries' pyarrow.fs.FileInfo by name; none if the folder does not exist."""
        selector = pyarrow.fs.FileSelector(self._path, allow_not_found=True)
        try:
            return {info.base_name: info for info in self._files.get_file_info(selector)}
        except OSError as error:
            raise FilesError(f"{self.location}: cannot be listed: {_reason(error)}") from error

    def read(self, name):
        """The bytes of a file; None if it does not exist."""
        try:
            with self._files.open_input_stream(f"{self._path}/{name}") as stream:
                return stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FilesError(f"{self.location}/{name}: cannot be read: {_reason(error)}") from error

    def read_all(self, names):
        """The bytes of many small files, several at a time: each takes a while to answer on S3."""
        with ThreadPoolExecutor(16) as threads:
            return list(threads.map(self.read, names))

    def open(self, name):
        """A file for reading here and there."""
        try:
            return self._files.open_input_file(f"{self._path}/{name}")
        except OSError as error:
            raise FilesError(f"{self.location}/{name}: cannot be read: {_reason(error)}") from error

    def local(self, name, folder):
        """The path of a file on this machine's disk: its own, or that of a copy in the given folder."""
        if isinstance(self._files, pyarrow.fs.LocalFileSystem):
            return f"{self._path}/{name}"
        path = os.path.join(folder, name)
        try:
            pyarrow.fs.copy_files(f"{self._path}/{name}", path, self._files, pyarrow.fs.LocalFileSystem())
        except OSError as error:
            raise FilesError(f"{self.location}/{name}: cannot be copied: {_reason(error)}") from error
        return path


def _s3():
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ("us-east-1" if endpoint else None)
    return pyarrow.fs.S3FileSystem(endpoint_override=endpoint, region=region, connect_timeout=10)


def _reason(error):
    """An error's first line: those of S3 go on for many."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class Run:
    """The folder of a training run."""

    def __init__(self, location):
        self.place = Place(location)
        entries = self.place.list()
        if not {"config.conf", "checkpoints", "metrics"} & set(entries):
            what = "it does not exist or is empty" if not entries else "it holds no config.conf, metrics or checkpoints"
            raise FilesError(
                f"{self.place} is not a run folder: {what}. Give the run.folder of a training, "
                "with CASDM_RUN or in the first cell."
            )

    def rounds(self):
        """What was measured in each round: a DataFrame by step; values within objects are columns 'outer.inner'."""
        place = self.place.child("metrics")
        parts = sorted((int(match[1]), name) for name in place.list() if (match := _PART.fullmatch(name)))
        first_steps, names = zip(*parts) if parts else ((), ())
        lines = []
        # A run that went on from an older checkpoint has written later steps anew in the next part.
        for name, data, end in zip(names, place.read_all(names), (*first_steps[1:], float("inf"))):
            lines += [line for line in _json_lines(f"{place}/{name}", data) if line["step"] < end]
        if not lines:
            raise FilesError(f"{self.place}: no round is finished yet, there are no metrics.")
        frame = pd.json_normalize(lines).set_index("step")
        frame["time"] = pd.to_datetime(frame["time"], format="ISO8601")
        # A number that is none is a text in JSON: "NaN", "Infinity".
        numbers = [name for name in frame if name != "time"]
        frame[numbers] = frame[numbers].apply(pd.to_numeric, errors="coerce")
        return frame

    def evaluations(self):
        """Metrics of checkpoints against a data set: a DataFrame with a row for each metric of each evaluation."""
        place = self.place.child("metrics")
        names = sorted(name for name in place.list() if _EVALUATION.fullmatch(name))
        rows = []
        for name, data in zip(names, place.read_all(names)):
            for line in _json_lines(f"{place}/{name}", data):
                rows += _metric_rows(line)
        columns = ["step", "metric", "value", "curve", "conditions", "comparable"]
        return pd.DataFrame(rows, columns=columns).sort_values("step", ignore_index=True)

    def grids(self):
        """The steps at which grids of samples were drawn, and their files' names."""
        return {
            int(match[1]): name
            for name in sorted(self.place.child("samples").list())
            if (match := _GRID.fullmatch(name))
        }

    def checkpoints(self):
        """All complete checkpoints by step. Others do not exist for readers; a warning says why not."""
        place = self.place.child("checkpoints")
        found = {}
        for name in sorted(name for name in place.list() if _STEP_FOLDER.fullmatch(name)):
            try:
                found[int(name)] = Checkpoint(place.child(name), int(name))
            except IncompleteCheckpoint as error:
                warnings.warn(f"passed over: {error}", stacklevel=2)
        return found

    def checkpoint(self, step=None):
        """The newest complete checkpoint, or that of a step."""
        found = self.checkpoints()
        if not found:
            raise FilesError(f"{self.place} has no complete checkpoint yet.")
        if step is None:
            return found[max(found)]
        if step not in found:
            there = ", ".join(map(str, found))
            raise FilesError(f"{self.place} has no complete checkpoint of step {step}; there are those of {there}.")
        return found[step]


def _json_lines(path, data):
    """The objects of a file of JSON lines; a last line that is cut off is left out with a warning."""
    # None: removed since the folder was listed.
    text, _, rest = (data or b"").decode().rpartition("\n")
    if rest.strip():
        warnings.warn(f"{path}: the last line is cut off and left out", stacklevel=3)
    lines = []
    for number, line in enumerate(filter(None, text.split("\n")), 1):
        try:
            value = json.loads(line)
            lines.append(value if isinstance(value["step"], int) else None)
        except (ValueError, TypeError, KeyError):
            lines.append(None)
        if lines[-1] is None:
            raise FilesError(f"{path}: line {number} is not a JSON object with a step.")
    return lines


def _metric_rows(line):
    reference = line.get("reference", {}).get("location", "")
    conditions = f"{line['samples']['images']:,} samples"
    if reference:
        conditions += " against " + reference.rstrip("/").rsplit("/", 1)[-1]
    return [
        {
            "step": line["step"],
            "metric": label,
            "value": line["metrics"][key],
            "curve": line.get("curve", ""),
            "conditions": conditions,
            "comparable": line.get("comparable", False),
        }
        for key, label in line["labels"].items()
    ]


class IncompleteCheckpoint(FilesError):
    """A folder that is no checkpoint: its writing was not finished, or it is damaged."""


class Checkpoint:
    """A complete checkpoint: its state.json is sound and agrees with its other files.

    step    optimizer steps taken
    state   the content of state.json
    files   by name {"bytes": ..., "sha256": ...}
    """

    def __init__(self, place, step):
        self.place = place
        self.step = step
        data = place.read("state.json")
        if data is None:
            raise IncompleteCheckpoint(f"{place}: has no state.json: writing or removing it did not finish.")
        self.state = _checked_state(place, data)
        if self.state["step"] != step:
            raise IncompleteCheckpoint(f"{place}: its state.json belongs to step {self.state['step']}.")
        self.files = self.state["files"]
        found = place.list()
        for name, file in self.files.items():
            size = found[name].size if name in found else None
            if size != file["bytes"]:
                raise IncompleteCheckpoint(
                    f"{place}: {name} "
                    + ("is missing." if size is None else f"has {size} bytes instead of {file['bytes']}.")
                )

    def moving_averages(self):
        """The files of the moving averages by their rate, the shortest memory first."""
        rates = {
            float(match[1]): name for name in self.files if (match := re.fullmatch(r"ema-(.+)\.safetensors", name))
        }
        return dict(sorted(rates.items()))

    def tensors(self, name=MODEL):
        """Goes through a file's tensors: (name, array), one in memory at a time. First its SHA-256 is checked."""
        if name not in self.files:
            raise FilesError(f"{self.place} has no file {name}; it has {', '.join(self.files)}.")
        with tempfile.TemporaryDirectory(prefix="casdm-") as folder:
            path = self.place.local(name, folder)
            with open(path, "rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if digest != self.files[name]["sha256"]:
                raise FilesError(
                    f"{self.place}/{name}: is damaged: its SHA-256 is not the one in state.json. "
                    "Take the checkpoint before."
                )
            try:
                with safe_open(path, framework="numpy") as file:
                    for tensor in sorted(file.keys(), key=tensor_order):
                        yield tensor, file.get_tensor(tensor)
            except SafetensorError as error:
                raise FilesError(f"{self.place}/{name}: is not a valid safetensors file: {_reason(error)}") from error


def _checked_state(place, data):
    """Parses state.json, whose checksum is the SHA-256 of all the rest without white space."""
    try:
        compact = re.sub(r'("(?:[^"\\]|\\.)*")|\s+', r"\1", data.decode())
        rest, mark, checksum = compact.rpartition(',"checksum":')
        if not mark or json.loads(checksum.removesuffix("}")) != hashlib.sha256(f"{rest}}}".encode()).hexdigest():
            raise IncompleteCheckpoint(f"{place}: the checksum of its state.json does not agree with its content.")
        state = json.loads(compact)
    except ValueError as error:
        raise IncompleteCheckpoint(f"{place}: its state.json is damaged: {_reason(error)}") from error
    if state.get("format") != 1:
        raise IncompleteCheckpoint(f"{place}: its state.json has format {state.get('format')}; this reads format 1.")
    return state


_ORDER = ["theta", "phi", "time_embed", "label_emb", "input_blocks", "middle_block", "output_blocks", "out"]


def tensor_order(name):
    """Sorts the names of tensors as data goes through the networks: theta before phi, from input to output."""
    parts = re.sub(r"^adam\.[mv]\.", "", name).split(".")
    return [
        f"{_ORDER.index(part) if part in _ORDER else int(part) if part.isdigit() else 999:03}" for part in parts[:3]
    ] + [name]


def block_of(name):
    """Network and block of a tensor: 'theta.input_blocks.3.0.in_layers.2.weight' gives ('theta', 'in 3')."""
    network, stage, *rest = name.split(".")
    short = {"input_blocks": "in", "output_blocks": "out", "middle_block": "mid"}.get(stage)
    if short:
        return network, f"{short} {rest[0]}"
    return network, {"time_embed": "time", "label_emb": "label", "out": "head"}.get(stage, stage)


class Samples:
    """A folder that 'casdm sample' has drawn to as Parquet.

    settings  how the images were drawn, by name
    count     how many images were asked for
    complete  whether all of them are there
    size      width and height in pixels
    """

    def __init__(self, location):
        self.place = Place(location)
        data = self.place.read("samples.json")
        if data is None:
            raise FilesError(
                f"{self.place} is not a folder of samples: it holds no samples.json. Give the --out of "
                "'casdm sample', with CASDM_SAMPLES or in the first cell."
            )
        try:
            content = json.loads(data)
            self.settings, self.complete = content["settings"], content["complete"]
            self.run, self.count = content["run"], content["count"]
        except (ValueError, KeyError, TypeError) as error:
            raise FilesError(f"{self.place}/samples.json: is damaged: {error!r}") from error
        if self.settings["stored as"] == "png":
            raise FilesError(f"{self.place} holds PNG files, not Parquet: draw with --format parquet.")
        self.size = int(self.settings["images"].split(" ")[0])

    def picture(self, name):
        """A PNG file of the folder; None if it does not exist."""
        return self.place.read(name)

    def images(self, most=None):
        """The first images: labels [n] and pixels [n, size, size, 3], uint8. Labels are -1 without classes."""
        return read_images(self.place, self.size, most)


def read_images(place, size, most=None):
    """The first images of a folder of Parquet parts (samples, or a prepared data set): labels and pixels."""
    labels, pixels = [], []
    left = most if most is not None else float("inf")
    for name in sorted(name for name in place.list() if name.endswith(".parquet")):
        if left <= 0:
            break
        with place.open(name) as file:
            parquet = pyarrow.parquet.ParquetFile(file)
            for batch in parquet.iter_batches(batch_size=1024, columns=["label", "pixels"]):
                taken = batch.slice(0, min(left, batch.num_rows))
                labels.append(taken["label"].to_numpy(zero_copy_only=False))
                data = b"".join(taken["pixels"].to_pylist())
                pixels.append(np.frombuffer(data, np.uint8).reshape(-1, size, size, 3))
                left -= taken.num_rows
                if left <= 0:
                    break
    if not pixels:
        raise FilesError(f"{place} holds no images: no part-*.parquet with rows.")
    return np.concatenate(labels), np.concatenate(pixels)


def read_data_set(location, most=None):
    """The first images of a data set that 'casdm prepare' has made, or of samples: labels and pixels."""
    place = Place(location)
    data = place.read("dataset.json")
    if data is None:
        raise FilesError(
            f"{place} is not a prepared data set: it holds no dataset.json. Give the --out of "
            "'casdm prepare', with CASDM_DATA or in the first cell."
        )
    return read_images(place, json.loads(data)["size"], most)


def here(name):
    """The path of a file that lies beside this module."""
    return str(Path(__file__).with_name(name))
