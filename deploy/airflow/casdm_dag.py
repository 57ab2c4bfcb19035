"""The DAG "casdm": a Cas-DM model every week, promoted unless its FID is worse than that of the one before.

A file to copy: schedule, connection and defaults are yours. docs/airflow.md says how it is set up.
"""

from __future__ import annotations

from datetime import UTC, datetime

from casdm_airflow.pipeline import pipeline

dag = pipeline(
    "casdm",
    schedule="@weekly",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    # The Airflow connection with the keys for s3a://, such as "aws_default". None: the workers' environment or role.
    aws_conn_id=None,
    # Defaults of the parameters that casdm_airflow/parameters.py lists; each run may have others.
    defaults={
        "source": "/usr/share/datasets/fashion-mnist",
        "folder": "/data/casdm",
        "config": "conf/fashion-mnist.conf",
        "size": 32,
        "steps": 3000,
        "samples": 5000,
    },
    tags=["casdm"],
)
