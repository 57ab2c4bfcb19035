package org.casdm.job.rounds;

import java.util.List;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * On the driver: writes each averaged block into the driver's graph as it arrives, and keeps the reports. Spark calls
 * it on a thread of its own, one result at a time; once closed it ignores what may still arrive of a job that the
 * driver no longer waits for.
 */
final class RoundReceiver extends AbstractFunction2<Object, byte[], BoxedUnit> {

    private final GraphState state;
    private final List<Integer> partitions;
    private List<WorkerReport> reports;
    private boolean closed;

    /**
     * @param state      the driver's graph
     * @param partitions the partitions that the Spark job computes: Spark names results by their place in it
     * @param reports    what has arrived with an earlier job of the round
     */
    RoundReceiver(GraphState state, List<Integer> partitions, List<WorkerReport> reports) {
        this.state = state;
        this.partitions = partitions;
        this.reports = reports;
    }

    @Override
    public synchronized BoxedUnit apply(Object place, byte[] result) {
        if (closed) {
            return BoxedUnit.UNIT;
        }
        int partition = partitions.get((Integer) place);
        if (partition == state.layout().blockCount()) {
            reports = WorkerReports.decode(result);
        } else {
            state.write(partition, result);
        }
        return BoxedUnit.UNIT;
    }

    synchronized void close() {
        closed = true;
    }

    synchronized List<WorkerReport> reports() {
        return reports;
    }
}
