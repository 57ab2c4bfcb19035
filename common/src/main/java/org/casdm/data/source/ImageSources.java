package org.casdm.data.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.casdm.data.PicturePaths;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.archive.TarListing;
import org.casdm.data.source.archive.ZipListing;
import org.casdm.data.source.array.CifarListing;
import org.casdm.data.source.array.IdxFile;
import org.casdm.data.source.array.IdxListing;
import org.casdm.data.source.array.NpzListing;
import org.casdm.data.source.folder.FolderListing;
import org.casdm.data.source.label.LabelRule;
import org.casdm.data.source.lmdb.LmdbListing;
import org.casdm.data.source.parquet.ParquetListing;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;

/** Finds sources on any Hadoop file system and detects their formats. */
public final class ImageSources {
    /** Folders of binary files hold few: the first entries decide. */
    private static final int ENTRIES_TO_LOOK_AT = 1000;

    private static final Pattern SYNSET_TAR = Pattern.compile("n\\d{8}\\.tar");

    /** Where a folder has signs of several formats: an archive or a table may lie beside the pictures it is of. */
    private static final List<SourceFormat> BY_SURENESS = List.of(
            SourceFormat.LSUN,
            SourceFormat.IDX,
            SourceFormat.CIFAR10,
            SourceFormat.CIFAR100,
            SourceFormat.FOLDER,
            SourceFormat.IMAGENET,
            SourceFormat.TAR,
            SourceFormat.PARQUET,
            SourceFormat.IMAGENET_NPZ);

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
                throw new DataException(location + " has the format " + found.key() + ", but labels \"" + rule.key()
                        + "\" need a folder or a zip of pictures. Set labels to auto or none");
            }
            ImageSource source = switch (found) {
                case FOLDER -> FolderListing.of(path, hadoop, limits).source(location, rule, hadoop, limits);
                case ZIP -> ZipListing.of(location, path, rule, hadoop, limits);
                case TAR -> new TarListing(hadoop, limits).pictures(location, path, rule);
                case PARQUET -> ParquetListing.of(location, path, rule, hadoop);
                case IMAGENET -> new TarListing(hadoop, limits).classTars(location, path);
                case LSUN -> LmdbListing.of(location, path, hadoop);
                case IMAGENET_NPZ -> NpzListing.of(location, path, hadoop, limits);
                case CIFAR10, CIFAR100 -> CifarListing.of(location, path, found, hadoop);
                case IDX -> IdxListing.of(location, path, hadoop);
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
            return formatOfFile(status);
        }
        if (DatasetDescription.isIn(fileSystem, path)) {
            throw new DataException(location + " is prepared already (it holds " + DatasetDescription.FILE_NAME
                    + "): train from it directly");
        }
        if (LmdbListing.isDatabase(fileSystem, path)) {
            return SourceFormat.LSUN;
        }
        Set<SourceFormat> seen = EnumSet.noneOf(SourceFormat.class);
        RemoteIterator<FileStatus> entries = fileSystem.listStatusIterator(path);
        for (int i = 0; i < ENTRIES_TO_LOOK_AT && entries.hasNext(); i++) {
            FileStatus entry = entries.next();
            String name = entry.getPath().getName();
            if (entry.isFile()) {
                formatOfName(name).ifPresent(seen::add);
            } else if (LmdbListing.isDatabaseName(name) && LmdbListing.isDatabase(fileSystem, entry.getPath())) {
                seen.add(SourceFormat.LSUN);
            }
        }
        return BY_SURENESS.stream().filter(seen::contains).findFirst().orElse(SourceFormat.FOLDER);
    }

    /** What a file in a folder is a sign of. */
    private static Optional<SourceFormat> formatOfName(String name) {
        if (IdxListing.isImagesFile(name)) {
            return Optional.of(SourceFormat.IDX);
        }
        for (SourceFormat cifar : List.of(SourceFormat.CIFAR10, SourceFormat.CIFAR100)) {
            if (CifarListing.isTrainingFile(name, cifar)) {
                return Optional.of(cifar);
            }
        }
        if (PicturePaths.isPicture(name)) {
            return Optional.of(SourceFormat.FOLDER);
        }
        if (TarListing.isTar(name)) {
            return Optional.of(SYNSET_TAR.matcher(name).matches() ? SourceFormat.IMAGENET : SourceFormat.TAR);
        }
        if (ParquetListing.isParquet(name)) {
            return Optional.of(SourceFormat.PARQUET);
        }
        return NpzListing.isNpz(name) || NpzListing.isPickleName(name)
                ? Optional.of(SourceFormat.IMAGENET_NPZ)
                : Optional.empty();
    }

    private SourceFormat formatOfFile(FileStatus file) throws IOException {
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
        if (file.getPath().getName().endsWith(".bin")) {
            return CifarListing.formatOf(file);
        }
        if (IdxFile.holdsImages(file.getPath(), hadoop)) {
            return SourceFormat.IDX;
        }
        throw new DataException(file.getPath() + " is not a supported file of pictures (zip, tar, Parquet, .npz, LMDB, "
                + "CIFAR's .bin, IDX). Give one of those, or a folder of pictures");
    }
}
