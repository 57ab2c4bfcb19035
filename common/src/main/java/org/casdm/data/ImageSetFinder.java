package org.casdm.data;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardImageSet;

/** Finds data sets on any Hadoop file system and tells their formats apart. */
public final class ImageSetFinder {
    /** Folders of binary files hold few: what is not among the first entries is no such folder. */
    private static final int ENTRIES_TO_LOOK_AT = 1000;

    private final Configuration hadoop;

    /** @param hadoop says how to reach the storage */
    public ImageSetFinder(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    /**
     * Finds what is at a path.
     *
     * @param location a folder or file as {@code /data/images}, {@code file:///data/images}, {@code s3a://bucket/images}
     * @param format   how it is stored, or {@link ImageFormat#AUTO} to find out
     * @return the data set; {@link ImageSet#summary} says what was found
     * @throws DataException when there is nothing, nothing usable, or no access; it says which and what to do
     */
    public ImageSet find(String location, ImageFormat format) throws DataException {
        Path path = Storage.path(location);
        try {
            FileSystem fileSystem = Storage.fileSystem(path, hadoop);
            FileStatus status = fileSystem.getFileStatus(path);
            ImageFormat found = format == ImageFormat.AUTO ? formatOf(path, status, fileSystem) : format;
            return switch (found) {
                case CIFAR10, CIFAR100 -> CifarImageSet.find(location, path, found, hadoop);
                case IDX -> IdxImageSet.find(location, path, hadoop);
                case SHARDS -> ShardImageSet.find(location, path, hadoop);
                case FOLDER -> folder(location, path, status);
                case AUTO -> throw new IllegalStateException("the format of " + path + " was found to be unknown");
            };
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    /**
     * Tells how the data set at a path is stored, by looking at no more than its first entries.
     *
     * @param location a folder or file
     * @return never {@link ImageFormat#AUTO}; {@link ImageFormat#FOLDER} for any folder that is nothing else
     * @throws DataException when there is nothing, nothing usable, or no access
     */
    public ImageFormat formatOf(String location) throws DataException {
        Path path = Storage.path(location);
        try {
            FileSystem fileSystem = Storage.fileSystem(path, hadoop);
            return formatOf(path, fileSystem.getFileStatus(path), fileSystem);
        } catch (IOException e) {
            throw Storage.explain(path, e);
        }
    }

    private ImageFormat formatOf(Path path, FileStatus status, FileSystem fileSystem) throws IOException {
        return status.isFile() ? formatOfFile(path, status) : formatOfFolder(path, fileSystem);
    }

    private ImageSet folder(String location, Path path, FileStatus status) throws DataException {
        if (status.isFile()) {
            throw new DataException(path + " is a file; give the folder that holds the images");
        }
        return FolderImageSet.find(location, path, hadoop);
    }

    private ImageFormat formatOfFile(Path path, FileStatus status) throws IOException {
        if (path.getName().endsWith(".bin")) {
            return CifarImageSet.formatOf(status);
        }
        if (IdxFile.holdsImages(path, hadoop)) {
            return ImageFormat.IDX;
        }
        throw new DataException(
                path + " is neither a CIFAR file (.bin) nor an IDX file of images. Give one of those, or "
                        + "a folder of images");
    }

    private static ImageFormat formatOfFolder(Path path, FileSystem fileSystem) throws IOException {
        if (DatasetDescription.isIn(fileSystem, path)) {
            return ImageFormat.SHARDS;
        }
        RemoteIterator<FileStatus> entries = fileSystem.listStatusIterator(path);
        for (int i = 0; i < ENTRIES_TO_LOOK_AT && entries.hasNext(); i++) {
            FileStatus entry = entries.next();
            String name = entry.getPath().getName();
            if (!entry.isFile()) {
                continue;
            }
            if (IdxImageSet.isImagesFile(name)) {
                return ImageFormat.IDX;
            }
            for (ImageFormat cifar : new ImageFormat[] {ImageFormat.CIFAR10, ImageFormat.CIFAR100}) {
                if (CifarImageSet.isTrainingFile(name, cifar)) {
                    return cifar;
                }
            }
        }
        return ImageFormat.FOLDER;
    }
}
