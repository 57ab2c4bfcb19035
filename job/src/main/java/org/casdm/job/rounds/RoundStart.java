package org.casdm.job.rounds;

import java.io.Serializable;
import java.util.List;
import java.util.UUID;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;

/**
 * What a round's tasks start from.
 *
 * @param runId               the training master
 * @param settings            how rounds are done
 * @param configuration       dl4j-spark's tuple with the graph's configuration, without its numbers; once a run
 * @param hadoopConfiguration the driver's; once a run
 * @param layout              how the state is cut into blocks
 * @param blocks              the state, block by block
 * @param firstStep           the step that the round begins with
 * @param epoch               the graph's epoch count
 */
record RoundStart(UUID runId, RoundSettings settings, Broadcast<NetBroadcastTuple> configuration,
                  Broadcast<SerializableConfiguration> hadoopConfiguration, BlockLayout layout,
                  List<Broadcast<byte[]>> blocks, long firstStep, int epoch) implements Serializable {

    /** The graphs that can be used for this round on a device. */
    GraphKey graphKey(DeviceAssignment device) {
        return new GraphKey(runId, configuration.id(), device.device().orElse(-1));
    }
}
