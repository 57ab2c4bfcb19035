package org.casdm.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Picture files in a folder and the folders below it, in the order of their relative paths. When every picture lies in a
 * folder of the first level, those folders are the classes, in the order of their names; otherwise there are none.
 * Files are taken by extension; hidden ones (a name on the way that begins with a dot) and others are left aside.
 */
final class FolderImageSet implements ImageSet {
    private static final long serialVersionUID = 1L;
    private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "jpe", "png", "webp", "bmp", "gif");

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
                if (isHidden(relative) || !EXTENSIONS.contains(extension(relative))) {
                    ignored++;
                } else {
                    found.add(relative);
                }
            }
        } catch (IOException e) {
            throw Storage.explain(folder, e);
        }
        if (found.isEmpty()) {
            throw new DataException("%s holds no images (%d other files). Images are files called .jpg, .jpeg, .png, "
                    .formatted(folder, ignored) + ".webp, .bmp or .gif, in it or in folders below it");
        }
        found.sort(null);
        return new FolderImageSet(location, new PathList(found), classes(found), ignored);
    }

    private static List<String> classes(List<String> relativePaths) {
        var names = new TreeSet<String>();
        for (String path : relativePaths) {
            int end = path.indexOf('/');
            if (end < 0) {
                return List.of();
            }
            names.add(path.substring(0, end));
        }
        return List.copyOf(names);
    }

    private static boolean isHidden(String relative) {
        return relative.startsWith(".") || relative.contains("/.");
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
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
        return "%d image files in %s, %s%s".formatted(count(), location,
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
        String path = relativePath(index);
        return Collections.binarySearch(classNames, path.substring(0, path.indexOf('/')));
    }
}
