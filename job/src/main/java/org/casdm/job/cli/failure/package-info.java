/** What the user reads when a command fails, and the exit code. */
package org.casdm.job.cli.failure;
