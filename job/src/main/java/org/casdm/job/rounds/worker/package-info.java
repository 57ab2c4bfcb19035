/**
 * The tasks of a round that train: they take the state, run {@code averagingFrequency} steps on a graph that the executor
 * keeps, and expose the result.
 */
package org.casdm.job.rounds.worker;
