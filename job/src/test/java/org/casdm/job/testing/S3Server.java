package org.casdm.job.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/** An S3 server with signature checks, as a process of its own over a folder, for the length of a test. */
public final class S3Server implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final String accessKey = "key" + UUID.randomUUID().toString().replace("-", "");
    private final String secretKey = UUID.randomUUID().toString();
    private final Path store;
    private final Path settings;
    private final Process process;
    private final int port;

    /**
     * Starts a server on a free port of the loopback address.
     *
     * @param folder a new folder is made in it for objects
     * @throws IOException if it does not start; with what it said
     */
    public S3Server(Path folder) throws IOException {
        store = Files.createTempDirectory(folder, "s3-objects");
        settings = Files.createTempDirectory(
                folder,
                "s3-server",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(
                settings.resolve("s3proxy.properties"),
                String.format(
                        Locale.ROOT, """
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.endpoint=http://127.0.0.1:0
                s3proxy.identity=%s
                s3proxy.credential=%s
                # The session token of temporary credentials, which it does not check.
                s3proxy.ignore-unknown-headers=true
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                """, accessKey, secretKey, store.toString().replace("\\", "\\\\")));
        var jar = System.getProperty("s3proxy.jar");
        if (jar == null) {
            throw new IllegalStateException("the system property s3proxy.jar is not set; Maven sets it");
        }
        var log = settings.resolve("log");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        jar,
                        "--properties",
                        settings.resolve("s3proxy.properties").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        port = waitForPort(log);
    }

    private int waitForPort(Path log) throws IOException {
        var end = Instant.now().plus(START_LIMIT);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            var started = STARTED.matcher(Files.readString(log));
            if (started.find()) {
                return Integer.parseInt(started.group(1));
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        process.destroyForcibly();
        throw new IOException("S3Proxy does not start: " + Files.readString(log));
    }

    /** Creates a bucket, unless it is there. */
    public void createBucket(String name) throws IOException {
        Files.createDirectories(store.resolve(name));
    }

    /** The folder that holds buckets and objects as folders and files. */
    public Path objects() {
        return store;
    }

    /** Its port on the loopback address. */
    public int port() {
        return port;
    }

    /** Where it listens. */
    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** A Hadoop configuration that reaches this server, with file systems of its own. */
    public Configuration hadoop() {
        return hadoop(accessKey, secretKey);
    }

    /** The credentials, as environment variables for a process of its own. */
    public Map<String, String> environment() {
        return Map.of("AWS_ACCESS_KEY_ID", accessKey, "AWS_SECRET_ACCESS_KEY", secretKey);
    }

    /** The same with other credentials. */
    public Configuration hadoop(String accessKey, String secretKey) {
        var hadoop = new Configuration();
        hadoop.set("fs.s3a.endpoint", endpoint());
        hadoop.set("fs.s3a.path.style.access", "true");
        hadoop.set("fs.s3a.connection.ssl.enabled", "false");
        hadoop.set("fs.s3a.access.key", accessKey);
        hadoop.set("fs.s3a.secret.key", secretKey);
        hadoop.set("fs.s3a.attempts.maximum", "2");
        hadoop.set("fs.s3a.retry.limit", "2");
        // Hadoop's cache would give a file system with the credentials of an earlier test.
        hadoop.set("fs.s3a.impl.disable.cache", "true");
        return hadoop;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(settings)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
