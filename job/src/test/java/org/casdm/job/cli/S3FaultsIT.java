package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.job.cli.spark.HadoopSettings;
import org.casdm.job.testing.FaultyProxy;
import org.casdm.job.testing.FaultyProxy.Fault;
import org.casdm.job.testing.FaultyProxy.Request;
import org.casdm.job.testing.S3Server;
import org.casdm.tensor.ContentDigest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Commands on an object store that fails: invisible as long as it does not fail for long; after that a paragraph that
 * names the object, and a state that the same command goes on from.
 */
class S3FaultsIT {

    private static final String HADOOP = "spark.hadoop.fs.s3a.";
    private static final boolean LONG = "long".equals(System.getProperty("test.faults"));

    @TempDir
    private static Path folder;

    private static S3Server server;
    private static FaultyProxy proxy;
    private static SortedMap<String, ContentDigest> undisturbed;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    @BeforeAll
    static void prepare() throws IOException {
        server = new S3Server(folder);
        server.createBucket("faults");
        proxy = new FaultyProxy(server.port());
        // As spark-submit passes them. S3A's tries are as many as users get, with shorter pauses; those of Amazon's
        // client, whose pauses cannot be set, are fewer.
        settings().forEach(System::setProperty);
        var pictures = new org.apache.hadoop.fs.Path("s3a://faults/pictures");
        new DrawnImages(5, 16).write(pictures.getFileSystem(HadoopSettings.fromSystemProperties()), pictures, 22);
        var test = new S3FaultsIT();
        assertThat(test.prepareShards("data")).as(test.error.toString()).isZero();
        assertThat(test.train("undisturbed", 8)).as(test.error.toString()).isZero();
        undisturbed = newest("undisturbed").files();
    }

    private static Map<String, String> settings() {
        var settings = new TreeMap<>(Map.of(
                "endpoint",
                "http://127.0.0.1:" + proxy.port(),
                "path.style.access",
                "true",
                "connection.ssl.enabled",
                "false",
                "multipart.size",
                "5M",
                "multipart.threshold",
                "5M",
                "connection.timeout",
                "1000",
                "attempts.maximum",
                "1",
                "retry.interval",
                "5ms",
                "retry.throttle.interval",
                "5ms"));
        var credentials = server.environment();
        settings.put("access.key", credentials.get("AWS_ACCESS_KEY_ID"));
        settings.put("secret.key", credentials.get("AWS_SECRET_ACCESS_KEY"));
        var named = new TreeMap<String, String>();
        settings.forEach((name, value) -> named.put(HADOOP + name, value));
        return named;
    }

    @AfterAll
    static void stop() throws IOException {
        settings().keySet().forEach(System::clearProperty);
        // Hadoop keeps file systems for the whole process.
        FileSystem.closeAll();
        proxy.close();
        server.close();
    }

    @AfterEach
    void heal() {
        proxy.heal();
    }

    private int casdm(List<String> arguments) {
        error.getBuffer().setLength(0);
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        return Casdm.execute(program, arguments.toArray(new String[0]));
    }

    private int train(String run, int steps, String... more) {
        // Optimizer state is two parts of an upload.
        var arguments = new ArrayList<>(List.of(
                "train",
                "run.folder=s3a://faults/" + run,
                "run.seed=3",
                "data.path=s3a://faults/data",
                "data.size=16",
                "model.theta.channels=64",
                "model.theta.channel-mult=[1,1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[8]",
                "model.theta.heads=2",
                "diffusion.steps=100",
                "train.batch-size-per-worker=2",
                "train.averaging-frequency=2",
                "train.steps=" + steps,
                "train.workers=2",
                "train.ema-rates=[0.9]",
                "execution.threads-per-worker=1",
                "checkpoint.every-steps=4",
                "samples.every-steps=0",
                "spark.master=local[2]"));
        arguments.addAll(List.of(more));
        return casdm(arguments);
    }

    private int prepareShards(String out) {
        return casdm(List.of(
                "prepare",
                "--source",
                "s3a://faults/pictures",
                "--out",
                "s3a://faults/" + out,
                "--size",
                "16",
                "--images-per-shard",
                "6",
                "--master",
                "local[2]"));
    }

