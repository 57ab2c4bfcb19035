package org.casdm.weights.published;

/** Hears how far a download is. */
@FunctionalInterface
public interface DownloadProgress {

    /**
     * Called after every piece.
     *
     * @param bytes fetched so far
     * @param total bytes of the whole file
     */
    void at(long bytes, long total);
}
