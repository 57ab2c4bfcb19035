package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CheckpointStore;
import org.casdm.checkpoint.RunFolder;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.cli.Casdm;
import org.casdm.job.testing.S3Server;
import org.casdm.tensor.ContentDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver's process killed at random moments and started again: at all times readers accept none but the checkpoints
 * of a run that was left alone, and in the end its parameters are there.
 *
 * <p>{@code -Dtest.kills=50} kills so often; {@code -Dtest.faults=long} does it on object storage too.
 */
class KilledDriverIT {

    private static final int KILLS = Integer.getInteger("test.kills", 4);
    /** More than the processes get to before they are killed. */
    private static final int STEPS = 8 * KILLS;
    /** For one checkpoint. */
    private static final long PATIENCE_SECONDS = 180;

    @TempDir
    private Path folder;

    /** When a process is killed. */
    private enum Moment {
        /** While it starts, or a moment later. */
        EARLY,
        /** Once there is a new checkpoint, a moment later. */
        LATER,
        /** While a checkpoint is written. */
        WRITING
    }

    /**
     * Where a run is.
     *
     * @param root        URI of the folder of runs
     * @param disk        the same as the disk has it
     * @param hadoop      reaches it
     * @param environment of the process
     * @param settings    of the process
     */
    private record Place(
            String root, Path disk, Configuration hadoop, Map<String, String> environment, List<String> settings) {

        CheckpointStore checkpoints(String run) throws IOException {
            return RunFolder.at(root + "/" + run, hadoop).checkpoints();
        }

        /** The checkpoints by their folders' names, and whether they have a state. */
        SortedMap<String, Boolean> seen(String run) throws IOException {
            var seen = new TreeMap<String, Boolean>();
            try (var folders = Files.list(disk.resolve(run).resolve("checkpoints"))) {
                folders.filter(path -> !path.getFileName().toString().startsWith("."))
                        .forEach(path -> seen.put(
                                path.getFileName().toString(), Files.exists(path.resolve(CheckpointFiles.STATE))));
            } catch (NoSuchFileException e) {
                // The run has not begun.
            }
            return seen;
        }
    }

