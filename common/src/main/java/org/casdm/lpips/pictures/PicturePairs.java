package org.casdm.lpips.pictures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.casdm.data.PicturePaths;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** Finds what is compared with what: two pictures, or the pictures of two folders by their paths below them. */
public final class PicturePairs {

    private static final int LISTED = 5;

    private PicturePairs() {}

    /**
     * Finds the pairs. In folders, and folders below them, pictures belong together whose relative paths are the same up
     * to the extension: {@code a/1.png} and {@code a/1.jpg}.
     *
     * @param first a picture or folder of any Hadoop file system
     * @param second as the first
     * @return the pairs in the order of their names, at least one
     * @throws DataException if one is a folder and the other is not, if there are no pictures, or if pictures lack a
     *         partner or have two; the message names them
     */
    public static List<PicturePair> find(String first, String second, Configuration hadoop) throws DataException {
        var one = Storage.path(first);
        var other = Storage.path(second);
        boolean isFile = isFile(one, hadoop);
        if (isFile != isFile(other, hadoop)) {
            throw new DataException((isFile ? second : first) + " is a folder and " + (isFile ? first : second)
                    + " is not; give two pictures or two folders");
        }
        if (isFile) {
            return List.of(new PicturePair(one.getName(), one, other));
        }
        var ones = pictures(one, hadoop);
        var others = pictures(other, hadoop);
        requirePartners(one, ones, other, others);
        requirePartners(other, others, one, ones);
        var pairs = new ArrayList<PicturePair>();
        ones.forEach((key, name) ->
                pairs.add(new PicturePair(name, Storage.below(one, name), Storage.below(other, others.get(key)))));
        return pairs;
    }

    private static boolean isFile(Path path, Configuration hadoop) throws DataException {
        try {
            return Storage.fileSystem(path, hadoop).getFileStatus(path).isFile();
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    /** Relative paths, by themselves without the extension. */
    private static SortedMap<String, String> pictures(Path folder, Configuration hadoop) throws DataException {
        var pictures = new TreeMap<String, String>();
        try {
            FileSystem fileSystem = Storage.fileSystem(folder, hadoop);
            String root = fileSystem.makeQualified(folder).toUri().getPath();
            int prefix = root.endsWith("/") ? root.length() : root.length() + 1;
            RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(folder, true);
            while (files.hasNext()) {
                String name = files.next().getPath().toUri().getPath().substring(prefix);
                if (PicturePaths.isPicture(name)) {
                    String known = pictures.put(name.substring(0, name.lastIndexOf('.')), name);
                    if (known != null) {
                        throw new DataException(folder + " has both " + known + " and " + name
                                + ": which one is compared is not clear");
                    }
                }
            }
        } catch (IOException e) {
            throw Storage.explain(folder, e);
        }
        if (pictures.isEmpty()) {
            throw new DataException(folder + " holds no pictures: files called " + PicturePaths.EXTENSION_LIST);
        }
        return pictures;
    }

    private static void requirePartners(
            Path folder, SortedMap<String, String> pictures, Path other, SortedMap<String, String> others)
            throws DataException {
        var missing = new TreeMap<>(pictures);
        missing.keySet().removeAll(others.keySet());
        if (!missing.isEmpty()) {
            throw new DataException(missing.size() + " of " + pictures.size() + " pictures in " + folder
                    + " have no partner of the same name in " + other + ": " + some(missing.values()));
        }
    }

    private static String some(Collection<String> names) {
        return String.join(", ", names.stream().limit(LISTED).toList()) + (names.size() > LISTED ? ", ..." : "");
    }
}
