package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.testing.LocalCluster;
import org.casdm.job.testing.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Credentials of every kind, planted where people put them, are used or refused, and then stand nowhere: not in logs of
 * driver and executors at their most talkative, event logs, command lines of processes, messages, stack traces, nor in
 * what lies in the bucket.
 */
class SecretsIT {

    private static final String PLANTED = "PlantedSecret7f3a9";

    /** What the processes write; the server's own settings, which hold its secret, lie elsewhere. */
    @TempDir
    private static Path folder;

    @TempDir
    private static Path serverFolder;

    private static final String TOKEN = "planted-token-" + UUID.randomUUID();
    private static S3Server server;
    private static String classFolders;

    @BeforeAll
    static void start() throws IOException {
        server = new S3Server(serverFolder);
        server.createBucket("bucket");
        var place = new org.apache.hadoop.fs.Path("s3a://bucket/pictures");
        new DrawnImages(1, 16).write(place.getFileSystem(server.hadoop()), place, 8);
        classFolders = LocalCluster.withExecutors(1, 512).get("spark.executor.extraClassPath");
        // Executors write their logs below it.
        Files.createDirectory(folder.resolve("spark"));
        Files.createSymbolicLink(folder.resolve("spark/jars"), Path.of(System.getenv("SPARK_HOME"), "jars"));
        Files.createDirectory(folder.resolve("events"));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void jobsLeaveNoSecretAnywhere() throws IOException, InterruptedException {
        var processes = new TreeSet<String>();
        var trained = new ArrayList<>(List.of(
                "train",
                "run.folder=s3a://bucket/run",
                "data.path=s3a://bucket/pictures",
                "data.size=16",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[]",
                "model.theta.heads=2",
                "diffusion.steps=50",
                "train.batch-size-per-worker=2",
                "train.averaging-frequency=1",
                "train.steps=2",
                "train.ema-rates=[0.9]",
                "samples.every-steps=2",
                "samples.count=2",
                "samples.sampler-steps=2",
                "spark.master=local-cluster[1,1,1024]",
                "spark.eventLog.enabled=true",
                "spark.eventLog.dir=" + folder.resolve("events").toUri(),
                "spark.logConf=true",
                "spark.spark.executor.extraJavaOptions=" + logging()));
        storage().forEach(setting -> trained.add("spark." + setting));
        trained.add("spark.spark.executor.extraClassPath=" + classFolders);
        assertThat(run("train", server.environment().get("AWS_SECRET_ACCESS_KEY"), processes, trained))
                .as(end("train"))
                .isZero();

        var sampled = new ArrayList<>(List.of(
                "sample",
                "--checkpoint",
                "s3a://bucket/run",
                "--count",
                "2",
                "--respacing",
                "2",
                "--out",
                "s3a://bucket/samples",
                "--master",
                "local[1]",
                "--conf",
                "spark.eventLog.enabled=true",
                "--conf",
                "spark.eventLog.dir=" + folder.resolve("events").toUri()));
        storage().forEach(setting -> sampled.addAll(List.of("--conf", setting)));
        assertThat(run("sample", server.environment().get("AWS_SECRET_ACCESS_KEY"), processes, sampled))
                .as(end("sample"))
                .isZero();

        var reported = new ArrayList<>(List.of("report", "s3a://bucket/run"));
        storage().forEach(setting -> reported.addAll(List.of("-D", setting.replace("spark.hadoop.", ""))));
        assertThat(run("report", server.environment().get("AWS_SECRET_ACCESS_KEY"), processes, reported))
                .as(end("report"))
                .isZero();

        // A secret that the server does not know: the failure is told with everything around it.
        var refused = new ArrayList<>(List.of("--stacktrace", "inspect", "s3a://bucket/run"));
        storage().forEach(setting -> refused.addAll(List.of("-D", setting.replace("spark.hadoop.", ""))));
        assertThat(run("inspect", PLANTED, processes, refused))
                .as(end("inspect"))
                .isEqualTo(ExitCode.FAILURE);

        var secrets = Map.of(
                "the secret key",
                server.environment().get("AWS_SECRET_ACCESS_KEY"),
                "the session token",
                TOKEN,
                "the wrong secret key",
                PLANTED);
        var written = new ArrayList<String>();
        var searched = searched();
        for (var file : searched) {
            var text = Files.readString(file, StandardCharsets.ISO_8859_1);
            secrets.forEach((name, secret) -> {
                if (text.contains(secret)) {
                    written.add(name + " stands in " + file + ": " + around(text, secret));
                }
            });
        }
        assertThat(written).isEmpty();
        assertThat(processes)
                .as("processes of the executor too")
                .anyMatch(line -> line.contains("Executor"))
                .noneMatch(line -> secrets.values().stream().anyMatch(line::contains));
        // The search has seen what it was to look through.
        assertThat(searched)
                .extracting(file -> file.getFileName().toString())
                .contains("config.conf", "report.html", "samples.json", "stderr", "train.log")
                .anyMatch(name -> name.startsWith("local-") || name.startsWith("app-"));
        assertThat(folder.resolve("train.log")).content().contains("DEBUG").contains("AWS");
    }

    /** What a process said last, for when the test fails. */
    private static Supplier<String> end(String name) {
        return () -> {
            try {
                var lines = Files.readAllLines(folder.resolve(name + ".log"), StandardCharsets.ISO_8859_1).stream()
                        .filter(line -> !line.contains("DEBUG"))
                        .toList();
                return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
            } catch (IOException e) {
                return e.toString();
            }
        };
    }

    private static String around(String text, String secret) {
        int at = text.indexOf(secret);
        return text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 100));
    }

    /** All that was written, by the processes here and to the bucket. */
    private static List<Path> searched() throws IOException {
        var all = new ArrayList<Path>();
        for (var root : List.of(folder, serverFolder)) {
            try (var files = Files.walk(root)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !file.endsWith("s3proxy.properties"))
                        .forEach(all::add);
            }
        }
        return all;
    }

    private static List<String> storage() {
        return List.of(
                "spark.hadoop.fs.s3a.endpoint=" + server.endpoint(),
                "spark.hadoop.fs.s3a.path.style.access=true",
                "spark.hadoop.fs.s3a.attempts.maximum=1",
                "spark.hadoop.fs.s3a.retry.limit=1");
    }

    private static String logging() {
        return "-Dlog4j2.configurationFile=" + SecretsIT.class.getResource("/log4j2.properties")
                + " -Dlog.root=debug -Dlog.casdm=debug";
    }

    /** Runs the program in a process of its own that logs all there is; gives its exit code. */
    private static int run(String name, String secretKey, Set<String> processes, List<String> arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC"));
        command.addAll(List.of(System.getProperty("test.jdk-opens").split(" ")));
        command.addAll(List.of(logging().split(" ")));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Casdm.class.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(server.environment());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", secretKey);
        builder.environment().put("AWS_SESSION_TOKEN", TOKEN);
        builder.environment().put("SPARK_HOME", folder.resolve("spark").toString());
        var process = builder.start();
        try {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                assertThat(System.nanoTime()).as(name + " ends").isLessThan(deadline);
                process.descendants().forEach(child -> processes.add(commandLine(child.pid())));
                processes.add(commandLine(process.pid()));
            }
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Empty where the machine does not tell, and for a process that has ended. */
    private static String commandLine(long process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return ProcessHandle.of(process)
                    .flatMap(handle -> handle.info().commandLine())
                    .orElse("");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inspect s3a://bucket/run -D fs.s3a.secret.key=" + PLANTED,
                "inspect s3a://bucket/run -Dfs.s3a.bucket.bucket.session.token=" + PLANTED,
                "inspect s3a://AKIA:" + PLANTED + "@bucket/run",
                "inspect s3a://AKIA:x/" + PLANTED + "@bucket/run",
                "--stacktrace report s3a://AKIA:" + PLANTED + "@bucket/run --out /tmp/never",
                "sample --checkpoint /run --out /out --conf spark.hadoop.fs.s3a.secret.key=" + PLANTED,
                "sample --checkpoint /run --out /out --conf=spark.hadoop.fs.s3a.secret.key=" + PLANTED,
                "evaluate --samples /a --weights random --reference s3a://AKIA:" + PLANTED + "@bucket/a",
                "evaluate --samples /a --weights random --reference=s3a://:" + PLANTED + "@bucket/a",
                "evaluate --samples 100=s3a://AKIA:" + PLANTED + "@bucket/a --weights random --reference /a",
                "train run.folder=s3a://AKIA:" + PLANTED + "@bucket/run",
                "train spark.spark.hadoop.fs.s3a.secret.key=" + PLANTED,
                "weights get vgg16 --to /tmp/never --from https://me:" + PLANTED + "@mirror.example.org/weights",
                "weights get vgg16 --to /tmp/never --from=https://me:" + PLANTED + "@no host/weights"
            })
    void argumentsWithPasswordsAreRefused(String line) {
        var said = new StringWriter();
        var program = Casdm.commandLine().setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        assertThat(Casdm.execute(program, line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(said.toString())
                .contains("Argument ", "AWS_SECRET_ACCESS_KEY")
                .doesNotContain(PLANTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.\"spark.hadoop.fs.s3a.secret.key\" = " + PLANTED,
                "spark.hadoop.fs.s3a.session.token = " + PLANTED,
                "data.path = \"s3a://AKIA:" + PLANTED + "@bucket/x\"",
                "data.path = \"s3a://AKIA:with/slash" + PLANTED + "@bucket/x\"",
                "lpips.weights = \"https://me:" + PLANTED + "@example.org/vgg16.pth\"",
                "data.size = \"s3a://AKIA:" + PLANTED + "@bucket/x\"",
                "run.seed = \"s3a://AKIA:" + PLANTED + "@bucket/x\""
            })
    void filesWithPasswordsAreRefused(String text) throws IOException {
        var file = Files.writeString(folder.resolve(UUID.randomUUID() + ".conf.txt"), text);
        var said = new StringWriter();
        var program = Casdm.commandLine().setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        try {
            assertThat(Casdm.execute(program, "--stacktrace", "train", "-c", file.toString(), "run.folder=/tmp/never"))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(said.toString()).contains(file.getFileName().toString()).doesNotContain(PLANTED);
        } finally {
            Files.delete(file);
        }
    }

    /** What would be in one is seen by nobody before it is parsed. */
    @Test
    void filesOfArgumentsAreNotRead() throws IOException {
        var file = Files.writeString(
                folder.resolve("arguments"),
                "evaluate --samples /a --weights random --reference" + " s3a://AKIA:" + PLANTED
                        + "@bucket/a --unknown");
        var said = new StringWriter();
        var program = Casdm.commandLine().setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        try {
            assertThat(Casdm.execute(program, "@" + file)).isEqualTo(ExitCode.USAGE);
            assertThat(said.toString()).contains("@" + file).doesNotContain(PLANTED);
        } finally {
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3a://bucket/runs/1@12000",
                "hdfs://namenode:8020/runs/1@12000",
                "-Dfs.s3a.endpoint=http://127.0.0.1:9000",
                "lpips.weights-sha256=abc",
                "--conf=spark.executor.memory=4g",
                "spark.hadoop.fs.s3a.aws.credentials.provider=org.example.Provider",
                "--out",
                "a@b:c"
            })
    void argumentsWithoutPasswordsAreTaken(String argument) {
        assertThat(SecretArguments.problem(argument)).isEmpty();
    }
}
