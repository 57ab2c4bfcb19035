"""Runs the DAG with a real Airflow, deploy/casdm and several executor JVMs; .ci/airflow prepares all that.

Needs AIRFLOW_HOME (with a migrated database), S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY of a server with a
bucket named casdm, and the built project. The runs build on each other; tests look at what they left.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
HOME = HERE.parents[1]
sys.path.insert(0, str(HERE))

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException  # noqa: E402
from casdm_airflow.operators import CasdmOperator, PromoteOperator  # noqa: E402
from casdm_airflow.parameters import SCHEMA, parameters  # noqa: E402

AIRFLOW_HOME = Path(os.environ["AIRFLOW_HOME"])
KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]
STAGES = ["prepare", "train", "sample", "evaluate", "promote"]
CONNECTION = {
    "conn_type": "aws",
    "login": KEY,
    "password": SECRET,
    "extra": {
        "endpoint_url": os.environ["S3_ENDPOINT"],
        "config_kwargs": {"s3": {"addressing_style": "path"}},
    },
}
TINY = [
    "model.theta.attention-resolutions=4",
    "train.batch-size-per-worker=2",
    "train.averaging.period=2",
    "train.optimizer.warmup-steps=2",
    "checkpoint.every-steps=4",
    "samples.every-steps=0",
]
DAG = f"""
    from datetime import datetime, timedelta, timezone
    from casdm_airflow.pipeline import pipeline

    dag = pipeline(
        "casdm_check",
        schedule="@weekly",
        start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
        aws_conn_id="casdm_s3",
        retry_delay=timedelta(seconds=1),
        defaults=dict(
            source="s3a://casdm/pictures",
            folder="s3a://casdm/models/",
            config="conf/quickstart.conf",
            size=16,
            steps=12,
            train_settings={TINY!r},
            samples=16,
            respacing="3",
            master="local-cluster[2,1,1024]",
        ),
    )
"""


@dataclass(frozen=True)
class Run:
    """What a run of the DAG has left: its log, exit code, and the rows of Airflow's database."""

    code: int
    log: str
    states: dict[str, str]
    results: dict[str, dict]

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.log) is not None


