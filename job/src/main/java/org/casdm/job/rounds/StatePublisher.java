package org.casdm.job.rounds;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Sends the driver's state to the executors: one Spark torrent broadcast for each block, so that executors fetch pieces
 * from each other and the driver sends little more than one copy.
 *
 * <p>The byte arrays are used again in the next round. Spark has serialised them by then; only in local mode do tasks
 * see the arrays themselves, and of a round that is over no task's result is used any more.
 */
final class StatePublisher {

    private final JavaSparkContext context;
    private final List<byte[]> buffers = new ArrayList<>();

    StatePublisher(JavaSparkContext context) {
        this.context = context;
    }

    /** Copies a state and starts to broadcast it. */
    Published publish(GraphState state) {
        state.bringToHost();
        var broadcasts = new ArrayList<Broadcast<byte[]>>();
        for (int index = 0; index < state.layout().blockCount(); index++) {
            byte[] buffer = buffer(index, state.layout().block(index).byteCount());
            state.read(index, buffer);
            broadcasts.add(context.broadcast(buffer));
        }
        return new Published(state, List.copyOf(broadcasts), List.copyOf(buffers.subList(0, broadcasts.size())));
    }

    private byte[] buffer(int index, int length) {
        if (index == buffers.size()) {
            buffers.add(new byte[length]);
        } else if (buffers.get(index).length != length) {
            buffers.set(index, new byte[length]);
        }
        return buffers.get(index);
    }

    /**
     * A state that has been sent.
     *
     * @param state      where it was read from
     * @param broadcasts its blocks as executors get them
     * @param blocks     its blocks
     */
    record Published(GraphState state, List<Broadcast<byte[]>> broadcasts, List<byte[]> blocks)
            implements AutoCloseable {

        /** Writes the state back to where it was read from: a round that failed leaves nothing half done. */
        void restore() {
            for (int index = 0; index < blocks.size(); index++) {
                state.write(index, blocks.get(index));
            }
            state.written();
        }

        /** Removes the blocks from driver and executors. */
        @Override
        public void close() {
            broadcasts.forEach(Broadcast::destroy);
        }
    }
}
