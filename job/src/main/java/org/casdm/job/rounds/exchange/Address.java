package org.casdm.job.rounds.exchange;

import java.io.Serializable;

/**
 * Where a JVM serves its blocks.
 *
 * @param host name or number that the application's other JVMs reach it by
 * @param port of its {@link StateExchange}
 */
public record Address(String host, int port) implements Serializable {

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
