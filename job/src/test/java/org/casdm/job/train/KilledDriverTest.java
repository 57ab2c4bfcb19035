package org.casdm.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.checkpoint.RunFolder;
import org.casdm.checkpoint.StoredCheckpoint;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.cli.Casdm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver's process killed at odd moments and started again: the parameters of a run that was left alone. */
class KilledDriverTest {

    private static final int STEPS = 24;

    @TempDir
    private Path folder;

    private Process start(String run) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        for (String option : System.getProperty("test.jdk-opens").split(" ")) {
            command.add(option);
        }
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), Casdm.class.getName(), "train",
                "run.folder=" + folder.resolve(run), "data.path=" + folder.resolve("images"), "data.size=16",
                "model.theta.channels=32", "model.theta.channel-mult=[1]", "model.theta.res-blocks=1",
                "model.theta.attention-resolutions=[]", "model.theta.heads=2", "diffusion.steps=100",
                "train.batch-size-per-worker=2", "train.averaging-frequency=1", "train.workers=2",
                "train.steps=" + STEPS, "train.ema-rates=[0.9]", "checkpoint.every-steps=2", "samples.every-steps=0",
                "execution.threads-per-worker=1", "spark.master=local[2]"));
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(run + ".log").toFile())).start();
    }

    private StoredCheckpoint finish(String run) throws IOException, InterruptedException {
        var process = start(run);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the run ends").isTrue();
        assertThat(process.exitValue()).as(Files.readString(folder.resolve(run + ".log"))).isZero();
        return checkpoint(run);
    }

    private StoredCheckpoint checkpoint(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration()).checkpoints().latest().orElseThrow();
    }

    private long lastStep(String run) throws IOException {
        return RunFolder.at(folder.resolve(run).toString(), new Configuration()).checkpoints().latest()
                .map(StoredCheckpoint::step).orElse(0L);
    }

    @Test
    void goesOnAsIfNothingHadHappened() throws IOException, InterruptedException {
        new DrawnImages(5, 16).write(FileSystem.getLocal(new Configuration()),
                new org.apache.hadoop.fs.Path(folder.resolve("images").toUri()), 10);
        var random = new Random(8);
        for (int kill = 0; kill < 3; kill++) {
            long before = lastStep("killed");
            var process = start("killed");
            // Once there is a new checkpoint, a moment later: in a round, or while the next one is written.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (process.isAlive() && lastStep("killed") == before) {
                assertThat(System.nanoTime()).as("a checkpoint comes").isLessThan(deadline);
                Thread.sleep(20);
            }
            Thread.sleep(random.nextInt(150));
            process.destroyForcibly().waitFor();
        }
        assertThat(lastStep("killed")).as("killed before the end").isLessThan(STEPS);

        var survived = finish("killed");
        var undisturbed = finish("undisturbed");

        assertThat(survived.step()).isEqualTo(STEPS);
        assertThat(survived.files()).isEqualTo(undisturbed.files());
        survived.verify();
    }
}
