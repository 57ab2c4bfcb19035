"""Operators that run commands of deploy/casdm.

They start the program with a list of arguments, without a shell: no parameter can become a command. Its exit code says
what to do: 1 and signals are retried, as all commands go on where they stopped; 2 (wrong arguments) fails at once; 3
(promote: the FID is worse) is no failure of the task.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

WRONG_ARGUMENTS = 2
NOT_PROMOTED = 3
# Airflow's own settings, which hold secrets, are none of the program's business.
AIRFLOWS_OWN = ("AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_")
# The program's log lines begin with the time of day; what it says about a failure does not.
LOG_LINE = re.compile(r"\d\d:\d\d:\d\d (WARN |ERROR )?")
LINES_OF_FAILURE = 12
PR_SET_PDEATHSIG = 1


def casdm_home() -> Path:
    """Return the folder with deploy/casdm: $CASDM_HOME on the worker, or the one that this file lies in."""
    home = Path(os.environ.get("CASDM_HOME") or Path(__file__).resolve().parents[3])
    if not (home / "deploy" / "casdm").is_file():
        raise AirflowFailException(
            f"There is no deploy/casdm in {home}: set CASDM_HOME in the environment of the workers to the folder of"
            " Cas-DM on Spark"
        )
    return home


class S3Access:
    """How a connection of type "aws" reaches the program.

    Keys go into its environment; the endpoint, which is no secret, comes as Hadoop settings. The connection may hold
    (in the extra field) aws_session_token, endpoint_url, region_name and config_kwargs.s3.addressing_style, as that of
    Amazon's provider, which is not needed.
    """

    def __init__(self, connection_id: str):
        connection = BaseHook.get_connection(connection_id)
        extra = connection.extra_dejson
        keys = {
            "AWS_ACCESS_KEY_ID": connection.login,
            "AWS_SECRET_ACCESS_KEY": connection.password,
            "AWS_SESSION_TOKEN": extra.get("aws_session_token"),
        }
        self.environment: dict[str, str] = {name: value for name, value in keys.items() if value}
        self.hadoop: dict[str, str] = {}
        if endpoint := extra.get("endpoint_url"):
            self.hadoop["fs.s3a.endpoint"] = endpoint
            self.hadoop["fs.s3a.connection.ssl.enabled"] = str(not endpoint.startswith("http:")).lower()
        if region := extra.get("region_name"):
            self.hadoop["fs.s3a.endpoint.region"] = region
        if extra.get("config_kwargs", {}).get("s3", {}).get("addressing_style") == "path":
            self.hadoop["fs.s3a.path.style.access"] = "true"


class CasdmOperator(BaseOperator):
    """Runs one command of casdm; its XCom is a dictionary of paths and numbers.

    :param command: such as "prepare"
    :param arguments: what follows it: a list, or a function of Airflow's context that gives one (templated)
    :param returns: the XCom: a dictionary, or a function that gives one (templated)
    :param aws_conn_id: an Airflow connection with the keys for s3a://; None if the worker's environment has them
    """

    template_fields = ("arguments", "returns")

    def __init__(
        self,
        *,
        command: str,
        arguments: list[str] | Callable[..., list[str]],
        returns: dict[str, Any] | Callable[..., dict[str, Any]],
        aws_conn_id: str | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.command = command
        self.arguments = arguments
        self.returns = returns
        self.aws_conn_id = aws_conn_id
        self._process: subprocess.Popen | None = None

    def execute(self, context) -> dict[str, Any]:
        self.run_casdm(self.arguments)
        return self.returns

    def run_casdm(self, arguments: list[str]) -> None:
        """Run the command to its end, its output in the task's log; raises what Airflow is to do if it fails."""
        home = casdm_home()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(AIRFLOWS_OWN)}
        if self.aws_conn_id:
            access = S3Access(self.aws_conn_id)
            environment |= access.environment
            arguments = [*arguments, *self.storage_settings(access.hadoop)]
        line = [str(home / "deploy" / "casdm"), self.command, *arguments]
        self.log.info("$ %s", shlex.join(line))
        self._process = subprocess.Popen(
            line,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            preexec_fn=_end_with_parent(),
        )
        self.log.info("casdm %s is process %d", self.command, self._process.pid)
        log_line = "nothing"
        said: list[str] = []
        for text in self._process.stdout:
            text = text.rstrip()
            if started := LOG_LINE.match(text):
                log_line = text
                said.clear()
            elif len(said) < LINES_OF_FAILURE:
                said.append(text)
            (self.log.warning if started and started.group(1) else self.log.info)("%s", text)
        self.judge(self._process.wait(), _paragraph(said) or f"its last words: {log_line}")

    def storage_settings(self, hadoop: dict[str, str]) -> list[str]:
        """Return Hadoop settings as arguments of this command."""
        return hadoop_arguments(self.command, [f"{name}={value}" for name, value in hadoop.items()])

    def judge(self, code: int, said: str) -> None:
        """Turn an exit code into what Airflow is to do.

        :param said: what the program said of the failure
        """
        if code == 0:
            return
        if code == WRONG_ARGUMENTS:
            raise AirflowFailException(f"casdm {self.command} does not accept its arguments: {said}")
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        raise AirflowException(f"casdm {self.command} {how}: {said}")

    def on_kill(self) -> None:
        """End the program too when the task is ended; what is finished is kept."""
        if self._process is not None and self._process.poll() is None:
            self.log.info("ending casdm %s, process %d", self.command, self._process.pid)
            self._process.terminate()


class EvaluateOperator(CasdmOperator):
    """Runs casdm evaluate; its XCom also has the FID."""

    def execute(self, context) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="casdm-") as folder:
            file = Path(folder) / "numbers.json"
            self.run_casdm([*self.arguments, "--out", file.as_uri()])
            numbers = json.loads(file.read_text())
        return {**self.returns, "fid": numbers["metrics"]["fid"]}


class PromoteOperator(CasdmOperator):
    """Runs casdm promote; when the checkpoint is not good enough the task is skipped, or fails without retries.

    :param when_worse: "skip" or "fail", or a template that gives one of them
    """

    template_fields = (*CasdmOperator.template_fields, "when_worse")

    def __init__(self, *, when_worse: str = "skip", **kwargs):
        super().__init__(**kwargs)
        self.when_worse = when_worse

    def judge(self, code: int, said: str) -> None:
        if code != NOT_PROMOTED:
            super().judge(code, said)
        elif self.when_worse == "skip":
            raise AirflowSkipException(said)
        else:
            raise AirflowFailException(said)


def hadoop_arguments(command: str, settings: list[str]) -> list[str]:
    """Return "key=value" settings of Hadoop as arguments: train takes them as configuration, the others by -D."""
    if command == "train":
        return [f"spark.hadoop.{setting}" for setting in settings]
    return [word for setting in settings for word in ("-D", setting)]


def _paragraph(said: list[str]) -> str:
    """Return what the program said after its last log line, without the help that follows wrong arguments."""
    help_at = next((i for i, text in enumerate(said) if text.startswith("Usage: ")), len(said))
    return "\n".join(said[:help_at]).strip()


def _end_with_parent() -> Callable[[], object] | None:
    """Return what a child of this process calls so that it ends when the parent is killed: two trainings of one run
    folder, an orphan and a retry, must not be. Linux only; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