def environment() -> dict[str, str]:
    """The environment of Airflow: it has the keys in a connection alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | {
        "PYTHONPATH": str(HERE),
        "PYTHONUNBUFFERED": "1",
        "AIRFLOW_CONN_CASDM_S3": json.dumps(CONNECTION),
        "AIRFLOW__CORE__DAGS_FOLDER": str(AIRFLOW_HOME / "dags"),
    }


def run_dag(date: str, conf: dict | None = None, watch=lambda line: None) -> Run:
    """Run the DAG for a logical date to its end; watch is given each line of its log."""
    begun = time.monotonic()
    line = [str(Path(sys.executable).with_name("airflow")), "dags", "test", "casdm_check", date]
    if conf is not None:
        line += ["--conf", json.dumps(conf)]
    log = []
    with subprocess.Popen(
        line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=AIRFLOW_HOME
    ) as process:
        for text in process.stdout:
            log.append(text)
            watch(text)
    (AIRFLOW_HOME / "logs").mkdir(exist_ok=True)
    (AIRFLOW_HOME / "logs" / f"{date}-{int(begun)}.log").write_text("".join(log))
    with sqlite3.connect(AIRFLOW_HOME / "airflow.db") as database:
        rows = database.execute(
            "select t.task_id, t.state, t.duration, t.try_number from task_instance t join dag_run r"
            " on r.run_id = t.run_id and r.dag_id = t.dag_id where t.dag_id = 'casdm_check' and r.logical_date like ?",
            (date + "%",),
        ).fetchall()
        results = database.execute(
            "select x.task_id, x.value from xcom x join dag_run r on r.run_id = x.run_id and r.dag_id = x.dag_id"
            " where x.dag_id = 'casdm_check' and x.key = 'return_value' and r.logical_date like ?",
            (date + "%",),
        ).fetchall()
    with (AIRFLOW_HOME / "stages.txt").open("a") as stages:
        print(f"{date} {json.dumps(conf or {})[:60]}: {time.monotonic() - begun:.0f} s in all", file=stages)
        for task, state, duration, tries in sorted(rows, key=lambda row: STAGES.index(row[0])):
            again = f", try {tries}" if tries > 1 else ""
            print(f"    {task:<9} {state or 'not run':<9} {duration or 0:6.1f} s{again}", file=stages)
    return Run(
        process.returncode,
        "".join(log),
        {row[0]: row[1] for row in rows},
        {task: json.loads(value) if isinstance(value, str) else value for task, value in results},
    )


def casdm(*arguments: str) -> None:
    """Run a command of the product with the keys in the environment."""
    settings = ["-D", f"fs.s3a.endpoint={os.environ['S3_ENDPOINT']}", "-D", "fs.s3a.path.style.access=true"]
    done = subprocess.run(
        [str(HOME / "deploy" / "casdm"), *arguments, *settings, "-D", "fs.s3a.connection.ssl.enabled=false"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def stored(path: str) -> dict:
    """A JSON file of the bucket; the server keeps objects as files."""
    return json.loads((Path(os.environ["S3_FOLDER"]) / path).read_text())


@pytest.fixture(scope="module")
def first() -> Run:
    """The whole chain, with the training killed after a checkpoint."""
    (AIRFLOW_HOME / "dags").mkdir(exist_ok=True)
    (AIRFLOW_HOME / "dags" / "check_dag.py").write_text(textwrap.dedent(DAG))
    casdm("draw-images", "s3a://casdm/pictures", "--count", "40", "--size", "16")
    process: list[int] = []
    killed: list[int] = []

    def kill_after_checkpoint(line: str) -> None:
        if found := re.search(r"casdm train is process (\d+)", line):
            process.append(int(found.group(1)))
        if "checkpoint of step 4 written" in line and not killed:
            killed.append(process[-1])
            os.kill(process[-1], signal.SIGKILL)

    run = run_dag("2026-01-04", watch=kill_after_checkpoint)
    assert len(killed) == 1, run.log
    return run


@pytest.fixture(scope="module")
def second(first: Run) -> Run:
    """A run that goes wrong: its steps are far too large, and its images all of full colours."""
    assert first.code == 0
    return run_dag("2026-01-11", {"train_settings": [*TINY, "train.optimizer.learning-rate=0.5"]})


def test_the_whole_chain_promotes(first: Run):
    assert first.code == 0, first.log
    assert first.states == dict.fromkeys(STAGES, "success")
    run = "s3a://casdm/models/runs/20260104T000000"
    fid = first.results["evaluate"].pop("fid")
    assert first.results == {
        "prepare": {"data": "s3a://casdm/models/data"},
        "train": {"run": run, "step": 12},
        "sample": {"samples": run + "/drawn-000000012", "images": 16},
        "evaluate": {"run": run, "step": 12},
        "promote": {"promoted": "s3a://casdm/models/promoted.json", "run": run, "step": 12},
    }
    pointer = stored("models/promoted.json")
    assert pointer["checkpoint"] == run + "/checkpoints/000000012"
    assert (pointer["run"], pointer["step"], pointer["fid"]) == (run, 12, fid)
    assert pointer["fid"] > 0 and pointer["evaluation"]["images"] == 16 and pointer["previous"] is None
    assert first.has("Promoted: step 12 of .*nothing was promoted before")


def test_a_killed_training_is_retried_and_goes_on_from_its_checkpoint(first: Run):
    assert first.has("casdm train was ended by SIGKILL")
    assert len(re.findall(r"casdm train is process \d+", first.log)) == 2
    resumed = re.search(r"resuming from \S*/checkpoints/0*(4|8) \(step (4|8),", first.log)
    assert resumed, first.log
    # The steps before are not taken again.
    after = first.log[resumed.end() :]
    assert "step 12/12" in after and "step 4/12" not in after and "step 2/12" not in after


def test_a_worse_model_is_not_promoted_and_the_gate_says_why(first: Run, second: Run):
    assert second.code == 0, second.log
    assert second.states == dict.fromkeys(STAGES, "success") | {"promote": "skipped"}
    assert second.has(r"nothing to do: s3a://casdm/models/data is complete")
    best, worse = first.results["evaluate"], second.results["evaluate"]
    pointer = stored("models/promoted.json")
    assert pointer["fid"] < worse["fid"]
    assert pointer["run"] == "s3a://casdm/models/runs/20260104T000000" and best["run"] == pointer["run"]
    assert second.has(
        rf"Not promoted: step 12 of s3a://casdm/models/runs/20260111T000000: FID {worse['fid']:.4f} is worse than the"
        rf" {pointer['fid']:.4f} of the promoted checkpoint \(step 12 of s3a://casdm/models/runs/20260104T000000"
    )
    assert "promote" not in second.results


def test_the_same_date_again_does_nothing_twice(first: Run, second: Run):
    before = stored("models/promoted.json")
    again = run_dag("2026-01-04")
    assert again.code == 0 and again.states == dict.fromkeys(STAGES, "success")
    assert again.has(r"nothing to do: the run is at step 12 of 12")
    assert again.has(r"16 of 16 images exist; drawing 0")
    assert again.has(r"step 12: already evaluated")
    assert again.has(r"it has been promoted")
    assert again.results["evaluate"]["fid"] == before["fid"]
    assert stored("models/promoted.json") == before


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"size": "large"}, "Invalid input for param size: 'large' is not of type 'integer'"),
        ({"steps": 0}, "Invalid input for param steps: 0 is less than the minimum of 1"),
        ({"hadoop_settings": ["fs.s3a.secret.key=x"]}, "Invalid input for param hadoop_settings"),
        ({"folder": "s3a://key:word@bucket/x"}, "Invalid input for param folder"),
    ],
)
def test_airflow_refuses_wrong_parameters(first: Run, conf: dict, said: str):
    run = run_dag("2026-01-18", conf)
    assert run.code != 0 and said in run.log
    assert run.states == {}


def test_no_secret_is_stored_or_logged(first: Run, second: Run):
    looked_at = 0
    for file in [*AIRFLOW_HOME.rglob("*"), *Path(os.environ["S3_FOLDER"]).rglob("*")]:
        if file.is_file():
            looked_at += 1
            assert SECRET.encode() not in file.read_bytes(), file
    assert looked_at > 20
    assert SECRET not in first.log + second.log


def test_the_dag_that_is_delivered():
    from casdm_dag import dag

    assert dag.schedule == "@weekly" and dag.catchup is False and dag.max_active_runs == 1
    assert [task.task_id for task in dag.topological_sort()] == STAGES
    assert all(task.retries == 3 and task.retry_delay.total_seconds() == 300 for task in dag.tasks)
    assert set(dag.params) == set(SCHEMA)
    for name in SCHEMA:
        param = dag.params.get_param(name)
        assert param.schema["type"] and len(param.description) > 10, name
        # The default is valid: a scheduled run has no other.
        param.resolve()
    with pytest.raises(TypeError, match="no parameter sizes; there are source,"):
        parameters({"sizes": 3})


def program(folder: Path, script: str) -> None:
    """A casdm that does as the script says."""
    (folder / "deploy").mkdir()
    file = folder / "deploy" / "casdm"
    file.write_text("#!/bin/sh\n" + script)
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "exception", "said"),
    [
        (
            "echo 12:00:00 begun >&2; echo There is no such bucket. >&2; exit 1",
            AirflowException,
            "casdm promote ended with exit code 1: There is no such bucket.",
        ),
        (
            "echo --size is missing; echo Usage: casdm ...; seq 50; exit 2",
            AirflowFailException,
            "casdm promote does not accept its arguments: --size is missing",
        ),
        ("echo Not promoted: FID 3 is worse; exit 3", AirflowSkipException, "Not promoted: FID 3 is worse"),
        (
            "echo 12:00:00 busy; kill -9 $$",
            AirflowException,
            "casdm promote was ended by SIGKILL: its last words: 12:00:00 busy",
        ),
    ],
)
def test_exit_codes_say_what_airflow_does(tmp_path, monkeypatch, script, exception, said):
    program(tmp_path, script)
    monkeypatch.setenv("CASDM_HOME", str(tmp_path))
    task = PromoteOperator(task_id="promote", command="promote", arguments=["a b", "$(x)"], returns={})
    with pytest.raises(exception) as failure:
        task.run_casdm(task.arguments)
    assert type(failure.value) is exception and str(failure.value) == said


def test_arguments_and_environment_reach_the_program_as_they_are(tmp_path, monkeypatch):
    program(tmp_path, 'printf "%s\\n" "$@" > told; env > environment')
    monkeypatch.setenv("CASDM_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "postgres://user:password@host")
    task = CasdmOperator(task_id="prepare", command="prepare", arguments=["a b", "$(x); `y`"], returns={"data": "d"})
    task.run_casdm(task.arguments)
    assert (tmp_path / "told").read_text() == "prepare\na b\n$(x); `y`\n"
    assert "AIRFLOW_CONN_" not in (tmp_path / "environment").read_text()


def test_a_missing_program_is_a_clear_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("CASDM_HOME", str(tmp_path))
    with pytest.raises(AirflowFailException, match="set CASDM_HOME in the environment of the workers"):
        CasdmOperator(task_id="prepare", command="prepare", arguments=[], returns={}).run_casdm([])


def test_the_program_ends_with_a_task_that_is_killed(tmp_path):
    program(tmp_path, 'trap "echo ended > ended; exit 143" TERM; echo $$ > pid; while :; do sleep 0.1; done')
    task = (
        "from casdm_airflow.operators import CasdmOperator;"
        "CasdmOperator(task_id='train', command='train', arguments=[], returns={}).run_casdm([])"
    )
    worker = subprocess.Popen([sys.executable, "-c", task], env=environment() | {"CASDM_HOME": str(tmp_path)})
    wait_for(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text())
    worker.kill()
    worker.wait()
    wait_for(lambda: (tmp_path / "ended").is_file())


def wait_for(condition, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.1)
