package org.casdm.job.rounds.worker;

import java.io.Serializable;
import java.util.UUID;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.casdm.engine.Device;
import org.casdm.job.rounds.average.RoundPlan;
import org.casdm.job.rounds.state.BlockLayout;
import org.casdm.job.rounds.state.StateSources;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;

/**
 * What a round's tasks start from.
 *
 * @param runId               the training master
 * @param round               number of the round, which grows with each
 * @param settings            how rounds are done
 * @param plan                what is done in this one
 * @param configuration       dl4j-spark's tuple with the graph's configuration, without its numbers; once a run
 * @param hadoopConfiguration the driver's; once a run
 * @param layout              how the state is cut into blocks
 * @param sources             where the state is
 * @param firstStep           the step that the round begins with
 * @param epoch               the graph's epoch count
 */
public record RoundStart(
        UUID runId,
        long round,
        RoundSettings settings,
        RoundPlan plan,
        Broadcast<NetBroadcastTuple> configuration,
        Broadcast<SerializableConfiguration> hadoopConfiguration,
        BlockLayout layout,
        StateSources sources,
        long firstStep,
        int epoch)
        implements Serializable {

    /** The same round with its state from elsewhere. */
    public RoundStart withSources(StateSources other) {
        return new RoundStart(
                runId, round, settings, plan, configuration, hadoopConfiguration, layout, other, firstStep, epoch);
    }

    /** The last step of the round. */
    public long lastStep() {
        return firstStep + plan.steps() - 1;
    }

    /** The graphs that can be used for this round on a device. */
    GraphKey graphKey(Device device) {
        return new GraphKey(configuration.id(), device.index());
    }
}
