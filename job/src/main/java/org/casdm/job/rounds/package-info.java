/**
 * Training in rounds of parameter averaging, on dl4j-spark.
 *
 * <p>A round: the driver's parameters and updater state go to W workers (one Spark task each); every worker takes
 * {@code averagingFrequency} local steps on minibatches of its own; parameters and updater state are averaged and
 * written into the driver's graph. {@link org.casdm.job.rounds.RoundTrainingMaster} is dl4j-spark's
 * {@code ParameterAveragingTrainingMaster} with the transport replaced; its Javadoc says what was replaced, and why.
 *
 * <p>This package is the driver's side. A round's tasks are in {@link org.casdm.job.rounds.worker} (steps) and
 * {@link org.casdm.job.rounds.average}; a single step is in {@link org.casdm.job.rounds.step}; blocks of state are in
 * {@link org.casdm.job.rounds.state} and travel by {@link org.casdm.job.rounds.exchange}.
 */
package org.casdm.job.rounds;
