package org.casdm.job.rounds.average;

import java.io.Serializable;
import java.util.List;
import org.casdm.job.rounds.exchange.BlockPlace;

/**
 * What is averaged: the state of a worker, or the mean over some.
 *
 * @param places  have its blocks between them
 * @param workers whose mean it is
 */
public record Version(List<BlockPlace> places, int workers) implements Serializable {

    public Version {
        places = List.copyOf(places);
    }

    BlockPlace place(int block) {
        return places.stream()
                .filter(place -> place.contains(block))
                .findFirst()
                .orElseThrow(() -> new IndexOutOfBoundsException("block " + block + " is not in " + places));
    }
}