    private int sample(String out) {
        return casdm(List.of(
                "sample",
                "--checkpoint",
                "s3a://faults/undisturbed",
                "--count",
                "8",
                "--out",
                "s3a://faults/" + out,
                "--respacing",
                "3",
                "--images-per-part",
                "2",
                "--master",
                "local[2]"));
    }

    private static StoredCheckpoint newest(String run) throws IOException {
        return RunFolder.at("s3a://faults/" + run, server.hadoop())
                .checkpoints()
                .latest()
                .orElseThrow();
    }

    private static DatasetDescription description(String place) throws IOException {
        var path = new org.apache.hadoop.fs.Path("s3a://faults/" + place);
        return DatasetDescription.read(path.getFileSystem(server.hadoop()), path);
    }

    private static void assertUndisturbed(String run) throws IOException {
        var checkpoint = newest(run);
        assertThat(checkpoint.step()).isEqualTo(8);
        assertThat(checkpoint.files()).isEqualTo(undisturbed);
        checkpoint.verify();
    }

    /** One paragraph. */
    private void assertSaid(String place) {
        assertThat(error.toString().strip().lines()).as(error.toString()).hasSize(1);
        assertThat(error.toString()).contains(place);
    }

    private static Predicate<Request> every(int n) {
        return request -> request.number() % n == 0;
    }

    /** What happens, and what has to be named if it lasts. */
    private record Case(String name, String place, Consumer<FaultyProxy> spoil) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case faults(String name, Consumer<FaultyProxy> spoil) {
        return new Case(name, "", spoil);
    }

    /** With {@code -Dtest.faults=long} all, else those that stand for the others. */
    private static Stream<Case> chosen(Set<String> names, Case... cases) {
        return Stream.of(cases).filter(each -> LONG || names.contains(each.name()));
    }

