package org.casdm.job.rounds.step;

import org.apache.hadoop.conf.Configuration;
import org.casdm.engine.StepOutcome;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * What led to a step that is skipped, to be looked at within the call only.
 *
 * @param step                the step, counted from the start of the run, from 0
 * @param workerIndex         whose
 * @param executorId          where it runs
 * @param outcome             of the step: loss and gradient norm, and the terms of each image if an engine took it
 * @param graph               holds parameters, optimizer state and, in its flattened gradient, the step's gradient; not
 *                            to be changed
 * @param minibatch           what the step was taken on
 * @param hadoopConfiguration the driver's
 */
public record SkippedState(
        long step,
        int workerIndex,
        String executorId,
        StepOutcome outcome,
        ComputationGraph graph,
        MultiDataSet minibatch,
        Configuration hadoopConfiguration) {}
