package org.casdm.job.rounds.worker;

/**
 * Says which graphs of a run are interchangeable, their numbers apart.
 *
 * @param configurationId the broadcast of the graph's configuration
 * @param device          index of the GPU, {@link org.casdm.engine.Device#CPU} for the processor
 */
record GraphKey(long configurationId, int device) {

    /** Whether both belong to the same configuration, on whichever device. */
    boolean sameModel(GraphKey other) {
        return configurationId == other.configurationId;
    }
}
