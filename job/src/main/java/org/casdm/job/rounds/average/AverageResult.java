package org.casdm.job.rounds.average;

import java.io.Serializable;
import org.casdm.job.rounds.exchange.BlockPlace;

/**
 * What an averaging task tells the driver: where the averages are, or which worker's state is gone.
 *
 * @param place        of the averaged blocks; null if a worker is lost
 * @param lostWorker   index of the worker whose state could not be read, -1 if all could
 * @param lostBecause  why, else null
 * @param fetchedBytes that came from other JVMs
 */
public record AverageResult(BlockPlace place, int lostWorker, String lostBecause, long fetchedBytes)
        implements Serializable {

    static AverageResult of(BlockPlace place, long fetchedBytes) {
        return new AverageResult(place, -1, null, fetchedBytes);
    }

    public static AverageResult lost(int worker, String because) {
        return new AverageResult(null, worker, because, 0);
    }
}
