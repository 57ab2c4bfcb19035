package org.casdm.job.cli.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.s3a.UnknownStoreException;
import org.apache.hadoop.fs.s3a.auth.NoAwsCredentialsException;
import org.apache.spark.SparkException;
import org.casdm.checkpoint.CorruptCheckpointException;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.Test;

class FailureMessagesTest {

    @Test
    void storageFailuresSayWhatToDo() {
        assertThat(text(new UnknownStoreException("s3a://nowhere/", "bucket does not exist")))
                .startsWith("There is no such bucket")
                .contains("s3a://nowhere/");
        assertThat(text(new AccessDeniedException("s3a://bucket/x", null, "403 InvalidAccessKeyId")))
                .startsWith("S3 does not accept the credentials")
                .contains("AWS_ACCESS_KEY_ID");
        assertThat(text(new AccessDeniedException("s3a://bucket/x", null, "Forbidden")))
                .startsWith("Access is denied")
                .contains("s3a://bucket/x");
        assertThat(text(new AccessDeniedException("s3a://bucket/x", null, "no")
                        .initCause(new NoAwsCredentialsException("env", "none set"))))
                .contains("AWS_ACCESS_KEY_ID");
        assertThat(text(new NoAwsCredentialsException("env", "none set"))).startsWith("There are no credentials");
        assertThat(text(new FileNotFoundException("/data/x"))).contains("/data/x");
        assertThat(text(new IOException("cannot connect", new ConnectException("Connection refused"))))
                .contains("cannot be reached")
                .contains("endpoint");
    }

    @Test
    void fullDisk_isReportedForEveryKindOfException() {
        var full = new IOException("No space left on device");
        assertThat(text(full)).startsWith("The disk is full");
        assertThat(text(new UncheckedIOException(full))).startsWith("The disk is full");
        // As FSError, which Hadoop throws on local disks.
        assertThat(text(new Error(full))).startsWith("The disk is full");
        assertThat(text(new SparkException("Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most"
                        + " recent failure: Lost task 0.3 in stage 3.0 (TID 9) (10.0.0.2 executor 1): java.io.IOException: No"
                        + " space left on device\n"
                        + "\tat java.base/java.io.FileOutputStream.writeBytes")))
                .startsWith("The disk is full");
    }

    @Test
    void messagesWrittenForUsersComeThroughAsTheyAre() {
        assertThat(text(new IllegalStateException("round 3", new DataException("s3a://b/x holds no images"))))
                .isEqualTo("s3a://b/x holds no images.");
        assertThat(text(new CorruptCheckpointException("/run/000000010: model.safetensors is missing")))
                .startsWith("/run/000000010: model.safetensors is missing.")
                .contains("casdm inspect");
    }

    @Test
    void whatFailedInAnExecutorIsFoundInItsReport() {
        var report = "Job aborted due to stage failure: Task 1 in stage 0.0 failed 4 times, most recent failure: Lost"
                + " task 1.3 in stage 0.0 (TID 7) (192.168.1.5 executor 0): org.apache.spark.SparkException: wrapped\n"
                + "\tat org.casdm.X.y(X.java:1)\n"
                + "Caused by: org.casdm.failure.DataException: s3a://b/train: more than 1% of the images are unreadable\n"
                + "\tat org.casdm.Z.z(Z.java:1)\n\nDriver stacktrace:";
        assertThat(text(new SparkException(report)))
                .isEqualTo("s3a://b/train: more than 1% of the images are unreadable.");
    }

    @Test
    void modelWithoutFiniteOutput_isReported() {
        assertThat(text(new SparkException("Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most"
                        + " recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.0.2 executor"
                        + " 1): org.casdm.sampling.SamplingException: The first network's output"
                        + " is not finite\n"
                        + "\tat x.Y.z(Y.java)")))
                .isEqualTo("The first network's output is not finite.");
    }

    @Test
    void tellsWhichExecutorsCardCannotBeDriven() {
        assertThat(text(new SparkException("Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most"
                        + " recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.0.2 executor 1):"
                        + " org.casdm.engine.EngineException: gpu-7 has GPU 0: NVIDIA H100 PCIe, compute capability 9.0\n"
                        + "\tat org.casdm.engine.nd4j.Nd4jBackend.device(Nd4jBackend.java:1)")))
                .isEqualTo("gpu-7 has GPU 0: NVIDIA H100 PCIe, compute capability 9.0.");
    }

    @Test
    void lostCluster_isReported() {
        for (var words : new String[] {
            "All masters are unresponsive! Giving up.",
            "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at:\n\nx.y(Z.java)",
            "Job 4 cancelled because SparkContext was shut down"
        }) {
            assertThat(text(new IllegalStateException(words)))
                    .startsWith("The Spark cluster does not answer")
                    .contains("spark.\"spark.master\"")
                    .doesNotContain("\n");
        }
    }

    @Test
    void memoryNamesTheKnobs() {
        assertThat(text(new OutOfMemoryError("Physical memory usage is too high")))
                .contains("Physical memory usage is too high")
                .contains("CASDM_OFF_HEAP");
    }

    @Test
    void interruptionIsNoFailure() {
        assertThat(FailureMessages.of(new RuntimeException(new InterruptedException()))
                        .interrupted())
                .isTrue();
    }

    @Test
    void otherFailures_areReportedWithTheirCause() {
        var message =
                FailureMessages.of(new IllegalStateException("while averaging", new ArithmeticException("/ by zero")));
        assertThat(message.known()).isFalse();
        assertThat(message.text()).contains("while averaging").contains("/ by zero");
        assertThat(FailureMessages.of(new NullPointerException()).text()).isEqualTo("NullPointerException.");
    }

    private static String text(Throwable failure) {
        var message = FailureMessages.of(failure);
        assertThat(message.known()).as(message.text()).isTrue();
        assertThat(message.interrupted()).isFalse();
        return message.text();
    }

    @Test
    void folderMountedNoexec_isNamedWithWhatToSet() {
        var failure = new UnsatisfiedLinkError("/tmp/libzstd.so: failed to map segment from shared object");
        assertThat(FailureMessages.of(failure).known()).isTrue();
        assertThat(FailureMessages.of(new IllegalStateException(failure)).text())
                .contains("noexec", "java.io.tmpdir", "javacpp.cachedir", "/tmp/libzstd.so");
    }
}
