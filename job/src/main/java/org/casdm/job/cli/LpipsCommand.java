package org.casdm.job.cli;

import com.univocity.parsers.csv.CsvWriter;
import com.univocity.parsers.csv.CsvWriterSettings;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.casdm.config.CasdmConfig.PrecisionChoice;
import org.casdm.engine.Engines;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.progress.Progress;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.LpipsSpec.Resize;
import org.casdm.lpips.LpipsWeights;
import org.casdm.lpips.Trunk;
import org.casdm.lpips.pictures.PictureComparison;
import org.casdm.lpips.pictures.PicturePair;
import org.casdm.lpips.pictures.PicturePairs;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.casdm.weights.WeightSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm lpips}. */
@Command(
        name = "lpips",
        description = "Compares two pictures, or the pictures of two folders pairwise by their names, by LPIPS 0.1. "
                + "Names are paths below the folder without the extension. The mean is printed at the end.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm lpips a.png b.png --weights vgg16-397923af.pth --lin lpips-vgg-v0.1.pth",
            "  casdm lpips s3a://bucket/true s3a://bucket/restored --trunk alex --out distances.csv \\",
            "      --weights s3a://bucket/alexnet-owt-7be5be79.pth --lin s3a://bucket/lpips-alex-v0.1.pth"
        })
final class LpipsCommand implements Callable<Integer> {

    private static final String NO_RESIZE = "none";
    private static final String TO_224 = "224";

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Mixin
    private EngineOptions engine;

    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "Picture or folder: a path or URI of any Hadoop file system.")
    private String first;

    @Parameters(index = "1", paramLabel = "B", description = "Picture or folder to compare A with.")
    private String second;

    @Option(
            names = "--trunk",
            defaultValue = "vgg",
            description = "Network whose features are compared: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Trunk trunk;

    @Option(
            names = "--weights",
            required = true,
            paramLabel = "URI",
            description = "The trunk's weights, or "
                    + "\"random\" to try things out. \"casdm weights\" fetches the published ones.")
    private String weights;

    @Option(
            names = "--lin",
            paramLabel = "URI",
            description = "The linear layers on top; may be left out with random weights.")
    private String lin;

    @Option(
            names = "--resize",
            paramLabel = "224|none",
            defaultValue = NO_RESIZE,
            description = "Whether pictures narrower than 256 pixels are resized to 224 x 224 first (default:"
                    + " ${DEFAULT-VALUE}, as the lpips package).")
    private String resize;

    @Option(
            names = "--out",
            paramLabel = "URI",
            description = "CSV file to write, with a line for each pair: its name "
                    + "and its distance. Must not exist yet. Without it the lines are printed.")
    private String out;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of arithmetic (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads is at least 1, not " + threads);
        }
        var lpipsSpec = new LpipsSpec(trunk, parseResize());
        var computer =
                Engines.select(engine.request(spec, PrecisionChoice.FLOAT32)).local();
        var trunkSource = WeightSource.parse(weights, Optional.empty());
        if (lin == null && !trunkSource.isRandom()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Give the linear layers for --trunk "
                            + trunkName() + " with --lin; \"casdm weights get lpips-" + trunkName() + " --to FOLDER\" "
                            + "fetches them.");
        }
        var linSource = WeightSource.parse(Optional.ofNullable(lin).orElse(WeightSource.RANDOM), Optional.empty());
        var hadoop = storage.hadoop();
        var pairs = PicturePairs.find(first, second, hadoop);
        var loaded = LpipsWeights.load(trunk, trunkSource, linSource, hadoop);
        try (var lpips = computer.engine().metric(lpipsSpec, loaded, computer.device(), computer.arithmetic(threads))) {
            var comparison = new PictureComparison(lpips, hadoop);
            double mean = out == null ? print(comparison, pairs) : write(comparison, pairs, loaded, hadoop);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "mean of %,d: %.6f (LPIPS 0.1, trunk %s%s)%n",
                            pairs.size(),
                            mean,
                            trunkName(),
                            loaded.isRandom() ? ", random weights: meaningless" : "");
        }
        return ExitCode.DONE;
    }

    private Resize parseResize() {
        return switch (resize) {
            case NO_RESIZE -> Resize.NONE;
            case TO_224 -> Resize.TO_224;
            default -> throw new ParameterException(spec.commandLine(), "--resize is 224 or none, not " + resize);
        };
    }

    private String trunkName() {
        return trunk.name().toLowerCase(Locale.ROOT);
    }

    private double print(PictureComparison comparison, List<PicturePair> pairs) throws IOException {
        var output = spec.commandLine().getOut();
        var sum = new double[1];
        comparison.compare(pairs, (pair, distance) -> {
            sum[0] += distance;
            output.printf(Locale.ROOT, "%s: %.6f%n", pair.name(), distance);
        });
        return sum[0] / pairs.size();
    }

    private double write(
            PictureComparison comparison, List<PicturePair> pairs, LpipsWeights loaded, Configuration hadoop)
            throws IOException {
        var path = Storage.path(out);
        // Whoever opens the file later sees it too.
        String column = loaded.isRandom() ? "lpips_" + trunkName() + "_random" : "lpips_" + trunkName();
        double mean = AtomicFile.create(Storage.fileSystem(path, hadoop), path, stream -> {
            var text = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
            double sum = writeLines(comparison, pairs, column, text);
            text.flush();
            return sum / pairs.size();
        });
        spec.commandLine().getOut().println("Wrote " + out);
        return mean;
    }

    private double writeLines(PictureComparison comparison, List<PicturePair> pairs, String column, Writer text)
            throws IOException {
        var csv = new CsvWriter(text, new CsvWriterSettings());
        var progress = Progress.ofCount("lpips", "pairs", spec.commandLine().getOut()::println);
        var done = new int[1];
        var sum = new double[1];
        csv.writeHeaders("name", column);
        comparison.compare(pairs, (pair, distance) -> {
            sum[0] += distance;
            csv.writeRow(pair.name(), Float.toString((float) distance));
            progress.at(++done[0], pairs.size());
        });
        csv.flush();
        return sum[0];
    }
}
