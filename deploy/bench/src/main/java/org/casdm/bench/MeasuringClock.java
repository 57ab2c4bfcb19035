package org.casdm.bench;

import java.util.EnumMap;
import java.util.Map;
import org.casdm.network.nd4j.LayerClock;

/** Sums up the time and the arithmetic of each kind of layer. Reads a clock twice for each layer. */
final class MeasuringClock implements LayerClock {

    private final long[] nanoseconds = new long[Kind.values().length];
    private final long[] operations = new long[Kind.values().length];
    private Kind current = Kind.REST;
    private long since = System.nanoTime();

    /**
     * What one kind of layer took.
     *
     * @param nanoseconds without the layers within
     * @param operations  of matrix products and convolutions
     */
    record Cost(long nanoseconds, long operations) {}

    @Override
    public Kind enter(Kind kind) {
        charge();
        var outer = current;
        current = kind;
        return outer;
    }

    @Override
    public void leave(Kind outer, long done) {
        charge();
        operations[current.ordinal()] += done;
        current = outer;
    }

    private void charge() {
        var now = System.nanoTime();
        nanoseconds[current.ordinal()] += now - since;
        since = now;
    }

    /** What there was since the last call of this method, or since the start. */
    Map<Kind, Cost> takeCosts() {
        charge();
        var costs = new EnumMap<Kind, Cost>(Kind.class);
        for (var kind : Kind.values()) {
            costs.put(kind, new Cost(nanoseconds[kind.ordinal()], operations[kind.ordinal()]));
            nanoseconds[kind.ordinal()] = 0;
            operations[kind.ordinal()] = 0;
        }
        return costs;
    }
}
