package org.casdm.job.cli.failure;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.casdm.checkpoint.CorruptCheckpointException;
import org.casdm.engine.nd4j.Nd4jBackend;
import org.casdm.failure.UserFailure;

/**
 * What a failure means to the person who started the program: one paragraph that says what is wrong, where, and what to
 * do. The most telling exception of the chain of causes decides; of what failed in an executor only text arrives, and
 * that is looked into.
 */
public final class FailureMessages {

    /** For a program that the user ends. */
    public static final String INTERRUPTED = "Interrupted. Finished work is kept: rerun the same command to resume.";

    private static final String CREDENTIALS = "Check the credentials in the environment (AWS_ACCESS_KEY_ID, "
            + "AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if they are temporary) or the machine's role, and that "
            + "they may read and write there.";
    private static final String DISK_FULL = "The disk is full. Free some space, then rerun the same command: a "
            + "training run resumes from its newest complete checkpoint. Spark's own scratch space is "
            + "spark.local.dir (default /tmp).";
    private static final String NO_EXECUTION = "A native library cannot be loaded: the folder that it was unpacked to "
            + "is mounted noexec, or the machine's policy forbids it. Name a folder that allows it: "
            + "CASDM_JAVA_OPTIONS=\"-Djava.io.tmpdir=FOLDER -Dorg.bytedeco.javacpp.cachedir=FOLDER\" for deploy/casdm, "
            + "spark.executor.extraJavaOptions for executors. The failure: ";
    private static final String MEMORY = "Raise CASDM_HEAP (the Java heap) or CASDM_OFF_HEAP (arrays) for "
            + "deploy/casdm, spark.executor.memory and spark.executor.memoryOverhead for executors, or lower "
            + "train.batch-size-per-worker.";
    private static final String OWN = "org.casdm.";
    /** "Lost task 0.3 in stage 1.0 (TID 5) (10.0.0.1 executor 2): java.io.IOException: text". */
    private static final Pattern REMOTE =
            Pattern.compile("\\(TID \\d+\\) \\([^)]*\\): (?<type>[\\w.$]+)(: (?<text>[^\\n]*))?");

    private static final Pattern REMOTE_CAUSE = Pattern.compile("\\nCaused by: (?<type>[\\w.$]+)(: (?<text>[^\\n]*))?");

    /**
     * @param text        for the user, without a line break at its end
     * @param known       whether the text says all; if not, a stack trace may help
     * @param interrupted whether the user ended the program
     */
    public record Message(String text, boolean known, boolean interrupted) {}

    /**
     * An exception, here or in an executor.
     *
     * @param type   the simple name of its class
     * @param isUserFailure whether its message is for the user
     * @param thrown null if it was in an executor
     */
    private record Symptom(String type, boolean isUserFailure, String text, Throwable thrown) {

        static Symptom here(Throwable thrown) {
            return new Symptom(
                    thrown.getClass().getSimpleName(),
                    thrown instanceof UserFailure,
                    String.valueOf(thrown.getMessage()),
                    thrown);
        }

        /** @param className as a stack trace has it */
        static Symptom remote(String className, String text) {
            var type = className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
            return new Symptom(type, className.startsWith(OWN) && isUserFailure(className), text, null);
        }

        private static boolean isUserFailure(String className) {
            try {
                return UserFailure.class.isAssignableFrom(
                        Class.forName(className, false, FailureMessages.class.getClassLoader()));
            } catch (ClassNotFoundException e) {
                // Of another version of the program.
                return false;
            }
        }

        boolean is(Class<? extends Throwable> kind) {
            return thrown == null ? type.equals(kind.getSimpleName()) : kind.isInstance(thrown);
        }

        boolean isAny(String... names) {
            return Set.of(names).contains(type);
        }

        boolean says(String words) {
            return text.contains(words);
        }
    }

    private FailureMessages() {}

