package org.casdm.data;

import java.io.IOException;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.picture.ImageDecoder;
import org.casdm.data.picture.Picture;

/** Reads, decodes and transforms one picture file at a time; holds no state besides. */
final class FolderImageReader implements ImageReader {
    /** No picture within the limit of pixels is larger; a film called .gif is not read into memory. */
    private static final int MAXIMUM_FILE_BYTES = 512 << 20;

    private final FolderImageSet set;
    private final ReadOptions options;
    private final Path root;
    private final FileSystem fileSystem;
    private final ImageDecoder decoder;

    FolderImageReader(FolderImageSet set, Configuration hadoop, ReadOptions options) throws DataException {
        this.set = set;
        this.options = options;
        root = Storage.path(set.location());
        FileSystem found = Storage.fileSystem(root, hadoop);
        // The checksums that Hadoop looks for beside local files cost time and fail on names with a colon.
        fileSystem = found instanceof LocalFileSystem local ? local.getRawFileSystem() : found;
        decoder = new ImageDecoder(options.maximumPixels());
    }

    @Override
    public ImageSet imageSet() {
        return set;
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public void read(long index, byte[] destination, int offset) throws IOException {
        options.transform().apply(picture(index), destination, offset);
    }

    @Override
    public Picture picture(long index) throws IOException {
        String id = id(index);
        return decoder.decode(content(index, id), id);
    }

    private byte[] content(long index, String id) throws IOException {
        // Not new Path(String): a file's name may hold a colon or a percent sign.
        Path file = new Path(
                root.toUri().getScheme(),
                root.toUri().getAuthority(),
                withSlash(root.toUri().getPath()) + set.relativePath(index));
        try (var input = fileSystem.open(file)) {
            byte[] content = input.readNBytes(MAXIMUM_FILE_BYTES + 1);
            if (content.length > MAXIMUM_FILE_BYTES) {
                throw new BadImageException(
                        id, String.format(Locale.ROOT, "the file is larger than %d MiB", MAXIMUM_FILE_BYTES >> 20));
            }
            return content;
        } catch (IOException e) {
            if (Storage.isMissing(e)) {
                FileNames.requireUtf8(id, FileNames.charset());
                throw new BadImageException(id, "the file is gone since the folder was listed", e);
            }
            throw Storage.explained(file, e);
        }
    }

    private static String withSlash(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    @Override
    public int label(long index) {
        return set.label(index);
    }

    @Override
    public String id(long index) {
        return withSlash(set.location()) + set.relativePath(index);
    }

    @Override
    public void close() {
        // Hadoop's file systems are shared in a JVM; nothing else is held.
    }
}
