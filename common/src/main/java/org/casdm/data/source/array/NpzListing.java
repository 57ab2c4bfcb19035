package org.casdm.data.source.array;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourceFingerprint;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.SourcePart;
import org.casdm.failure.DataException;
import org.casdm.storage.Storage;
import org.casdm.tensor.TensorFormatException;

/**
 * The downsampled ImageNet of Chrabaszcz, Loshchilov and Hutter (2017, arXiv 1707.08819) as published in
 * {@code .npz} files. The older, pickled files are refused: reading them means running what is in them.
 */
public final class NpzListing {
    private static final String SUFFIX = ".npz";
    private static final int RECORDS_A_PART = 10_000;

    private NpzListing() {}

    public static boolean isNpz(String name) {
        return name.endsWith(SUFFIX);
    }

    /** Whether a file is called as the pickled form's files are. */
    public static boolean isPickleName(String name) {
        return name.matches("(train_data_batch_\\d+|val_data)");
    }

    /** Whether a file begins as Python's pickles (protocol 2 and later) do. */
    public static boolean isPickle(byte[] begin) {
        return begin[0] == (byte) 0x80 && begin[1] >= 2 && begin[1] <= 5;
    }

    /** What to say of a pickle. */
    public static DataException pickle(Path file) {
        return new DataException(file + " is a Python pickle. Those are not read, since reading one can run anything. "
                + "Get the .npz form, or convert it where you trust it: python3 -c \"import pickle, numpy, sys; "
                + "d = pickle.load(open(sys.argv[1], 'rb')); numpy.savez(sys.argv[1], data=d['data'], "
                + "labels=d['labels'])\" " + file.getName());
    }

    /** @param path one file, or the folder with train_data_batch_*.npz */
    public static ImageSource of(String location, Path path, Configuration hadoop, SourceLimits limits)
            throws IOException {
        List<FileStatus> files = files(path, hadoop);
        List<SourcePart> parts = new ArrayList<>();
        int classes = 0;
        long count = 0;
        int side = 0;
        var fingerprint = new SourceFingerprint();
        for (FileStatus file : files) {
            fingerprint.add(file);
            try (NpzBatch batch = NpzBatch.open(file.getPath(), hadoop, limits)) {
                int length = batch.stored() ? RECORDS_A_PART : batch.count();
                for (int first = 0; first < batch.count(); first += length) {
                    parts.add(new NpzPart(
                            file.getPath().toString(),
                            first,
                            Math.min(batch.count(), first + length),
                            batch.recordBytes()));
                }
                classes = Math.max(classes, batch.largestLabel());
                count += batch.count();
                side = batch.side();
            } catch (TensorFormatException e) {
                throw new DataException(
                        e.getMessage() + ". Download it again, or check that it is ImageNet's downsampled "
                                + "form: arrays data (N x 3072 for 32 pixels, uint8) and labels (from 1 on)",
                        e);
            }
        }
        if (parts.isEmpty()) {
            throw new DataException(path + " holds no records");
        }
        return new ImageSource(
                location,
                SourceFormat.IMAGENET_NPZ,
                IntStream.rangeClosed(1, classes).mapToObj(Integer::toString).toList(),
                parts,
                count + " pictures of " + side + " x " + side + " in " + files.size() + " .npz file"
                        + (files.size() == 1 ? "" : "s") + " of " + location + ", " + classes + " classes",
                fingerprint);
    }

    private static List<FileStatus> files(Path path, Configuration hadoop) throws IOException {
        FileSystem fileSystem = Storage.fileSystem(path, hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        if (status.isFile()) {
            return List.of(status);
        }
        List<FileStatus> found = new ArrayList<>();
        for (FileStatus file : fileSystem.listStatus(path)) {
            if (file.isFile() && isNpz(file.getPath().getName())) {
                found.add(file);
            } else if (file.isFile() && isPickleName(file.getPath().getName())) {
                throw pickle(file.getPath());
            }
        }
        List<FileStatus> training = found.stream()
                .filter(file -> file.getPath().getName().startsWith("train"))
                .sorted()
                .toList();
        if (found.isEmpty()) {
            throw new DataException(path + " holds no .npz files (train_data_batch_1.npz and so on)");
        }
        return training.isEmpty() ? found.stream().sorted().toList() : training;
    }
}
