package org.casdm.job.cli.weights;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.StorageOptions;
import org.casdm.job.progress.Progress;
import org.casdm.storage.Storage;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.TensorFormatException;
import org.casdm.weights.published.Download;
import org.casdm.weights.published.Download.Timing;
import org.casdm.weights.published.EnvironmentProxies;
import org.casdm.weights.published.PublishedFile;
import org.casdm.weights.published.PublishedFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casdm weights get}. */
@Command(
        name = "get",
        description = "Fetches files from where their authors publish them, checks size and SHA-256, and says how to "
                + "use them. Existing files are only checked. A broken connection is "
                + "resumed; a wrong file is not kept.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  casdm weights get vgg16 lpips-vgg --to /data/weights",
            "  casdm weights get inception --to s3a://bucket/weights \\",
            "      --from https://mirror.example.org/weights"
        })
final class WeightsGetCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private StorageOptions storage;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names as \"casdm weights list\" has them.")
    private List<String> names;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "URI",
            description = "Folder to write to: a path or URI of any Hadoop file system.")
    private String folder;

    @Option(
            names = "--from",
            paramLabel = "URL",
            description = "A mirror: folder that has the files under the names "
                    + "that they get here. Sizes and hashes are checked as well.")
    private URI mirror;

    @Override
    public Integer call() throws Exception {
        var known = PublishedFiles.load();
        var files = names.stream()
                .distinct()
                .map(name -> known.named(name).orElseThrow(() -> unknown(name, known)))
                .toList();
        var hadoop = storage.hadoop();
        for (var file : files) {
            get(file, hadoop);
        }
        var output = spec.commandLine().getOut();
        for (var file : files) {
            output.println("Use: " + file.usage(new Path(Storage.path(folder), file.file()).toString()));
        }
        return ExitCode.DONE;
    }

    private ParameterException unknown(String name, PublishedFiles known) {
        return new ParameterException(
                spec.commandLine(),
                "There is no published file called \"" + name + "\"; known are "
                        + String.join(
                                ", ",
                                known.all().stream().map(PublishedFile::name).toList()));
    }

    private void get(PublishedFile file, Configuration hadoop) throws IOException {
        var output = spec.commandLine().getOut();
        var target = new Path(Storage.path(folder), file.file());
        var fileSystem = Storage.fileSystem(target, hadoop);
        if (fileSystem.exists(target)) {
            requireRight(file, target, ContentDigest.of(fileSystem, target));
            output.println(target + " exists already and is correct");
            return;
        }
        var address = source(file);
        var proxies = proxies();
        output.println(file.name() + ": from " + address + way(proxies, address) + " (" + file.licence() + ")");
        new Download(file, address, Timing.USUAL, proxies, Progress.ofBytes(file.name(), output::println)::at)
                .to(fileSystem, target);
        output.println(file.name() + ": now " + target + ", size and SHA-256 are correct");
    }

    /** Java's own properties precede the environment. */
    private static Optional<EnvironmentProxies> proxies() {
        return Stream.of("https.proxyHost", "http.proxyHost", "socksProxyHost")
                        .anyMatch(System.getProperties()::containsKey)
                ? Optional.empty()
                : Optional.of(new EnvironmentProxies(System.getenv()));
    }

    private String way(Optional<EnvironmentProxies> proxies, URI address) {
        try {
            return proxies.flatMap(found -> found.describe(address))
                    .map(proxy -> " through the proxy " + proxy)
                    .orElse("");
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private URI source(PublishedFile file) {
        return Optional.ofNullable(mirror)
                .map(url -> URI.create(url + (url.toString().endsWith("/") ? "" : "/") + file.file()))
                .orElse(file.address());
    }

    private static void requireRight(PublishedFile file, Path target, ContentDigest found)
            throws TensorFormatException {
        if (!found.equals(file.content())) {
            throw new TensorFormatException(
                    target.toString(),
                    "exists already and is not " + file.name()
                            + ": it has " + found.bytes() + " bytes and the SHA-256 " + found.sha256() + ", not "
                            + file.content().bytes() + " and " + file.content().sha256()
                            + "; remove it, or give another folder");
        }
    }
}