    private Process start(Place place, String run, String... more) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        for (String option : System.getProperty("test.jdk-opens").split(" ")) {
            command.add(option);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Casdm.class.getName(),
                "train",
                "run.folder=" + place.root() + "/" + run,
                "data.path=" + folder.resolve("images"),
                "data.size=16",
                "model.theta.channels=32",
                "model.theta.channel-mult=[1]",
                "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[]",
                "model.theta.heads=2",
                "diffusion.steps=100",
                "train.batch-size-per-worker=2",
                "train.averaging-frequency=1",
                "train.workers=2",
                "train.steps=" + STEPS,
                "train.ema-rates=[0.9]",
                "checkpoint.every-steps=2",
                "samples.every-steps=0",
                "execution.threads-per-worker=1",
                "spark.master=local[2]"));
        command.addAll(place.settings());
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(run + ".log").toFile()));
        builder.environment().putAll(place.environment());
        return builder.start();
    }

    private void finish(Place place, String run, String... more) throws IOException, InterruptedException {
        var process = start(place, run, more);
        try {
            // As slowly as the machine is, but on and on.
            var seen = place.seen(run);
            long deadline = deadline();
            while (!process.waitFor(1, TimeUnit.SECONDS)) {
                var now = place.seen(run);
                if (!now.equals(seen)) {
                    seen = now;
                    deadline = deadline();
                }
                assertThat(System.nanoTime()).as("another checkpoint comes").isLessThan(deadline);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve(run + ".log")))
                .isZero();
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    }

    private static SortedMap<Long, SortedMap<String, ContentDigest>> accepted(Place place, String run)
            throws IOException {
        var accepted = new TreeMap<Long, SortedMap<String, ContentDigest>>();
        for (var checkpoint : place.checkpoints(run).list().complete()) {
            checkpoint.verify();
            accepted.put(checkpoint.step(), checkpoint.files());
        }
        return accepted;
    }

    private void killedAndResumedRun_equalsAnUninterruptedOne(Place place) throws IOException, InterruptedException {
        new DrawnImages(5, 16)
                .write(
                        FileSystem.getLocal(new Configuration()),
                        new org.apache.hadoop.fs.Path(folder.resolve("images").toUri()),
                        10);
        finish(place, "undisturbed", "checkpoint.keep-last=1000");
        var expected = accepted(place, "undisturbed");
        assertThat(expected).hasSize(STEPS / 2);

        var random = new Random(8);
        var killed = new EnumMap<Moment, Integer>(Moment.class);
        int amidCheckpoint = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            // Each moment in turn, so that few kills hit all.
            var moment = Moment.values()[(kill + 2) % Moment.values().length];
            kill(place, moment, random);
            killed.merge(moment, 1, Integer::sum);
            amidCheckpoint += place.seen("killed").containsValue(false) ? 1 : 0;
            assertThat(expected).as("kill %d, %s", kill, moment).containsAllEntriesOf(accepted(place, "killed"));
        }
        assertThat(accepted(place, "killed")).as("killed before the end").doesNotContainKey((long) STEPS);
        assertThat(amidCheckpoint)
                .as("kills that left a checkpoint half written")
                .isPositive();
        finish(place, "killed");

        var survived = accepted(place, "killed");
        assertThat(expected).containsAllEntriesOf(survived);
        assertThat(survived).containsKey((long) STEPS).hasSize(3);
        assertThat(place.seen("killed")).as("no remains").doesNotContainValue(false);
        System.out.printf(
                Locale.ROOT,
                "driver killed %d times (%s) on %s, %d checkpoints half written, all parameters equal%n",
                KILLS,
                killed,
                place.root(),
                amidCheckpoint);
    }

    private void kill(Place place, Moment moment, Random random) throws IOException, InterruptedException {
        var before = place.seen("killed");
        var process = start(place, "killed");
        try {
            long deadline = deadline();
            while (moment != Moment.EARLY && !hasCome(moment, before, place.seen("killed"))) {
                assertThat(process.isAlive()).as(() -> log("killed")).isTrue();
                assertThat(System.nanoTime()).as("a checkpoint comes").isLessThan(deadline);
                Thread.sleep(1);
            }
            Thread.sleep(random.nextInt(
                    switch (moment) {
                        case EARLY -> 8000;
                        case LATER -> 300;
                        case WRITING -> 30;
                    }));
            assertThat(process.isAlive()).as(() -> log("killed")).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static boolean hasCome(Moment moment, SortedMap<String, Boolean> before, SortedMap<String, Boolean> now) {
        return now.entrySet().stream()
                .anyMatch(entry -> !before.containsKey(entry.getKey()) && entry.getValue() == (moment == Moment.LATER));
    }

    private String log(String run) {
        try {
            return Files.readString(folder.resolve(run + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void resumedRun_equalsAnUninterruptedOne() throws IOException, InterruptedException {
        killedAndResumedRun_equalsAnUninterruptedOne(
                new Place(folder.toString(), folder, new Configuration(), Map.of(), List.of()));
    }

    @Test
    @EnabledIfSystemProperty(named = "test.faults", matches = "long")
    void resumedRunOnObjectStorage_equalsAnUninterruptedOne() throws IOException, InterruptedException {
        try (var server = new S3Server(folder)) {
            server.createBucket("bucket");
            killedAndResumedRun_equalsAnUninterruptedOne(new Place(
                    "s3a://bucket",
                    server.objects().resolve("bucket"),
                    server.hadoop(),
                    server.environment(),
                    List.of(
                            "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:" + server.port(),
                            "spark.hadoop.fs.s3a.path.style.access=true",
                            "spark.hadoop.fs.s3a.connection.ssl.enabled=false")));
        }
    }
}
