package org.casdm.job.rounds;

import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Gives a graph back when its task is over, failed or not. Not before: the shuffle reads the graph's memory until then.
 *
 * @param slot  the graph
 * @param limit how many idle graphs the JVM keeps
 */
record ReleaseSlot(GraphSlot slot, int limit) implements TaskCompletionListener {

    @Override
    public void onTaskCompletion(TaskContext context) {
        GraphPool.shared().release(slot, limit);
    }
}
