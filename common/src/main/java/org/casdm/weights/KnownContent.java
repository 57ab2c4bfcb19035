package org.casdm.weights;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CheckpointStore;
import org.casdm.checkpoint.StepName;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.TensorFormatException;

/**
 * What can be known of a file of weights whose SHA-256 is not given: the files of torchvision and others carry the
 * hash's first digits in their name ({@code vgg16-397923af.pth}), and those of a checkpoint are in the
 * {@code state.json} beside them.
 */
public final class KnownContent {

    private static final Pattern HASH_IN_NAME = Pattern.compile(".*-(?<digits>[0-9a-f]{8,64})\\.(pth|pt)");
    private static final Pattern STEP = Pattern.compile(StepName.PATTERN);

    private KnownContent() {}

    /**
     * Compares a file with what is known of it. Reads it once, if anything is.
     *
     * @throws TensorFormatException if it is another file, or damaged
     * @throws org.casdm.checkpoint.CorruptCheckpointException if it belongs to a checkpoint that is not whole
     */
    public static void verify(FileSystem fileSystem, Path path) throws IOException {
        var named = HASH_IN_NAME.matcher(path.getName());
        if (named.matches()) {
            var found = ContentDigest.of(fileSystem, path);
            if (!found.sha256().startsWith(named.group("digits"))) {
                throw new TensorFormatException(
                        path.toString(),
                        "is damaged, or is another file: its SHA-256 is "
                                + found.sha256() + ", but its name says that it begins with " + named.group("digits")
                                + "; download it again, or rename it");
            }
            return;
        }
        var expected = fromCheckpoint(fileSystem, path);
        if (expected.isPresent()) {
            var found = ContentDigest.of(fileSystem, path);
            if (!found.equals(expected.get())) {
                throw new TensorFormatException(
                        path.toString(),
                        "is damaged: it has " + found.bytes() + " bytes with SHA-256 " + found.sha256() + " where "
                                + CheckpointFiles.STATE + " beside it says "
                                + expected.get().bytes() + " and "
                                + expected.get().sha256());
            }
        }
    }

    private static Optional<ContentDigest> fromCheckpoint(FileSystem fileSystem, Path path) throws IOException {
        var folder = path.getParent();
        if (folder == null
                || folder.getParent() == null
                || !STEP.matcher(folder.getName()).matches()
                || !fileSystem.exists(new Path(folder, CheckpointFiles.STATE))) {
            return Optional.empty();
        }
        var checkpoint = new CheckpointStore(fileSystem, folder.getParent()).open(Long.parseLong(folder.getName()));
        return Optional.ofNullable(checkpoint.files().get(path.getName()));
    }
}
