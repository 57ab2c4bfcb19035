/** A run folder's metrics, parameters and pictures on an MLflow server. */
package org.casdm.job.report.mlflow;
