package org.casdm.job.prepare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.FirstPicture;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.storage.Storage;
import org.casdm.tensor.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data sets that commands prepare for themselves: each once, in a folder of its own that is named by a fingerprint of
 * source and settings, and so found again by any command. Everything else reads prepared data only.
 */
public final class PreparedCache {

    private static final Logger LOG = LoggerFactory.getLogger(PreparedCache.class);
    private static final String FOLDER_NAME = "casdm-cache";
    /** Changes when the same source and settings give other images. */
    private static final String VERSION = "1";

    private static final int FINGERPRINT_DIGITS = 16;
    private static final int LONGEST_NAME = 40;

    private final JavaSparkContext spark;
    private final Path folder;

    private PreparedCache(JavaSparkContext spark, Path folder) {
        this.spark = spark;
        this.folder = folder;
    }

    /** The cache in a folder that the user names, or else beside a run's folder. */
    public static PreparedCache ofRun(JavaSparkContext spark, Optional<String> folder, String run) throws IOException {
        var hadoop = spark.hadoopConfiguration();
        return new PreparedCache(
                spark, folder.isPresent() ? Storage.path(folder.get()) : beside(Storage.path(run), hadoop));
    }

    /**
     * The cache in a folder that the user names; or else, on one machine for files of that machine, in the user's
     * folder for caches; or else beside the source, which all executors reach.
     */
    public static PreparedCache ofSource(JavaSparkContext spark, Optional<String> folder, String source)
            throws IOException {
        if (folder.isPresent()) {
            return new PreparedCache(spark, Storage.path(folder.get()));
        }
        var path = Storage.path(source);
        boolean here = spark.isLocal()
                && Storage.fileSystem(path, spark.hadoopConfiguration())
                        .getUri()
                        .getScheme()
                        .equals("file");
        return new PreparedCache(
                spark, here ? new Path(UserCache.folder().toUri()) : beside(path, spark.hadoopConfiguration()));
    }

    /** A bucket's root has nothing beside it. */
    private static Path beside(Path path, Configuration hadoop) throws IOException {
        var whole = Storage.fileSystem(path, hadoop).makeQualified(path);
        return new Path(whole.getParent() == null ? whole : whole.getParent(), FOLDER_NAME);
    }

    /**
     * The prepared images of a source; prepares them if they are not there yet.
     *
     * @param source             as it was found with these labels and limits
     * @param labels             where its classes come from
     * @param size               width and height of the images in pixels
     * @param maximumBadFraction share of pictures that may be unusable
     * @param limits             what the source may ask for
     * @throws IOException if it cannot be prepared, or too many pictures are unusable
     */
    public DataFolder get(
            ImageSource source, LabelRule labels, int size, double maximumBadFraction, SourceLimits limits)
            throws IOException {
        var hadoop = spark.hadoopConfiguration();
        var out = new Path(folder, name(source, labels, size, limits)).toString();
        var settings = new PrepareSettings(
                source.location(),
                source.format(),
                labels,
                out,
                size,
                0,
                0,
                OptionalInt.empty(),
                maximumBadFraction,
                limits);
        var found = DataFolder.in(out, hadoop);
        if (found.isPresent()) {
            LOG.info("{} is already prepared: {}", source.location(), out);
            checkSkipped(settings, found.get().description());
            return found.get();
        }
        LOG.info("preparing {} once, into {}", source.location(), out);
        try {
            new PrepareJob(settings).run(spark, source);
        } catch (IOException | RuntimeException e) {
            // Another run may have prepared the same at the same time: then all is there, and its files are the same.
            if (DataFolder.in(out, hadoop).isEmpty()) {
                throw e;
            }
            LOG.warn("{} has been prepared by another run: {}", out, e.toString());
        }
        return DataFolder.at(out, hadoop);
    }

    /** The shorter side of a source's first picture, in pixels. */
    public static int sizeOfFirst(ImageSource source, SourceLimits limits, JavaSparkContext spark) throws IOException {
        return FirstPicture.shortSide(source, SourceAccess.context(spark.hadoopConfiguration(), limits));
    }

    private static void checkSkipped(PrepareSettings settings, DatasetDescription description) throws IOException {
        new BadLimit(settings.source(), settings.maximumBadFraction(), description.count())
                .checkAll(description.skipped(), description.count());
    }

    private String name(ImageSource source, LabelRule labels, int size, SourceLimits limits) throws IOException {
        var path = Storage.path(source.location());
        var whole = Storage.fileSystem(path, spark.hadoopConfiguration()).makeQualified(path);
        var digest = Sha256.newDigest();
        digest.update(String.join(
                        "\n",
                        VERSION,
                        whole.toString(),
                        source.format().key(),
                        source.fingerprint(),
                        labels.key(),
                        Integer.toString(size),
                        limits.toString())
                .getBytes(StandardCharsets.UTF_8));
        var words = path.getName().replaceAll("[^A-Za-z0-9.-]+", "_");
        return (words.isEmpty() ? "images" : words.substring(0, Math.min(LONGEST_NAME, words.length()))) + "-" + size
                + "-" + Sha256.hex(digest).substring(0, FINGERPRINT_DIGITS);
    }
}
