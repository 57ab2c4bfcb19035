package org.casdm.job.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.cascade.ConfiguredModel;
import org.casdm.job.testing.LocalCluster;
import org.casdm.job.testing.S3Server;
import org.casdm.testing.EngineRequests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drawing on executors in their own JVMs, one of which is killed; and to object storage. */
class SampleOnClusterIT {

    private static final int COUNT = 40;

    @TempDir
    private Path folder;

    private SampleJob job(String run, String out, Configuration hadoop) throws IOException {
        return new SampleJob(
                Asked.of(run, out, asked -> {
                    asked.count = COUNT;
                    asked.imagesPerPart = OptionalInt.of(2);
                }),
                EngineRequests.ND4J,
                hadoop);
    }

    private String writeRun(String location, Configuration hadoop) throws IOException {
        var config = SampleExamples.config();
        SampleExamples.writeRun(location, config, SampleExamples.weights(ConfiguredModel.of(config)), hadoop);
        return location;
    }

    private Path draw(SparkConf conf, String run, String name) throws IOException {
        var out = folder.resolve(name);
        try (var spark = new JavaSparkContext(conf)) {
            job(run, out.toString(), new Configuration()).run(spark);
        }
        return out;
    }

    private static Set<ProcessHandle> executors() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .collect(Collectors.toSet());
    }

    private static int records(Path out) throws IOException {
        var records = out.resolve("_parts");
        if (!Files.exists(records)) {
            return 0;
        }
        try (var files = Files.list(records)) {
            return (int) files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .count();
        }
    }

    @Test
    void anExecutorKilledHalfWayChangesNothing() throws Exception {
        var run = writeRun(folder.resolve("run").toString(), new Configuration());
        var expected = draw(LocalCluster.inThisJvm("local[1]"), run, "undisturbed");
        var others = executors();

        var drawing = CompletableFuture.supplyAsync(() -> {
            try {
                return draw(LocalCluster.withExecutors(2, 1024), run, "disturbed");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        var disturbed = folder.resolve("disturbed");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (records(disturbed) < 3) {
            assertThat(System.nanoTime()).as("parts come").isLessThan(deadline);
            assertThat(drawing).isNotDone();
            Thread.sleep(5);
        }
        var killed = executors().stream()
                .filter(process -> !others.contains(process))
                .findFirst()
                .orElseThrow();
        killed.destroyForcibly();
        assertThat(records(disturbed)).as("killed before the end").isLessThan(COUNT / 2);
        drawing.get(180, TimeUnit.SECONDS);

        assertThat(killed.isAlive()).isFalse();
        assertThat(SampleExamples.pixels(disturbed)).isEqualTo(SampleExamples.pixels(expected));
        var names = names(expected);
        assertThat(names(disturbed)).isEqualTo(names);
        for (var name : names) {
            assertThat(disturbed.resolve(name)).hasSameBinaryContentAs(expected.resolve(name));
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void fromObjectStorageToObjectStorage() throws IOException {
        try (var server = new S3Server(folder)) {
            server.createBucket("bucket");
            var conf = LocalCluster.inThisJvm("local[2]");
            server.hadoop()
                    .getPropsWithPrefix("fs.s3a.")
                    .forEach((name, value) -> conf.set("spark.hadoop.fs.s3a." + name, value));
            var run = writeRun("s3a://bucket/run", server.hadoop());
            try (var spark = new JavaSparkContext(conf)) {
                job(run, "s3a://bucket/samples", server.hadoop()).run(spark);
            }
            assertThat(SampleExamples.pixels("s3a://bucket/samples", server.hadoop()))
                    .hasSize(COUNT * SampleExamples.IMAGE);
            var local = writeRun(folder.resolve("local").toString(), new Configuration());
            assertThat(SampleExamples.pixels(draw(LocalCluster.inThisJvm("local[2]"), local, "out")))
                    .isEqualTo(SampleExamples.pixels("s3a://bucket/samples", server.hadoop()));
        }
    }
}
