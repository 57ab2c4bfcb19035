"""The DAG: prepare, train, sample, evaluate, promote.

Each task is one command of deploy/casdm, which goes on where it stopped when it is run again: so do retries and tasks
that are cleared. All of a run is in a folder of its own, named by the logical date.
"""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, chain
from airflow.sdk.exceptions import AirflowFailException

from casdm_airflow.operators import CasdmOperator, EvaluateOperator, PromoteOperator, hadoop_arguments
from casdm_airflow.parameters import SCHEMA, parameters


def pipeline(
    dag_id: str,
    *,
    schedule: Any,
    start_date: datetime,
    aws_conn_id: str | None = None,
    retries: int = 3,
    retry_delay: timedelta = timedelta(minutes=5),
    defaults: dict[str, Any] | None = None,
    **dag_arguments: Any,
) -> DAG:
    """Return the DAG.

    :param schedule: as Airflow takes it, such as "@weekly"
    :param aws_conn_id: an Airflow connection of type "aws" with the keys for s3a://; None if the environment or the
        role of the workers has them
    :param retries: of each task; the wait between them begins with retry_delay and doubles, up to an hour
    :param defaults: of parameters, by name: see parameters.py
    :param dag_arguments: more for airflow.sdk.DAG, such as tags or on_failure_callback
    """
    with DAG(
        dag_id,
        schedule=schedule,
        start_date=start_date,
        catchup=False,
        # Runs share data/ and promoted.json, which one writes at a time.
        max_active_runs=1,
        description="Cas-DM: prepare, train, sample, evaluate; promote the model unless its FID is worse",
        doc_md=__doc__,
        params=parameters(defaults or {}),
        default_args={
            "retries": retries,
            "retry_delay": retry_delay,
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(hours=1),
        },
        **dag_arguments,
    ) as dag:
        chain(
            CasdmOperator(
                task_id="prepare",
                command="prepare",
                arguments=prepare,
                returns=lambda context, jinja_env: {"data": data_folder(context)},
                aws_conn_id=aws_conn_id,
            ),
            CasdmOperator(
                task_id="train",
                command="train",
                arguments=train,
                returns=lambda context, jinja_env: {"run": run_folder(context), "step": context["params"]["steps"]},
                aws_conn_id=aws_conn_id,
            ),
            CasdmOperator(
                task_id="sample",
                command="sample",
                arguments=sample,
                returns=lambda context, jinja_env: {
                    "samples": samples_folder(context),
                    "images": context["params"]["samples"],
                },
                aws_conn_id=aws_conn_id,
            ),
            EvaluateOperator(
                task_id="evaluate",
                command="evaluate",
                arguments=evaluate,
                returns=lambda context, jinja_env: trained(context),
                aws_conn_id=aws_conn_id,
            ),
            PromoteOperator(
                task_id="promote",
                command="promote",
                arguments=promote,
                returns=lambda context, jinja_env: {"promoted": pointer(context), **trained(context)},
                when_worse="{{ params.when_worse }}",
                aws_conn_id=aws_conn_id,
            ),
        )
    return dag


def prepare(context, jinja_env) -> list[str]:
    """Return the arguments of casdm prepare."""
    refuse_unknown(context["dag_run"].conf or {})
    params = context["params"]
    return [
        *("--source", filled(params["source"], context)),
        *("--format", params["source_format"]),
        *("--size", str(params["size"])),
        *("--out", data_folder(context)),
        *cluster("prepare", params),
    ]


def train(context, jinja_env) -> list[str]:
    """Return the arguments of casdm train."""
    params = context["params"]
    return [
        *("-c", params["config"]),
        f"run.folder={run_folder(context)}",
        f"data.path={result_of('prepare', context)['data']}",
        "data.format=shards",
        f"data.size={params['size']}",
        f"train.steps={params['steps']}",
        f"spark.master={params['master']}",
        *hadoop_arguments("train", params["hadoop_settings"]),
        *params["spark_settings"],
        *params["train_settings"],
    ]


