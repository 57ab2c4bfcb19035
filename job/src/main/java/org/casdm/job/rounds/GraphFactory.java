package org.casdm.job.rounds;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
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

    /** A graph that needs nothing but its configuration. */
    static GraphFactory fromConfiguration() {
        return new ConfiguredGraphFactory();
    }
}
