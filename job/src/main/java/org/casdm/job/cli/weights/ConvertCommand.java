package org.casdm.job.cli.weights;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.progress.Progress;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.file.Conversion;
import org.casdm.tensor.file.TensorFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm convert}. */
@Command(
        name = "convert",
        description = "Converts a PyTorch file (.pt, .pth; both formats) or a safetensors file into a safetensors "
                + "file. Element types and values do not change. No code in the file is executed: of a PyTorch file "
                + "tensors and plain values are read; other objects are refused when they are requested.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm convert vgg16-397923af.pth s3a://bucket/vgg16.safetensors",
            "  casdm convert --list checkpoint.pt",
            "  casdm convert --key state_dict checkpoint.pt model.safetensors"
        })
public final class ConvertCommand implements Callable<Integer> {

    private static final int LISTED = 10;

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "File of tensors: a path or URI of any Hadoop file system.")
    private String from;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            arity = "0..1",
            description = "The safetensors file, a path or URI; must not exist yet. May be left out with --list.")
    private String to;

    @Option(names = "--list", description = "Print a table of the tensors: name, element type, shape, bytes.")
    private boolean list;

    @Option(
            names = "--key",
            paramLabel = "PATH",
            description = "Of nested checkpoints: take the tensors below this path, such as state_dict, under their"
                    + " names from there. Without it all tensors are taken under their whole paths, joined by dots.")
    private String key;

    @Override
    public Integer call() throws Exception {
        if (to == null && !list) {
            throw new ParameterException(spec.commandLine(), "Give the file to write as second argument, or --list.");
        }
        var hadoop = storage.hadoop();
        var source = Storage.path(from);
        var output = spec.commandLine().getOut();
        try (var file = TensorFile.open(Storage.fileSystem(source, hadoop), source)) {
            var conversion = new Conversion(file, Optional.ofNullable(key));
            if (list) {
                print(conversion, output);
                conversion.refused().forEach((path, reason) -> output.println("Not read: '" + path + "': " + reason));
            }
            tellLeft(conversion.left(), output);
            if (to != null) {
                conversion.requireComplete();
                var destination = Storage.path(to);
                var progress = Progress.ofBytes(to, output::println);
                var written = AtomicFile.create(
                        Storage.fileSystem(destination, hadoop),
                        destination,
                        stream -> conversion.write(progress.counting(stream, conversion.byteSize())));
                output.printf(
                        Locale.ROOT,
                        "Wrote %,d tensors to %s: %,d bytes, SHA-256 %s%n",
                        conversion.tensors().size(),
                        to,
                        written.bytes(),
                        written.sha256());
            }
        }
        return ExitCode.DONE;
    }

    private static void print(Conversion conversion, PrintWriter output) {
        var tensors = conversion.tensors();
        int name = width(tensors, TensorInfo::name);
        int type = width(tensors, tensor -> tensor.type().name());
        int shape = width(tensors, tensor -> Arrays.toString(tensor.shape()));
        for (var tensor : tensors) {
            output.printf(
                    Locale.ROOT,
                    "%-" + name + "s  %-" + type + "s  %-" + shape + "s  %,15d%n",
                    tensor.name(),
                    tensor.type(),
                    Arrays.toString(tensor.shape()),
                    tensor.byteSize());
        }
        output.printf(
                Locale.ROOT,
                "%,d tensors, %,d elements, %,d bytes%n",
                tensors.size(),
                tensors.stream().mapToLong(TensorInfo::elementCount).sum(),
                conversion.byteSize());
    }

    private static void tellLeft(List<String> left, PrintWriter output) {
        if (!left.isEmpty()) {
            var named = left.subList(0, Math.min(LISTED, left.size()));
            output.println("Left out: " + String.join(", ", named)
                    + (left.size() > LISTED ? " and " + (left.size() - LISTED) + " more" : ""));
        }
    }

    private static int width(List<TensorInfo> tensors, Function<TensorInfo, String> text) {
        return Math.max(
                1, tensors.stream().map(text).mapToInt(String::length).max().orElse(1));
    }
}
