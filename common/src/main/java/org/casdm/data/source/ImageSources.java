package org.casdm.data.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.casdm.data.DataException;
import org.casdm.data.ImageFormat;
import org.casdm.data.ImageSet;
import org.casdm.data.ImageSetFinder;
import org.casdm.data.Storage;
import org.casdm.data.shard.DatasetDescription;

/** Finds sources on any Hadoop file system and tells their formats apart. */
public final class ImageSources {
    /** Folders of binary files hold few: what is not among the first entries is no such folder. */
    private static final int ENTRIES_TO_LOOK_AT = 1000;

    private static final Pattern SYNSET_TAR = Pattern.compile("n\\d{8}\\.tar");

    private final Configuration hadoop;
    private final SourceLimits limits;

    /**
     * @param hadoop says how to reach the storage
     * @param limits what the source may ask for
     */
    public ImageSources(Configuration hadoop, SourceLimits limits) {
        this.hadoop = hadoop;
        this.limits = limits;
    }

    /**
     * Finds what is at a path.
     *
     * @param location a folder or file as {@code /data/images}, {@code file:///data/images},
     *                 {@code s3a://bucket/images}
     * @param format   how it is stored, or {@link SourceFormat#AUTO} to find out
     * @return the source; {@link ImageSource#summary} says what was found
     * @throws DataException when there is nothing, nothing usable, or no access; it says which and what to do
     */
    public ImageSource find(String location, SourceFormat format) throws DataException {
        return find(location, format, LabelRule.AUTO);
    }

    /**
     * Finds what is at a path, with classes by a rule.
     *
     * @param rule where classes come from
     * @throws DataException as {@link #find(String, SourceFormat)}, and when the format has no classes by that rule
     */
    public ImageSource find(String location, SourceFormat format, LabelRule rule) throws DataException {
        Path path = Storage.path(location);
        try {
            SourceFormat found = format == SourceFormat.AUTO ? detect(location, path) : format;
            if ((rule == LabelRule.FOLDER || rule == LabelRule.NAME)
                    && found != SourceFormat.FOLDER
                    && found != SourceFormat.ZIP) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s has the format %s, but labels \"%s\" need a folder or a zip of pictures. "
                                + "Set labels to auto or none",
                        location,
                        found.key(),
                        rule.key()));
            }
            ImageSource source = switch (found) {
                case FOLDER -> FolderListing.of(path, hadoop, limits).source(location, rule, hadoop, limits);
                case ZIP -> ZipListing.of(location, path, rule, hadoop, limits);
                case TAR -> new TarListing(hadoop, limits).pictures(location, path, rule);
                case PARQUET -> ParquetListing.of(location, path, rule, hadoop);
                case IMAGENET -> new TarListing(hadoop, limits).classTars(location, path);
                case LSUN -> LmdbListing.of(location, path, hadoop);
                case IMAGENET_NPZ -> NpzListing.of(location, path, hadoop, limits);
                case CIFAR10 -> records(location, ImageFormat.CIFAR10, found);
                case CIFAR100 -> records(location, ImageFormat.CIFAR100, found);
                case IDX -> records(location, ImageFormat.IDX, found);
                case AUTO -> throw new IllegalStateException("the format of " + path + " was found to be unknown");
            };
            return rule == LabelRule.NONE ? source.withoutLabels() : source;
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    private SourceFormat detect(String location, Path path) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        if (status.isFile()) {
            return formatOfFile(location, status);
        }
        if (DatasetDescription.isIn(fileSystem, path)) {
            throw new DataException(location + " is prepared already (it holds " + DatasetDescription.FILE_NAME
                    + "): train from it as it is");
        }
        if (LmdbListing.isDatabase(fileSystem, path)) {
            return SourceFormat.LSUN;
        }
        RemoteIterator<FileStatus> entries = fileSystem.listStatusIterator(path);
        for (int i = 0; i < ENTRIES_TO_LOOK_AT && entries.hasNext(); i++) {
            FileStatus entry = entries.next();
            String name = entry.getPath().getName();
            if (entry.isDirectory()
                    && LmdbListing.isDatabaseName(name)
                    && LmdbListing.isDatabase(fileSystem, entry.getPath())) {
                return SourceFormat.LSUN;
            }
            if (entry.isFile() && ParquetListing.isParquet(name)) {
                return SourceFormat.PARQUET;
            }
            if (entry.isFile() && TarListing.isTar(name)) {
                return SYNSET_TAR.matcher(name).matches() ? SourceFormat.IMAGENET : SourceFormat.TAR;
            }
            if (entry.isFile() && (NpzListing.isNpz(name) || NpzListing.isPickleName(name))) {
                return SourceFormat.IMAGENET_NPZ;
            }
        }
        return inPlace(location);
    }

    private SourceFormat formatOfFile(String location, FileStatus file) throws IOException {
        if (file.getPath().getName().equals(LmdbListing.DATA_FILE)) {
            return SourceFormat.LSUN;
        }
        byte[] begin = new byte[4];
        try (var input = Storage.fileSystem(file.getPath(), hadoop).open(file.getPath())) {
            input.readNBytes(begin, 0, begin.length);
        }
        if (NpzListing.isNpz(file.getPath().getName())) {
            return SourceFormat.IMAGENET_NPZ;
        }
        if (NpzListing.isPickle(begin)) {
            throw NpzListing.pickle(file.getPath());
        }
        if (begin[0] == 'P' && begin[1] == 'K') {
            return SourceFormat.ZIP;
        }
        if (Arrays.equals(begin, ParquetListing.MAGIC)) {
            return SourceFormat.PARQUET;
        }
        if (TarListing.isTar(file.getPath().getName())) {
            return new TarListing(hadoop, limits).holdsTars(file) ? SourceFormat.IMAGENET : SourceFormat.TAR;
        }
        return inPlace(location);
    }

    private SourceFormat inPlace(String location) throws DataException {
        return SourceFormat.of(new ImageSetFinder(hadoop).formatOf(location).key());
    }

    private ImageSource records(String location, ImageFormat format, SourceFormat found) throws DataException {
        ImageSet set = new ImageSetFinder(hadoop).find(location, format);
        return new ImageSource(location, found, set.classNames(), RecordRange.of(set), set.summary());
    }
}
