"""What an MLflow server has to know after .ci/mlflow's training and its continuation."""

import sys

import mlflow

client = mlflow.MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("casdm")
runs = client.search_runs([experiment.experiment_id])
assert len(runs) == 1, f"a run that was resumed is one run, not {len(runs)}"
run = runs[0]
assert run.info.status == "FINISHED", run.info.status
assert run.data.params["train.optimizer.learning-rate"], run.data.params
steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "loss")]
assert steps == [2, 4, 6, 8], steps
grids = [file.path for file in client.list_artifacts(run.info.run_id, "samples")]
assert grids == ["samples/000000004.png", "samples/000000008.png"], grids
assert "config.conf" in [file.path for file in client.list_artifacts(run.info.run_id)]
print("MLflow:", run.info.run_name, run.data.metrics["loss"], grids)
