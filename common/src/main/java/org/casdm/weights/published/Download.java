package org.casdm.weights.published;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.Sha256;

/**
 * Fetches a published file over HTTP into any Hadoop file system, and checks its size and SHA-256 on the way. A
 * connection that breaks is resumed where it broke. The file appears when it is complete and correct;
 * otherwise nothing is.
 */
public final class Download {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    /** Attempts in a row that bring nothing. */
    private static final int ATTEMPTS = 4;

    private static final int CHUNK_BYTES = 1 << 18;
    private static final int WHOLE = 200;
    private static final int PART = 206;
    private static final int NOTHING_THERE = 416;
    private static final int PROXY_LOGIN = 407;
    private static final int FIRST_SERVER_ERROR = 500;

    static {
        // Without this the JDK's client never logs in at a proxy on the way to https; read when the first one is made.
        System.getProperties().putIfAbsent("jdk.http.auth.tunneling.disabledSchemes", "");
    }

    private final PublishedFile file;
    private final URI address;
    private final Timing timing;
    private final DownloadProgress progress;
    private final HttpClient client;
    private final MessageDigest digest = Sha256.newDigest();
    private long position;

    /**
     * How long to wait.
     *
     * @param pause before the first new attempt; each further one waits as much longer
     * @param patience with a connection on which nothing comes; it then counts as broken
     */
    public record Timing(Duration pause, Duration patience) {

        /** For servers far away. */
        public static final Timing USUAL = new Timing(Duration.ofSeconds(2), Duration.ofSeconds(60));
    }

    /**
     * @param file what is fetched
     * @param address where from: the file's own address, or a mirror's
     * @param timing how long to wait
     * @param proxies what leads to the server; empty: what Java's system properties name
     * @param progress hears of every piece
     */
    public Download(
            PublishedFile file,
            URI address,
            Timing timing,
            Optional<EnvironmentProxies> proxies,
            DownloadProgress progress) {
        this.file = file;
        this.address = address;
        this.timing = timing;
        this.progress = progress;
        var builder =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NORMAL);
        proxies.ifPresent(builder::proxy);
        // The client takes a missing login for a broken connection, where there is something that could have one.
        proxies.flatMap(EnvironmentProxies::authenticator).ifPresent(builder::authenticator);
        client = builder.build();
    }

    /**
     * Fetches the file. To be called once.
     *
     * @throws DownloadException if the server cannot be reached or has not got the file, or the file is another one
     * @throws IOException if it cannot be written
     */
    public void to(FileSystem fileSystem, Path path) throws IOException {
        AtomicFile.create(fileSystem, path, stream -> {
            fetch(stream);
            requireRight();
            return null;
        });
    }

    private void fetch(OutputStream target) throws IOException {
        int failures = 0;
        while (position < file.content().bytes()) {
            long before = position;
            IOException broken = null;
            try (var body = open();
                    var guard = new StallGuard(body, timing.patience())) {
                copy(body, guard, target);
            } catch (BrokenConnection e) {
                broken = e.reason();
            }
            failures = position > before ? 1 : failures + 1;
            if (position < file.content().bytes()) {
                if (failures == ATTEMPTS) {
                    throw new DownloadException(
                            address + ": the connection broke " + ATTEMPTS + " times in a row after " + position
                                    + " of "
                                    + file.content().bytes() + " bytes"
                                    + (broken == null ? "" : " (" + describe(broken) + ")") + "; nothing was kept. "
                                    + advice(),
                            broken);
                }
                sleep(timing.pause().multipliedBy(failures));
            }
        }
    }

    /** The connection is the trouble, and not what it brings or where that is written. */
    private static final class BrokenConnection extends Exception {

        private static final long serialVersionUID = 1;

        BrokenConnection(IOException reason) {
            super(reason);
        }

        IOException reason() {
            return (IOException) getCause();
        }
    }

    /** What is missing of the file. */
    private InputStream open() throws BrokenConnection, IOException {
        var request = HttpRequest.newBuilder(address).timeout(ANSWER_TIMEOUT);
        if (position > 0) {
            request.header("Range", "bytes=" + position + "-");
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new BrokenConnection(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownloadException(address + ": interrupted", e);
        }
        var body = response.body();
        if (response.statusCode() == PART
                && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + position + "-")) {
            return body;
        }
        if (response.statusCode() == WHOLE) {
            // A server that sends all of it, whatever part was asked for.
            skip(body, position);
            return body;
        }
        body.close();
        if (response.statusCode() == NOTHING_THERE) {
            throw wrong("it has only " + position + " bytes instead of "
                    + file.content().bytes());
        }
        if (response.statusCode() == PROXY_LOGIN) {
            throw new DownloadException(address + ": the proxy requires a user and a password. Set them in the"
                    + " environment: https_proxy=http://USER:PASSWORD@HOST:PORT, with %-escapes as in any URL");
        }
        var status = new IOException("the server answers HTTP " + response.statusCode());
        if (response.statusCode() >= FIRST_SERVER_ERROR) {
            throw new BrokenConnection(status);
        }
        throw new DownloadException(address + ": " + status.getMessage() + ". " + advice());
    }

    private static void skip(InputStream body, long bytes) throws BrokenConnection {
        try {
            body.skipNBytes(bytes);
        } catch (IOException e) {
            throw new BrokenConnection(e);
        }
    }

    private void copy(InputStream body, StallGuard guard, OutputStream target) throws BrokenConnection, IOException {
        var chunk = new byte[CHUNK_BYTES];
        while (true) {
            int count;
            try {
                count = body.read(chunk);
            } catch (IOException e) {
                throw new BrokenConnection(e);
            }
            if (count < 0) {
                return;
            }
            guard.progress();
            if (count > file.content().bytes() - position) {
                throw wrong("it has more than the " + file.content().bytes() + " bytes of that file");
            }
            target.write(chunk, 0, count);
            digest.update(chunk, 0, count);
            position += count;
            progress.at(position, file.content().bytes());
        }
    }

    private void requireRight() throws DownloadException {
        var found = Sha256.hex(digest);
        if (!found.equals(file.content().sha256())) {
            throw wrong("its SHA-256 is " + found + ", not " + file.content().sha256());
        }
    }

    private DownloadException wrong(String why) {
        return new DownloadException(address + " is not " + file.file() + ": " + why + ". Nothing was kept. Something"
                + " on the way may have answered instead (a proxy's login page), or the file has been replaced");
    }

    private static String advice() {
        return "Without access to the server, download the file elsewhere and check it with \"casdm weights verify\";"
                + " behind a proxy, set the environment variable https_proxy=http://HOST:PORT";
    }

    private static String describe(IOException broken) {
        return broken.getMessage() == null ? broken.getClass().getSimpleName() : broken.getMessage();
    }

    private void sleep(Duration time) throws DownloadException {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownloadException(address + ": interrupted", e);
        }
    }
}
