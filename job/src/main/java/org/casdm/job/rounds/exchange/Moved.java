package org.casdm.job.rounds.exchange;

import java.io.Serializable;

/**
 * Bytes that went from one JVM to another.
 *
 * @param bytes        all of them
 * @param betweenHosts those of them whose JVMs have different {@link Address#host hosts}
 */
public record Moved(long bytes, long betweenHosts) implements Serializable {

    public static final Moved NONE = new Moved(0, 0);

    public Moved plus(Moved other) {
        return new Moved(bytes + other.bytes, betweenHosts + other.betweenHosts);
    }
}
