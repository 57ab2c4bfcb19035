/**
 * A worker's training step, by an engine or by DL4J, and what is observed in it. A step whose loss or gradient is not finite
 * is skipped.
 */
package org.casdm.job.rounds.step;
