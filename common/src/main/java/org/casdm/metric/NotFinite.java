package org.casdm.metric;

/** What to say of features that are not finite. */
final class NotFinite {

    private NotFinite() {}

    /** So many of a set's feature vectors are not finite. */
    static MetricException vectors(long invalid, long all, String name) {
        return new MetricException(invalid + " of " + all + " feature vectors of " + name
                + " hold values that are not finite. The weights may be damaged, or not those of this network.");
    }

    /** A set's features are finite, their squares not. */
    static MetricException covariance(String name) {
        return new MetricException("The features of " + name + " are too large: their covariance is not finite."
                + " The weights may be damaged, or not those of this network.");
    }
}
