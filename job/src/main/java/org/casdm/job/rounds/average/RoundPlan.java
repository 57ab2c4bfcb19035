package org.casdm.job.rounds.average;

import java.io.Serializable;

/**
 * What is done in one round.
 *
 * @param steps   of each worker
 * @param outer   takes the average of the parameters as its step
 * @param moments whether the updaters' states are averaged; else workers keep theirs
 * @param float16 whether differences of the parameters are exchanged as float16
 */
public record RoundPlan(int steps, OuterOptimizer outer, boolean moments, boolean float16) implements Serializable {}
