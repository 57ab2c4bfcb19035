package org.casdm.job.rounds.average;

import java.io.Serializable;
import java.util.List;
import org.casdm.job.rounds.exchange.BlockPlace;

/**
 * What an averaging task tells the driver: where the averages are, or which worker's state is gone.
 *
 * @param places       of the averaged blocks; none if a worker is lost
 * @param lostWorker   index of the worker whose state could not be read, -1 if all could
 * @param lostBecause  why, else null
 * @param fetchedBytes that came from other JVMs
 */
public record AverageResult(List<BlockPlace> places, int lostWorker, String lostBecause, long fetchedBytes)
        implements Serializable {

    public AverageResult {
        places = List.copyOf(places);
    }

    static AverageResult of(List<BlockPlace> places, long fetchedBytes) {
        return new AverageResult(places, -1, null, fetchedBytes);
    }

    public static AverageResult lost(int worker, String because) {
        return new AverageResult(List.of(), worker, because, 0);
    }
}