def sample(context, jinja_env) -> list[str]:
    """Return the arguments of casdm sample."""
    params = context["params"]
    return [
        *("--checkpoint", "{run}@{step}".format(**trained(context))),
        *("--count", str(params["samples"])),
        *("--method", params["method"]),
        *(("--respacing", params["respacing"]) if params["respacing"] else ()),
        *("--out", samples_folder(context)),
        *cluster("sample", params),
    ]


def evaluate(context, jinja_env) -> list[str]:
    """Return the arguments of casdm evaluate."""
    params = context["params"]
    model = trained(context)
    reference = filled(params["reference"], context) if params["reference"] else result_of("prepare", context)["data"]
    return [
        *("--run", model["run"]),
        *("--samples", f"{model['step']}={result_of('sample', context)['samples']}"),
        *("--reference", reference),
        *("--weights" if params["features"] == "inception" else "--classifier", params["features_weights"]),
        *("--metrics", "fid"),
        *cluster("evaluate", params),
    ]


def promote(context, jinja_env) -> list[str]:
    """Return the arguments of casdm promote."""
    params = context["params"]
    model = trained(context)
    return [
        *("--run", model["run"]),
        *("--step", str(model["step"])),
        *("--to", pointer(context)),
        *("--tolerance", str(params["tolerance"])),
        *(("--max-fid", str(params["max_fid"])) if params["max_fid"] is not None else ()),
        *hadoop_arguments("promote", params["hadoop_settings"]),
    ]


def cluster(command: str, params) -> list[str]:
    """Return where the work is done, as arguments of all commands but train."""
    return [
        *("--master", params["master"]),
        *(word for setting in params["spark_settings"] for word in ("--conf", setting)),
        *hadoop_arguments(command, params["hadoop_settings"]),
    ]


def refuse_unknown(conf: dict[str, Any]) -> None:
    """Fail if a run was asked for with a parameter that there is not, which Airflow would pass over."""
    for name in sorted(set(conf) - set(SCHEMA)):
        near = difflib.get_close_matches(name, SCHEMA, 1)
        raise AirflowFailException(
            f"There is no parameter {name}" + (f"; is {near[0]} meant?" if near else "; there are " + ", ".join(SCHEMA))
        )


def result_of(task_id: str, context) -> dict[str, Any]:
    """Return the XCom of a task before this one."""
    result = context["ti"].xcom_pull(task_ids=task_id)
    if result is None:
        raise AirflowFailException(f"Task {task_id} has left no result in this run: clear it, so that it runs again")
    return result


def trained(context) -> dict[str, Any]:
    """Return folder and step of the run that was trained."""
    return result_of("train", context)


def data_folder(context) -> str:
    params = context["params"]
    return filled(params["data_folder"], context) if params["data_folder"] else root(context) + "/data"


def run_folder(context) -> str:
    return f"{root(context)}/runs/{run_name(context['dag_run'])}"


def samples_folder(context) -> str:
    return "{run}/drawn-{step:09d}".format(**trained(context))


def pointer(context) -> str:
    return root(context) + "/promoted.json"


def root(context) -> str:
    return context["params"]["folder"].rstrip("/")


def filled(text: str, context) -> str:
    """Return a parameter's text with its placeholders filled in."""
    dag_run = context["dag_run"]
    day = (dag_run.logical_date or dag_run.run_after).strftime("%Y-%m-%d")
    return text.replace("{date}", day).replace("{run}", run_name(dag_run))


def run_name(dag_run) -> str:
    """Return a name that a run always has: its logical date (20260131T000000), or its id if it has none."""
    date = dag_run.logical_date
    if date is None:
        return re.sub(r"[^A-Za-z0-9._-]+", "-", dag_run.run_id)
    return date.strftime("%Y%m%dT%H%M%S") + (f".{date.microsecond:06d}" if date.microsecond else "")
