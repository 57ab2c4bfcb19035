package org.casdm.job.rounds.exchange;

import java.io.Serializable;

/**
 * Blocks that a JVM exposes.
 *
 * @param address where
 * @param name    under which name
 * @param first   the first block
 * @param end     the one after the last
 */
public record BlockPlace(Address address, String name, int first, int end) implements Serializable {

    /** Whether a block is there. */
    public boolean contains(int block) {
        return first <= block && block < end;
    }
}
