/** How commands reach Spark and the storage: settings, the process, the end of a job. */
package org.casdm.job.cli.spark;
