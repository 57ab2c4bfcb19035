/** The tasks of a round that average: each takes its share of the blocks from all workers and exposes the averages. */
package org.casdm.job.rounds.average;
