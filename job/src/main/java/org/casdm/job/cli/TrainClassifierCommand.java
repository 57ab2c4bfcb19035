package org.casdm.job.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.engine.nd4j.NativeThreads;
import org.casdm.engine.nd4j.Nd4jBackend;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.SparkOptions;
import org.casdm.job.cli.spark.SparkProgram;
import org.casdm.job.prepare.PreparedCache;
import org.casdm.job.progress.Progress;
import org.casdm.metric.classifier.Classifier;
import org.casdm.metric.classifier.ClassifierFile;
import org.casdm.metric.classifier.ClassifierLayout;
import org.casdm.metric.classifier.ClassifierTraining;
import org.casdm.metric.classifier.LabelledImages;
import org.casdm.metric.classifier.LabelledImages.Part;
import org.casdm.metric.classifier.TrainingSettings;
import org.casdm.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm train-classifier}. */
@Command(
        name = "train-classifier",
        description = "Trains a small classifier on labelled images, whose features stand in for the Inception "
                + "network's where those do not fit: grey or tiny images. Its metrics are called FID "
                + "(classifier), and are comparable only with those of the same file.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm train-classifier --data /usr/share/datasets/fashion-mnist \\",
            "      --test /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz --out fashion.safetensors",
            "  casdm train-classifier --data s3a://bucket/cifar-10 --out s3a://bucket/weights/cifar.safetensors"
        })
final class TrainClassifierCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    private static final double MOST_SKIPPED = 0.05;

    @Mixin
    private SparkOptions spark;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "URI",
            description = "Labelled images: a data folder, or pictures in any form that prepare reads, which are "
                    + "prepared first.")
    private String data;

    @Option(
            names = "--test",
            paramLabel = "URI",
            description = "Images to test on, of the same classes. Without them "
                    + "one in ten images of --data is held out for that.")
    private String test;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "File to write, safetensors. Must not exist yet.")
    private String out;

    @Option(
            names = "--cache",
            paramLabel = "URI",
            description = "Folder for pictures, which are prepared once and found again (default: the user's folder "
                    + "for caches on one machine, else beside the pictures).")
    private String cache;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Width and height of the images that will be evaluated, " + ClassifierLayout.SMALLEST + " to "
                    + ClassifierLayout.LARGEST + "; those of --data are resized to it (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each image is seen (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "0.001",
            description = "At the start; it falls linearly to zero (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Seed of the first weights and the order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--width",
            paramLabel = "N",
            defaultValue = "" + ClassifierLayout.DEFAULT_WIDTH,
            description = "Channels of the first convolution, " + ClassifierLayout.NARROWEST + " to "
                    + ClassifierLayout.WIDEST + "; features of an image are four times as many (default: "
                    + "${DEFAULT-VALUE}).")
    private int width;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of arithmetic (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        Nd4jBackend.start();
        var hadoop = spark.hadoop();
        var path = Storage.path(out);
        var fileSystem = Storage.fileSystem(path, hadoop);
        // Told now, not after the training.
        if (fileSystem.exists(path)) {
            throw new FileAlreadyExistsException(out);
        }
        var folders = new ArrayList<DataFolder>();
        int prepared = prepare(hadoop, folders);
        if (prepared != ExitCode.DONE) {
            return prepared;
        }
        NativeThreads.ofThisThread(threads);
        var classifier = train(settings, folders, hadoop);
        String sha256 = ClassifierFile.write(classifier, fileSystem, path);
        var description = classifier.description();
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "accuracy %.4f on %,d images of %s%nWrote %s, SHA-256 %s%n",
                        description.accuracy(),
                        description.testImages(),
                        description.testData(),
                        path,
                        sha256);
        return ExitCode.DONE;
    }

    private TrainingSettings settings() {
        if (width < ClassifierLayout.NARROWEST || width > ClassifierLayout.WIDEST) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--width is " + ClassifierLayout.NARROWEST + " to " + ClassifierLayout.WIDEST + ", not " + width);
        }
        if (size < ClassifierLayout.SMALLEST || size > ClassifierLayout.LARGEST || threads < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--size is " + ClassifierLayout.SMALLEST + " to " + ClassifierLayout.LARGEST
                            + " and --threads at least 1, not " + size + " and " + threads);
        }
        try {
            return new TrainingSettings(epochs, batch, learningRate, seed, width);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Finds the data folders of training and test images; Spark is started only for what is not prepared. */
    private int prepare(Configuration hadoop, List<DataFolder> folders) throws IOException {
        var locations = test == null ? List.of(data) : List.of(data, test);
        for (var location : locations) {
            var found = DataFolder.in(location, hadoop);
            if (found.isEmpty()) {
                folders.clear();
                return SparkProgram.run(
                        spark.conf("casdm train-classifier"), spec.commandLine().getErr(), context -> {
                            for (var pictures : locations) {
                                folders.add(prepare(context, pictures));
                            }
                        });
            }
            found.get().requireSize(size);
            folders.add(found.get());
        }
        return ExitCode.DONE;
    }

    private DataFolder prepare(JavaSparkContext context, String location) throws IOException {
        var hadoop = context.hadoopConfiguration();
        var found = DataFolder.in(location, hadoop);
        if (found.isPresent()) {
            found.get().requireSize(size);
            return found.get();
        }
        var limits = SourceLimits.DEFAULT.withFollowLinks(true);
        var source = new ImageSources(hadoop, limits).find(location, SourceFormat.AUTO);
        return PreparedCache.ofSource(context, Optional.ofNullable(cache), location)
                .get(source, LabelRule.AUTO, size, MOST_SKIPPED, limits);
    }

    private Classifier train(TrainingSettings settings, List<DataFolder> folders, Configuration hadoop)
            throws IOException {
        var output = spec.commandLine().getOut();
        var training = LabelledImages.read(folders.get(0), test == null ? Part.TRAINING : Part.ALL, hadoop);
        var held = test == null
                ? LabelledImages.read(folders.get(0), Part.HELD_OUT, hadoop)
                : LabelledImages.read(folders.get(1), Part.ALL, hadoop);
        output.println(training.summary());
        output.flush();
        var lines = Progress.ofCount("train-classifier", "images", output::println);
        return new ClassifierTraining(settings, (images, total, loss) -> lines.at(images, total)).run(training, held);
    }
}
