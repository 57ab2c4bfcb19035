package org.casdm.job.rounds.step;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Computer;
import org.casdm.engine.EngineRequest;
import org.casdm.engine.TrainingStep;
import org.casdm.job.rounds.batch.BatchDataSet;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds a worker's graph on an executor. Called rarely: graphs are kept from round to round. */
@FunctionalInterface
public interface GraphFactory extends Serializable {

    /**
     * Builds a graph that is ready to train.
     *
     * @param configuration       the driver's configuration; a copy that the graph may own
     * @param parameters          [1, number of parameters]; the graph has to use this very array
     *                            ({@code graph.init(parameters, false)}). Its values are not set yet
     * @param hadoopConfiguration for graphs that load frozen weights from a file system
     * @return the graph, initialised
     * @throws IOException if something that the graph needs cannot be read
     */
    ComputationGraph build(
            ComputationGraphConfiguration configuration, INDArray parameters, Configuration hadoopConfiguration)
            throws IOException;

    /** What the graph's steps are to be computed with. By default ND4J, as the graph does it itself. */
    default EngineRequest engine() {
        return new EngineRequest(EngineChoice.ND4J, PrecisionChoice.AUTO, CasdmConfig.Device.AUTO);
    }

    /**
     * Takes the steps in the graph's place, which then only holds the state; empty, as by default: the graph is trained
     * by its own {@code fit}. Minibatches have to be {@link BatchDataSet}s then. Called on the thread that trains.
     *
     * @param graph {@link #build}'s, with its updater; may free what only {@code fit} needs
     * @param computer engine and device of the task
     * @param hadoopConfiguration as for {@link #build}
     * @throws IOException if something that the steps need cannot be read
     */
    default Optional<TrainingStep> trainingStep(
            ComputationGraph graph, Computer computer, Configuration hadoopConfiguration) throws IOException {
        return Optional.empty();
    }

    /** A graph that needs nothing but its configuration. */
    static GraphFactory fromConfiguration() {
        return new ConfiguredGraphFactory();
    }
}
