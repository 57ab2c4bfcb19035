package org.casdm.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Picture files in a folder and the folders below it, in the order of their relative paths, by the rules of
 * {@link PicturePaths}.
 */
final class FolderImageSet implements ImageSet {
    private static final long serialVersionUID = 1L;

    private final String location;
    private final PathList paths;
    private final ArrayList<String> classNames;
    private final long ignored;

    private FolderImageSet(String location, PathList paths, List<String> classNames, long ignored) {
        this.location = location;
        this.paths = paths;
        this.classNames = new ArrayList<>(classNames);
        this.ignored = ignored;
    }

    /** @throws DataException when there are no pictures, or the folder cannot be listed */
    static FolderImageSet find(String location, Path folder, Configuration hadoop) throws DataException {
        List<String> found = new ArrayList<>();
        long ignored = 0;
        try {
            var fileSystem = Storage.fileSystem(folder, hadoop);
            String root = fileSystem.makeQualified(folder).toUri().getPath();
            int prefix = root.endsWith("/") ? root.length() : root.length() + 1;
            // One flat listing on object stores, however deep the folders are.
            RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(folder, true);
            while (files.hasNext()) {
                String relative = files.next().getPath().toUri().getPath().substring(prefix);
                if (!PicturePaths.isPicture(relative)) {
                    ignored++;
                } else {
                    found.add(relative);
                }
            }
        } catch (IOException e) {
            throw Storage.explain(folder, e);
        }
        if (found.isEmpty()) {
            throw new DataException(String.format(
                            Locale.ROOT,
                            "%s holds no images (%d other files). Images are files called %s, in it or ",
                            folder,
                            ignored,
                            PicturePaths.EXTENSION_LIST)
                    + "in folders below it");
        }
        found.sort(null);
        return new FolderImageSet(location, new PathList(found), PicturePaths.classNames(found), ignored);
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.FOLDER;
    }

    @Override
    public long count() {
        return paths.size();
    }

    @Override
    public List<String> classNames() {
        return List.copyOf(classNames);
    }

    @Override
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d image files in %s, %s%s",
                count(),
                location,
                labelled() ? classNames.size() + " classes (folders)" : "no classes",
                ignored == 0 ? "" : ", " + ignored + " other files left aside");
    }

    @Override
    public ImageReader open(Configuration hadoop, ReadOptions options) throws IOException {
        var reader = new FolderImageReader(this, hadoop, options);
        return options.cacheMib() == 0 ? reader : new CachingImageReader(reader);
    }

    String relativePath(long index) {
        return paths.get((int) Objects.checkIndex(index, count()));
    }

    int label(long index) {
        if (classNames.isEmpty()) {
            return ImageReader.NO_LABEL;
        }
        return Collections.binarySearch(classNames, PicturePaths.className(relativePath(index)));
    }
}
