package org.casdm.job.rounds.average;

import java.io.Serializable;
import java.util.List;
import org.casdm.job.rounds.exchange.BlockPlace;
import org.casdm.job.rounds.exchange.Moved;

/**
 * What a task tells the driver: where its blocks are, or what could not be read.
 *
 * @param places      of the blocks; none if a state is lost
 * @param lost        what could not be read, else null
 * @param lostBecause why, else null
 * @param fetched     what came from other JVMs
 */
public record AverageResult(List<BlockPlace> places, BlockPlace lost, String lostBecause, Moved fetched)
        implements Serializable {

    public AverageResult {
        places = List.copyOf(places);
    }

    static AverageResult of(List<BlockPlace> places, Moved fetched) {
        return new AverageResult(places, null, null, fetched);
    }

    static AverageResult lost(BlockPlace place, String because) {
        return new AverageResult(List.of(), place, because, Moved.NONE);
    }
}
