package org.casdm.metric;

/** What to say of features that are not finite. */
final class NotFinite {

    private NotFinite() {
    }

    /** So many of a set's feature vectors are not finite. */
    static MetricException vectors(long invalid, long all, String name) {
        return new MetricException(invalid + " of " + all + " feature vectors of " + name
                + " hold values that are not finite. The weights may be damaged, or not those of this network.");
    }
}
