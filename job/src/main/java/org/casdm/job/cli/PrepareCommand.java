package org.casdm.job.cli;

import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.prepare.PrepareJob;
import org.casdm.job.prepare.PrepareSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm prepare}. */
@Command(
        name = "prepare",
        description = "Turns a set of pictures, in its published form, into shards of training pixels. The result "
                + "depends only on source and settings. Rerun the same command to resume.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm prepare --source /usr/share/datasets/fashion-mnist --out /data/fashion-32 --size 32",
            "  casdm prepare --source s3a://bucket/ILSVRC2012_img_train.tar --out s3a://bucket/imagenet-64 \\",
            "      --size 64 --held-out 0.01 --master spark://host:7077"
        })
final class PrepareCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SparkOptions spark;

    @Option(
            names = "--source",
            required = true,
            paramLabel = "URI",
            description = "The pictures: a file or folder of any Hadoop file system.")
    private String source;

    @Option(
            names = {"--format", "--kind"},
            paramLabel = "FORMAT",
            defaultValue = "auto",
            description = "Format of the source: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, detected).",
            completionCandidates = SourceFormatNames.class,
            converter = SourceFormatNames.class)
    private SourceFormat format;

    @Option(
            names = "--labels",
            paramLabel = "RULE",
            defaultValue = "auto",
            description = "Where classes come from: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, what the"
                    + " source stores, else folders). folder: the folders of the first level; name: the part of a file's"
                    + " name before the first underscore; both for folders and zips.",
            completionCandidates = LabelRuleNames.class,
            converter = LabelRuleNames.class)
    private LabelRule labels;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "The data folder to write. Must be new, empty, or begun by the same command.")
    private String out;

    @Option(
            names = "--size",
            required = true,
            paramLabel = "PIXELS",
            description = "Width and height of the training images, 1 to 4096.")
    private int size;

    @Option(
            names = "--held-out",
            paramLabel = "FRACTION",
            defaultValue = "0",
            description =
                    "Share of images that is held out, in the folder held-out below --out, chosen by a hash of their"
                            + " ids (default: ${DEFAULT-VALUE}).")
    private double heldOut;

    @Option(
            names = "--images-per-shard",
            paramLabel = "N",
            description = "About how many images a shard has (default: 128 MiB of pixels).")
    private Integer imagesPerShard;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Seed of the order of images (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--max-bad-fraction",
            paramLabel = "FRACTION",
            defaultValue = "0.01",
            description =
                    "Share of pictures that may be unusable; they are skipped and listed (default: ${DEFAULT-VALUE}).")
    private double maximumBadFraction;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Pictures with more pixels than this are unusable (default: Pillow's limit, 89478485).")
    private Long maximumPixels;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            description = "Picture files, archive entries and values with more bytes than this are unusable, 1 to "
                    + "2^30 (default: 256 MiB).")
    private Integer maximumBytes;

    @Option(
            names = "--max-ratio",
            paramLabel = "N",
            description = "Compressed data that grows by more than this "
                    + "factor is unusable, once it has given 16 MiB (default: 200).")
    private Integer maximumRatio;

    @Option(names = "--follow-links", description = "Follow symbolic links in a folder of pictures.")
    private boolean followLinks;

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        return SparkProgram.run(
                spark.conf("casdm prepare " + out), spec.commandLine().getErr(), new PrepareJob(settings)::run);
    }

    private PrepareSettings settings() {
        try {
            var limits = new SourceLimits(
                    maximumPixels == null ? SourceLimits.DEFAULT.maximumPixels() : maximumPixels,
                    maximumBytes == null ? SourceLimits.DEFAULT.maximumEntryBytes() : maximumBytes,
                    maximumRatio == null ? SourceLimits.DEFAULT.maximumRatio() : maximumRatio,
                    followLinks);
            return new PrepareSettings(
                    source,
                    format,
                    labels,
                    out,
                    size,
                    seed,
                    heldOut,
                    imagesPerShard == null ? OptionalInt.empty() : OptionalInt.of(imagesPerShard),
                    maximumBadFraction,
                    limits);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
