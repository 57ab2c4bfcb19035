/** The command line: what a user types, what is printed, exit codes. */
package org.casdm.job.cli;