    /** The message for a failure. */
    public static Message of(Throwable failure) {
        var symptoms = symptoms(failure);
        for (var symptom : symptoms) {
            if (symptom.is(InterruptedException.class)) {
                return new Message(INTERRUPTED, true, true);
            }
        }
        // The environment explains everything else. Then what was written for the user, the outermost first, as it
        // knows what was being done. Of the storage's exceptions the innermost is the most telling one.
        var innermostFirst = new ArrayList<>(symptoms);
        Collections.reverse(innermostFirst);
        var said = symptoms.stream()
                .filter(symptom -> symptom.is(IOException.class))
                .findFirst();
        return symptoms.stream()
                .map(FailureMessages::environment)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> symptoms.stream()
                        .map(FailureMessages::own)
                        .flatMap(Optional::stream)
                        .findFirst())
                .or(() -> innermostFirst.stream()
                        .map(symptom -> storage(symptom, said.orElse(symptom).text()))
                        .flatMap(Optional::stream)
                        .findFirst())
                .or(() -> innermostFirst.stream()
                        .map(symptom ->
                                failedStorage(symptom, said.orElse(symptom).text()))
                        .flatMap(Optional::stream)
                        .findFirst())
                .map(text -> new Message(text, true, false))
                .orElseGet(() -> unknown(symptoms));
    }

    /** The chain of causes, outermost first, and after it what executors reported. */
    private static List<Symptom> symptoms(Throwable failure) {
        var symptoms = new ArrayList<Symptom>();
        var remote = new ArrayList<Symptom>();
        var seen = Collections.<Throwable>newSetFromMap(new IdentityHashMap<>());
        for (var thrown = failure; thrown != null && seen.add(thrown); thrown = thrown.getCause()) {
            var symptom = Symptom.here(thrown);
            symptoms.add(symptom);
            if (thrown instanceof SparkException) {
                addRemote(REMOTE, symptom.text(), remote);
                addRemote(REMOTE_CAUSE, symptom.text(), remote);
            }
        }
        symptoms.addAll(remote);
        return symptoms;
    }

    private static void addRemote(Pattern pattern, String report, List<Symptom> symptoms) {
        var found = pattern.matcher(report);
        while (found.find()) {
            symptoms.add(Symptom.remote(
                    found.group("type"),
                    Optional.ofNullable(found.group("text")).orElse("")));
        }
    }

    /** Disk, memory and folders for native code: they show as all kinds of exceptions. */
    private static Optional<String> environment(Symptom symptom) {
        if (symptom.says("No space left on device")
                || symptom.says("Disk quota exceeded")
                || symptom.isAny("DiskErrorException", "DiskOutOfSpaceException")) {
            return Optional.of(DISK_FULL + " The failure: " + symptom.text());
        }
        if (symptom.says("failed to map segment from shared object")) {
            return Optional.of(NO_EXECUTION + symptom.text());
        }
        if (symptom.is(OutOfMemoryError.class)) {
            return Optional.of("There is not enough memory (" + symptom.text() + "). " + MEMORY);
        }
        return Optional.empty();
    }

    /** Exceptions whose messages were written for the user. */
    private static Optional<String> own(Symptom symptom) {
        if (symptom.thrown() instanceof LinkageError && Nd4jBackend.madeForCuda()) {
            // What has touched ND4J first says no more than that a class cannot be initialised.
            return Nd4jBackend.trouble().map(FailureMessages::sentence);
        }
        if (symptom.is(CorruptCheckpointException.class)) {
            return Optional.of(sentence(symptom.text()) + " Nothing was changed. \"casdm inspect\" on the run's folder "
                    + "shows which checkpoints are complete.");
        }
        return symptom.isUserFailure() ? Optional.of(sentence(symptom.text())) : Optional.empty();
    }

    /** @param report the words to pass on: those of the outermost exception, which names the path */
    private static Optional<String> storage(Symptom symptom, String report) {
        var said = " The storage says: " + report;
        if (symptom.isAny("UnknownStoreException") || symptom.says("NoSuchBucket")) {
            return Optional.of("There is no such bucket at this endpoint. Create it, or correct its name or "
                    + "spark.\"spark.hadoop.fs.s3a.endpoint\"." + said);
        }
        if (symptom.isAny("NoAwsCredentialsException", "NoAuthWithAWSException", "CredentialInitializationException")) {
            return Optional.of("There are no credentials for S3. " + CREDENTIALS + said);
        }
        if (symptom.says("InvalidAccessKeyId")
                || symptom.says("SignatureDoesNotMatch")
                || symptom.says("InvalidToken")
                || symptom.says("ExpiredToken")) {
            return Optional.of("S3 does not accept the credentials"
                    + (symptom.says("SignatureDoesNotMatch") ? ", or a request was damaged on its way. " : ". ")
                    + CREDENTIALS + said);
        }
        if (symptom.is(AccessDeniedException.class)
                || symptom.is(AccessControlException.class)
                || symptom.says("(Permission denied)")) {
            return Optional.of("Access is denied. For files, check their permissions. For S3: " + CREDENTIALS + said);
        }
        if (symptom.is(FileNotFoundException.class) || symptom.is(NoSuchFileException.class)) {
            return Optional.of("There is no such file or folder: " + report);
        }
        if (symptom.is(FileAlreadyExistsException.class) || symptom.isAny("FileAlreadyExistsException")) {
            return Optional.of("It exists already and is not overwritten: " + report);
        }
        if (symptom.is(UnsupportedFileSystemException.class) || symptom.says("No FileSystem for scheme")) {
            return Optional.of("Unknown file system (file: and s3a: are usual): " + report);
        }
        if (symptom.is(UnknownHostException.class)
                || symptom.is(ConnectException.class)
                || symptom.isAny("HttpHostConnectException", "ConnectTimeoutException")) {
            return Optional.of("The storage or the cluster cannot be reached: " + report
                    + ". Check that it runs, and the endpoint (spark.\"spark.hadoop.fs.s3a.endpoint\" for s3a:, "
                    + "spark.\"spark.master\" for Spark).");
        }
        if (symptom.says("All masters are unresponsive")
                || symptom.says("stopped SparkContext")
                || symptom.says("SparkContext was shut down")) {
            return Optional.of("The Spark cluster does not answer, or it has ended this application; the log before "
                    + "this line says which. Check spark.\"spark.master\" and that the cluster runs, then rerun the "
                    + "same command to resume from the newest complete checkpoint.");
        }
        if (symptom.is(EOFException.class)) {
            return Optional.of("A file ends too early; it may be truncated: " + report);
        }
        return Optional.empty();
    }

    /** For errors of the storage, or of the network between, that say nothing about the reason. */
    private static Optional<String> failedStorage(Symptom symptom, String report) {
        if (symptom.is(PathIOException.class)
                || symptom.isAny(
                        "AWSBadRequestException",
                        "AWSServiceIOException",
                        "AWSClientIOException",
                        "AWSS3IOException",
                        "AWSServiceThrottledException",
                        "AWSRedirectException",
                        "AWSStatus500Exception",
                        "AmazonS3Exception",
                        "SdkClientException",
                        "SocketException",
                        "SocketTimeoutException",
                        "ConnectionClosedException",
                        "NoHttpResponseException")) {
            return Optional.of("The storage failed: " + sentence(report) + " Rerun the same command when it "
                    + "works again: finished work is kept.");
        }
        return Optional.empty();
    }

    /** Whatever it is: the first message written by someone who knew what was being done, and the root of it. */
    private static Message unknown(List<Symptom> symptoms) {
        var outermost = symptoms.get(0);
        var root = symptoms.get(symptoms.size() - 1);
        var text = outermost.is(SparkException.class) && root != outermost ? describe(root) : describe(outermost);
        if (root != outermost && !text.contains(root.text())) {
            text += " Cause: " + describe(root);
        }
        var written = outermost.is(IOException.class) || outermost.is(IllegalArgumentException.class);
        return new Message(text, written && root == outermost, false);
    }

    private static String describe(Symptom symptom) {
        var empty = symptom.text().isBlank() || symptom.text().equals("null");
        var plain = symptom.isAny("IOException", "IllegalArgumentException", "UncheckedIOException");
        return sentence(empty ? symptom.type() : plain ? symptom.text() : symptom.type() + ": " + symptom.text());
    }

    private static String sentence(String text) {
        var stripped = text.strip();
        return stripped.endsWith(".") ? stripped : stripped + ".";
    }
}
