package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.casdm.config.ConfigLoader;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.S3aDefaults;
import org.casdm.job.cli.spark.SparkSetup;
import org.casdm.tensor.SafetensorsWriter;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CasdmTest {

    private static final String REGIONS = " -XX:G1HeapRegionSize=4m";
    private static final String VECTORS = " --add-modules=jdk.incubator.vector";

    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int casdm(String... arguments) {
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        return Casdm.execute(program, arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "train-classifier",
                "sample",
                "inspect",
                "draw-images",
                "copy",
                "devices",
                "convert",
                "weights",
                "lpips",
                "promote"
            })
    void everyCommandHasHelpWithExamplesAndAVersion(String command) {
        assertThat(casdm(command, "--help")).isEqualTo(ExitCode.DONE);
        assertThat(output.toString())
                .contains("Usage: casdm " + command)
                .contains("Examples:")
                .contains("  casdm " + command + " ");
        assertThat(casdm(command, "--version")).isEqualTo(ExitCode.DONE);
        assertThat(output.toString()).contains("casdm development");
    }

    @Test
    void noCommandAndUnknownCommandsAreUsageErrors() {
        assertThat(casdm()).isEqualTo(ExitCode.USAGE);
        assertThat(casdm("tarin")).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("No command is given").contains("tarin");
    }

    @Test
    void everyProblemOfTheConfigurationIsALine() throws IOException {
        var file = Files.writeString(folder.resolve("my.conf"), "train.steps = many\nunknown = 1\n");
        assertThat(casdm("train", "-c", file.toString(), "data.size=7")).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString().lines())
                .anyMatch(line -> line.startsWith("train.steps"))
                .anyMatch(line -> line.startsWith("data.size"))
                .anyMatch(line -> line.startsWith("run.folder"))
                .anyMatch(line -> line.startsWith("unknown"))
                .noneMatch(line -> line.contains("\tat "));
    }

    @Test
    void whatCannotBeDrawnIsAUsageError() {
        assertThat(casdm("sample", "--checkpoint=x", "--out=y")).isEqualTo(ExitCode.USAGE);
        assertThat(casdm("sample", "--checkpoint=x", "--out=y", "--count=0")).isEqualTo(ExitCode.USAGE);
        assertThat(casdm("sample", "--checkpoint=x", "--out=y", "--interpolate=1,2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(casdm("sample", "--checkpoint=x", "--out=y", "--count=1", "--eta=1", "--method=ddpm"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(casdm("sample", "--checkpoint=x", "--out=y", "--count=1", "--spacing=karras"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(error.toString())
                .contains("--spacing belongs to --method=dpm-solver++ and heun")
                .contains("Give --count, or --interpolate")
                .contains("--count is 1 to 999,999,999")
                .contains("two seeds and a number of images")
                .contains("--eta belongs to --method=ddim");
        assertThat(casdm(
                        "sample",
                        "--checkpoint=" + folder,
                        "--out=y",
                        "--count=1",
                        "--method=dpm-solver++",
                        "--spacing=karras"))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(casdm("sample", "--checkpoint=" + folder, "--out=y", "--count=1"))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("is not a run: it has no config.conf");
    }

    @Test
    void aMissingConfigurationFileIsAUsageError() {
        assertThat(casdm("train", "-c", folder + "/none.conf")).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("There is no configuration file " + folder + "/none.conf");
    }

    @Test
    void aFailureIsAParagraphAndAStackTraceOnRequest() {
        assertThat(casdm("inspect", folder + "/none")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("There is no such file or folder").doesNotContain("\tat ");
        assertThat(casdm("inspect", "--stacktrace", folder + "/none")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("\tat ");
    }

    @Test
    void aFileOfTensorsIsInspected() throws IOException {
        var file = folder.resolve("model.safetensors");
        try (var stream = Files.newOutputStream(file)) {
            SafetensorsWriter.write(
                    stream,
                    List.of(
                            TensorSource.of(TensorInfo.float32("theta.weight", 2, 2), new float[] {1, 2, 2, Float.NaN}),
                            TensorSource.of(TensorInfo.float32("theta.bias", 1), new float[] {4})),
                    Map.of());
        }
        assertThat(casdm("inspect", file.toString())).isEqualTo(ExitCode.DONE);
        assertThat(output.toString())
                .contains("2 tensors, 5 elements")
                .contains("norm 5.00000")
                .contains("theta.weight  F32  [2, 2]  3.00000  ! 1 not finite");

        output.getBuffer().setLength(0);
        assertThat(casdm("inspect", "--json", file.toString())).isEqualTo(ExitCode.DONE);
        var json = new ObjectMapper().readTree(output.toString());
        assertThat(json.get("elements").asLong()).isEqualTo(5);
        assertThat(json.at("/tensors/1/norm").asDouble()).isEqualTo(4);
        assertThat(json.at("/tensors/0/shape/1").asLong()).isEqualTo(2);
    }

    @Test
    void folderWithoutRun_isReported() {
        assertThat(casdm("inspect", folder.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("is neither a run nor a checkpoint");
    }

    @Test
    void picturesAreDrawnAndCopied() {
        var drawn = folder.resolve("drawn");
        assertThat(casdm("draw-images", drawn.toString(), "--count", "3", "--size", "16", "--seed", "5"))
                .isEqualTo(ExitCode.DONE);
        assertThat(drawn.resolve("disc/000000.png")).isNotEmptyFile();
        var copy = folder.resolve("copy");
        assertThat(casdm("copy", drawn.toString(), copy.toString())).isEqualTo(ExitCode.DONE);
        assertThat(copy.resolve("ring/000002.png")).hasSameBinaryContentAs(drawn.resolve("ring/000002.png"));
        assertThat(casdm("copy", drawn.toString(), copy.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("exists already");
        assertThat(casdm("draw-images", drawn.toString(), "--size", "4")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void sparkIsSetUpFromTheConfiguration() {
        var config = ConfigLoader.load(
                Optional.empty(),
                List.of(
                        "run.folder=/r",
                        "spark.master=local-cluster[2,3,2048]",
                        "spark.spark.ui.enabled=true",
                        "execution.averaging-port=7100"));
        var conf = SparkSetup.complete(new SparkConf(false).set("spark.master", "yarn"), config, "train");
        assertThat(conf.get("spark.master")).isEqualTo("local-cluster[2,3,2048]");
        assertThat(conf.get("spark.ui.enabled")).isEqualTo("true");
        assertThat(conf.get("spark.executor.memory")).isEqualTo("2048m");
        assertThat(conf.get("spark.executorEnv.OMP_NUM_THREADS")).isEqualTo("3");
        assertThat(conf.get("spark.executorEnv.LC_ALL")).isEqualTo("C.UTF-8");
        assertThat(conf.get("spark.executor.extraJavaOptions"))
                .contains("-Dorg.bytedeco.javacpp.maxbytes=" + (2048L << 20));
        assertThat(conf.get("spark.casdm.port")).isEqualTo("7100");
        assertThat(conf.get("spark.casdm.io.retryWait")).isEqualTo("1s");
        assertThat(conf.get("spark.app.name")).isEqualTo("casdm train /r");
    }

    @Test
    void patienceWithS3IsTheUsersOrOurs() {
        var name = "spark.hadoop.fs.s3a.connection.timeout";
        var ours = ConfigLoader.load(Optional.empty(), List.of());
        assertThat(SparkSetup.complete(new SparkConf(false), ours, "train").get(name))
                .isEqualTo("60000");
        var users = ConfigLoader.load(Optional.empty(), List.of("spark." + name + "=5000"));
        assertThat(SparkSetup.complete(new SparkConf(false), users, "train").get(name))
                .isEqualTo("5000");

        // As in core-site.xml.
        var site = new Configuration();
        site.addResource(new ByteArrayInputStream("""
            <configuration><property><name>fs.s3a.connection.timeout</name><value>7000</value></property>
            </configuration>\
            """.getBytes(StandardCharsets.UTF_8)), "core-site.xml");
        S3aDefaults.fill(site, site::set);
        assertThat(site.get("fs.s3a.connection.timeout")).isEqualTo("7000");
        assertThat(site.get("fs.s3a.attempts.maximum")).isEqualTo("5");
    }

    @Test
    void containersBoundTheProcess() {
        for (var master : List.of("yarn", "k8s://https://host:6443")) {
            var given = ConfigLoader.load(
                    Optional.empty(),
                    List.of("spark.master=" + master, "spark.executor.memory=2g", "spark.executor.memoryOverhead=6g"));
            var options = SparkSetup.complete(new SparkConf(false), given, "train");
            assertThat(options.get("spark.executor.extraJavaOptions"))
                    .isEqualTo("-Dorg.bytedeco.javacpp.maxbytes=" + (5L << 30)
                            + " -Dorg.bytedeco.javacpp.maxphysicalbytes=" + (8L << 30) + REGIONS + VECTORS);
            var left =
                    ConfigLoader.load(Optional.empty(), List.of("spark.master=" + master, "spark.executor.memory=2g"));
            var conf = SparkSetup.complete(new SparkConf(false), left, "train");
            assertThat(conf.get("spark.executor.memoryOverhead")).isEqualTo("3072m");
            assertThat(conf.get("spark.executor.extraJavaOptions"))
                    .isEqualTo("-Dorg.bytedeco.javacpp.maxbytes=" + (2L << 30)
                            + " -Dorg.bytedeco.javacpp.maxphysicalbytes=" + (5L << 30) + REGIONS + VECTORS);
        }
    }

    @Test
    void aTaskOnACardHasItsShareOfTheCores() {
        var config = ConfigLoader.load(
                Optional.empty(),
                List.of(
                        "spark.master=spark://h:7077",
                        "spark.executor.cores=8",
                        "spark.executor.resource.gpu.amount=2",
                        "spark.task.resource.gpu.amount=1"));
        assertThat(SparkSetup.complete(new SparkConf(false), config, "train").get("spark.task.cpus"))
                .isEqualTo("4");
        var chosen = new SparkConf(false).set("spark.task.cpus", "1");
        assertThat(SparkSetup.complete(chosen, config, "train").get("spark.task.cpus"))
                .isEqualTo("1");
    }

    @Test
    void aTaskThatFailsOnAGpu_isRunOnAnotherExecutor() {
        var plain = ConfigLoader.load(Optional.empty(), List.of("spark.master=spark://h:7077"));
        assertThat(SparkSetup.complete(new SparkConf(false), plain, "train").contains("spark.excludeOnFailure.enabled"))
                .isFalse();
        var gpus = ConfigLoader.load(
                Optional.empty(), List.of("spark.master=spark://h:7077", "spark.executor.resource.gpu.amount=1"));
        assertThat(SparkSetup.complete(new SparkConf(false), gpus, "train").get("spark.excludeOnFailure.enabled"))
                .isEqualTo("true");
    }

    @Test
    void theApplicationIsNamedAfterTheRun() {
        var config = ConfigLoader.load(Optional.empty(), List.of("run.folder=/r", "spark.master=yarn"));
        // As spark-submit leaves it where no name is given.
        var unnamed = new SparkConf(false).setAppName(Casdm.class.getName());
        assertThat(SparkSetup.complete(unnamed, config, "train").get("spark.app.name"))
                .isEqualTo("casdm train /r");
        var named = new SparkConf(false).setAppName("mine");
        assertThat(SparkSetup.complete(named, config, "train").get("spark.app.name"))
                .isEqualTo("mine");
    }

    @Test
    void sparksMemoryOverheadBoundsTheArrays() {
        var config = ConfigLoader.load(
                Optional.empty(),
                List.of(
                        "spark.master=spark://h:7077",
                        "spark.executor.memory=2g",
                        "spark.executor.memoryOverhead=6g",
                        "spark.executor.extraJavaOptions=-Dx=y"));
        var conf = SparkSetup.complete(new SparkConf(false), config, "train");
        assertThat(conf.get("spark.executor.extraJavaOptions"))
                .isEqualTo("-Dx=y -Dorg.bytedeco.javacpp.maxbytes=" + (6L << 30)
                        + " -Dorg.bytedeco.javacpp.maxphysicalbytes=" + (9L << 30) + REGIONS + VECTORS);
        var chosen = ConfigLoader.load(
                Optional.empty(),
                List.of("spark.master=spark://h:7077", "spark.executor.extraJavaOptions=-XX:G1HeapRegionSize=8m"));
        assertThat(SparkSetup.complete(new SparkConf(false), chosen, "train").get("spark.executor.extraJavaOptions"))
                .startsWith("-XX:G1HeapRegionSize=8m ")
                .doesNotContain(REGIONS);
        assertThat(conf.contains("spark.driver.host")).isFalse();
    }
}