    static Stream<Case> passing() {
        return chosen(
                Set.of(
                        "bursts-of-503",
                        "resumed-time-outs",
                        "resumed-cut-answers",
                        "last-part-fails",
                        "resumed-flipped-checkpoint"),
                faults("errors-500", p -> p.spoilAll(every(3), Fault.internalError())),
                // Shorter than the nine tries that each request has: then no request can fail in one burst.
                faults("bursts-of-503", p -> p.spoilAll(request -> request.number() % 30 >= 24, Fault.slowDown())),
                faults(
                        "resumed-time-outs",
                        p -> p.spoil(1, request -> request.reads("dataset.json"), new Fault.Silence())
                                .spoil(2, request -> request.reads(".parquet"), new Fault.Silence())
                                .spoil(1, request -> request.writes("/model.safetensors"), new Fault.Silence())
                                .spoil(1, request -> request.reads("/model.safetensors"), new Fault.Silence())),
                faults(
                        "resumed-cut-answers",
                        p -> p.spoil(4, request -> request.reads(".parquet"), new Fault.CutAnswer())
                                .spoil(2, request -> request.reads(".safetensors"), new Fault.CutAnswer())
                                .spoil(1, request -> request.reads("state.json"), new Fault.CutAnswer())
                                .spoilAll(every(5), new Fault.CutAnswer())),
                faults(
                        "cut-uploads",
                        p -> p.spoilAll(
                                request -> request.writes("") && request.number() % 3 != 0, new Fault.CutRequest())),
                faults(
                        "lost-answers",
                        p -> p.spoilAll(
                                request -> !request.completesUpload() && request.number() % 4 == 0,
                                new Fault.LostAnswer())),
                faults(
                        "slow-answers",
                        p -> p.spoil(20, request -> request.method().equals("GET"), new Fault.Trickle(20))
                                .spoil(5, request -> request.writes(""), new Fault.Trickle(20))),
                faults(
                        "last-part-fails",
                        p -> p.spoil(8, request -> request.writesPart(2), Fault.internalError())
                                .spoil(8, Request::completesUpload, Fault.slowDown())),
                faults(
                        "resumed-flipped-checkpoint",
                        p -> p.spoil(1, request -> request.reads("/optimizer.safetensors"), new Fault.FlipAnswer())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void faultsThatPassAreInvisible(Case given) throws IOException {
        var name = given.name();
        given.spoil().accept(proxy);
        if (name.startsWith("resumed")) {
            assertThat(train(name, 4)).as(error.toString()).isZero();
        }
        assertThat(train(name, 8)).as(error.toString()).isZero();
        assertThat(proxy.spoiled()).isNotEmpty();
        assertUndisturbed(name);
    }

    static Stream<Case> lasting() {
        return chosen(
                Set.of("no-last-part", "no-shards"),
                new Case(
                        "no-second-checkpoint",
                        "checkpoints/000000008/model.safetensors",
                        p -> p.spoilAll(
                                request -> request.writes("/000000008/model.safetensors"), Fault.internalError())),
                new Case(
                        "no-last-part",
                        "checkpoints/000000004/model.safetensors",
                        p -> p.spoilAll(Request::completesUpload, Fault.slowDown())),
                new Case(
                        "no-shards",
                        "s3a://faults/data/part-",
                        p -> p.spoilAll(request -> request.reads(".parquet"), new Fault.CutAnswer())),
                new Case(
                        "silence",
                        "checkpoints/000000004",
                        p -> p.spoilAll(request -> request.path().contains("/000000004/"), new Fault.Silence())),
                new Case("nothing", "s3a://faults/data", p -> p.spoilAll(request -> true, Fault.slowDown())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lasting")
    void lastingFaults_areReportedAndResumable(Case given) throws IOException {
        given.spoil().accept(proxy);
        assertThat(train(given.name(), 8)).isEqualTo(ExitCode.FAILURE);
        assertSaid(given.place());
        proxy.heal();
        assertThat(train(given.name(), 8)).as(error.toString()).isZero();
        assertUndisturbed(given.name());
    }

    /** By the request's signature or the answer's checksum: it is sent again, or said. */
    @Test
    void aBitFlippedInAnUploadIsNoticed() throws IOException {
        proxy.spoil(1, request -> request.writes("/000000004/model.safetensors"), new Fault.FlipRequest());
        if (train("flipped-upload", 8) != ExitCode.DONE) {
            assertSaid("checkpoints/000000004/model.safetensors");
            assertThat(train("flipped-upload", 8)).as(error.toString()).isZero();
        }
        assertThat(proxy.spoiled()).hasSize(1);
        assertUndisturbed("flipped-upload");
    }

    @Test
    void aCheckpointThatCannotBeReadIsNotTakenForADamagedOne() throws IOException {
        proxy.spoilAll(request -> request.reads("/000000008/model.safetensors"), new Fault.CutAnswer());
        assertThat(train("undisturbed", 10)).isEqualTo(ExitCode.FAILURE);
        assertSaid("s3a://faults/undisturbed/checkpoints/000000008/model.safetensors");
        assertUndisturbed("undisturbed");
    }

    /** All kinds at once, more than a quarter of all requests. */
    private static void spoilMuch() {
        proxy.spoilAll(every(11), Fault.internalError())
                .spoilAll(every(7), new Fault.CutAnswer())
                .spoilAll(every(13), Fault.slowDown())
                .spoilAll(every(5), new Fault.CutRequest());
    }

    @Test
    void shardsArePreparedAllTheSame() throws IOException {
        spoilMuch();
        assertThat(prepareShards("prepared")).as(error.toString()).isZero();
        assertThat(description("prepared")).isEqualTo(description("data"));

        proxy.heal();
        proxy.spoilAll(request -> request.writes("part-00002.parquet"), Fault.internalError());
        assertThat(prepareShards("failed")).isEqualTo(ExitCode.FAILURE);
        assertSaid("s3a://faults/failed/part-00002.parquet");
        proxy.heal();
        assertThat(prepareShards("failed")).as(error.toString()).isZero();
        assertThat(description("failed")).isEqualTo(description("data"));
    }

    @Test
    void imagesAreDrawnAllTheSame() throws IOException {
        assertThat(sample("drawn")).as(error.toString()).isZero();
        spoilMuch();
        assertThat(sample("spoiled")).as(error.toString()).isZero();
        assertThat(description("spoiled")).isEqualTo(description("drawn"));

        proxy.heal();
        proxy.spoilAll(request -> request.writes(".parquet"), Fault.slowDown());
        assertThat(sample("failed-drawing")).isEqualTo(ExitCode.FAILURE);
        assertSaid("s3a://faults/failed-drawing/part-");
        proxy.heal();
        assertThat(sample("failed-drawing")).as(error.toString()).isZero();
        assertThat(description("failed-drawing")).isEqualTo(description("drawn"));
    }
}
