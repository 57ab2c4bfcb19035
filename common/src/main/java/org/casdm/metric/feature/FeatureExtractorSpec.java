package org.casdm.metric.feature;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** Describes a feature extractor in so far that an executor can load it by itself: what network, whose weights. */
public interface FeatureExtractorSpec extends Serializable {

    /**
     * Reads and checks the weights. The driver does this once before the work starts, so that a wrong file is found
     * there; each executor does it once for all of its threads.
     *
     * @param hadoop configuration of the file systems
     * @throws IOException if the weights cannot be read, have another SHA-256 than expected, or are of another network;
     *         the message names the file, and what to do where there is none
     */
    FeatureModel load(Configuration hadoop) throws IOException;
}
