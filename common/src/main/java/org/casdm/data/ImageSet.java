package org.casdm.data;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A data set that was found: what there is, and where, but not the pixels. The driver finds it once
 * ({@link ImageSetFinder}) and sends it to the executors (as a broadcast: a folder's list of a million files takes tens
 * of megabytes), which open readers from it.
 */
public interface ImageSet extends Serializable {
    /** The path as it was given. */
    String location();

    /** How it is stored; never {@link ImageFormat#AUTO}. */
    ImageFormat format();

    /** Images, at least 1, unusable ones included. */
    long count();

    /** The classes' names, label by label; empty when the images have no labels. */
    List<String> classNames();

    /** Whether images have labels. */
    default boolean labelled() {
        return !classNames().isEmpty();
    }

    /**
     * The same images in sets that are opened apart, in this order: one for each file where opening a set loads its files
     * whole.
     */
    default List<ImageSet> split() {
        return List.of(this);
    }

    /** One line for people: what was found, how much, and what was left aside. */
    String summary();

    /**
     * Opens a reader. Binary formats are loaded whole by this.
     *
     * @param hadoop  says how to reach the storage
     * @param options the size of the images, and how to read them
     * @return a reader that several threads may share
     * @throws DataException when the files are not (or no longer) what was found
     * @throws IOException   when the storage fails
     */
    ImageReader open(Configuration hadoop, ReadOptions options) throws IOException;
}
