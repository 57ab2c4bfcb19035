"""Cas-DM on Spark as an Airflow DAG: see pipeline.py, and casdm_dag.py for how it is used."""
