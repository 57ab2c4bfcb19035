package org.casdm.job.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An HTTP proxy in front of an {@link S3Server} that spoils the requests it is told to spoil: an overloaded server, a
 * network that cuts, stalls and flips bits.
 *
 * <p>It understands as much of HTTP/1.1 as S3 clients and Jetty speak: one request after the other on a connection,
 * bodies with a length or in chunks. Bodies are held in memory.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
    private static final int TRICKLE_PARTS = 20;

    private final ServerSocket server;
    private final int target;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> spoiled = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean closed;

    /**
     * A request as the client sends it.
     *
     * @param method such as PUT
     * @param path   such as /bucket/key, as it is encoded
     * @param query  after the question mark; empty if there is none
     * @param number counts all requests from 1
     */
    public record Request(String method, String path, String query, int number) {

        /** Reads an object, or a part of it; no listing. */
        public boolean reads(String ending) {
            return method.equals("GET") && path.endsWith(ending);
        }

        /** Writes an object at once, or a part of it. */
        public boolean writes(String ending) {
            return method.equals("PUT") && path.endsWith(ending);
        }

        /** Uploads part {@code number} of an object. */
        public boolean writesPart(int number) {
            return method.equals("PUT") && Arrays.asList(query.split("&")).contains("partNumber=" + number);
        }

        /** Puts the parts of an object together. */
        public boolean completesUpload() {
            return method.equals("POST") && query.startsWith("uploadId=");
        }
    }

    /** What is done to a request. */
    public sealed interface Fault {

        /** The server answers with an error instead of doing what is asked for. */
        record Answer(int status, String code) implements Fault {}

        /** Nothing comes back; the connection stays open. The server has not seen the request. */
        record Silence() implements Fault {}

        /** The connection is reset in the middle of the request's body; the server sees nothing of it. */
        record CutRequest() implements Fault {}

        /** The connection is reset in the middle of the answer's body, or of its head if there is none. */
        record CutAnswer() implements Fault {}

        /** The server does what is asked for, and the client does not hear of it. */
        record LostAnswer() implements Fault {}

        /** The answer comes in small parts, so much time apart. */
        record Trickle(int pauseMillis) implements Fault {}

        /** A bit of the request's body is flipped. */
        record FlipRequest() implements Fault {}

        /** A bit of the answer's body is flipped. */
        record FlipAnswer() implements Fault {}

        /** Something happens before the request is passed on. */
        record Before(Runnable action) implements Fault {}

        /** "Please reduce your request rate." */
        static Fault slowDown() {
            return new Answer(503, "SlowDown");
        }

        static Fault internalError() {
            return new Answer(500, "InternalError");
        }
    }

    private static final class Rule {
        final Predicate<Request> which;
        final Fault fault;
        final AtomicInteger left;

        Rule(Predicate<Request> which, Fault fault, int times) {
            this.which = which;
            this.fault = fault;
            left = new AtomicInteger(times);
        }

        boolean takes(Request request) {
            return which.test(request) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }
    }

    private record Head(String firstLine, List<String> fields) {

        Optional<String> value(String name) {
            var start = name.toLowerCase(Locale.ROOT) + ":";
            return fields.stream()
                    .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(start))
                    .findFirst()
                    .map(field -> field.substring(start.length()).strip());
        }

        Head without(String... names) {
            var starts = Arrays.stream(names)
                    .map(name -> name.toLowerCase(Locale.ROOT) + ":")
                    .toList();
            return new Head(
                    firstLine,
                    fields.stream()
                            .filter(field -> starts.stream().noneMatch(field.toLowerCase(Locale.ROOT)::startsWith))
                            .toList());
        }

        Head with(String field) {
            var more = new ArrayList<>(fields);
            more.add(field);
            return new Head(firstLine, more);
        }

        byte[] bytes() {
            return (firstLine + "\r\n"
                            + fields.stream().map(field -> field + "\r\n").collect(Collectors.joining()) + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** A request or an answer, whole. */
    private record Message(Head head, byte[] body) {}

    /**
     * Listens on a free port of the loopback address.
     *
     * @param target the server's port there
     */
    public FaultyProxy(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start("accepts", this::accept);
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** Spoils the first so many of the requests that the predicate holds for. Rules given earlier go first. */
    public FaultyProxy spoil(int times, Predicate<Request> which, Fault fault) {
        rules.add(new Rule(which, fault, times));
        return this;
    }

    /** Spoils all such requests, until {@link #heal}. */
    public FaultyProxy spoilAll(Predicate<Request> which, Fault fault) {
        return spoil(Integer.MAX_VALUE, which, fault);
    }

    /** From now on nothing is spoiled. Forgets what was. */
    public void heal() {
        rules.clear();
        spoiled.clear();
    }

    /** What has been spoiled: method, path, fault. */
    public List<String> spoiled() {
        return List.copyOf(spoiled);
    }

    /** How many requests have come. */
    public int requests() {
        return requests.get();
    }

    private void start(String name, Runnable work) {
        var thread = new Thread(work, "faulty proxy " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                var client = server.accept();
                open.add(client);
                start("serves", () -> serve(client));
            }
        } catch (IOException e) {
            if (!closed) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var input = new BufferedInputStream(client.getInputStream());
            boolean goesOn = true;
            while (goesOn) {
                var head = readHead(input);
                goesOn = head.isPresent() && answer(head.get(), input, client);
            }
        } catch (SocketException | EOFException e) {
            // The client has gone, or this proxy is closed: tests look at what comes of it.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(client);
        }
    }

    /** @return whether another request may come on this connection */
    private boolean answer(Head head, InputStream input, Socket client) throws IOException {
        var words = head.firstLine().split(" ");
        var target = words[1].split("\\?", 2);
        var request = new Request(words[0], target[0], target.length > 1 ? target[1] : "", requests.incrementAndGet());
        var output = client.getOutputStream();
        var fault = rules.stream()
                .filter(rule -> rule.takes(request))
                .findFirst()
                .map(rule -> rule.fault)
                .orElse(null);
        if (fault != null) {
            spoiled.add(request.method() + " " + request.path() + " " + fault);
        }
        long length = head.value("Content-Length").map(Long::parseLong).orElse(0L);
        if (head.value("Expect").isPresent()) {
            output.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        if (fault instanceof Fault.CutRequest) {
            input.readNBytes((int) (length / 2));
            return reset(client);
        }
        var body = input.readNBytes((int) length);
        if (body.length < length) {
            return false;
        }
        if (fault instanceof Fault.Answer refusal) {
            write(output, refusal(refusal, request));
            return true;
        }
        if (fault instanceof Fault.Silence) {
            return input.read() >= 0;
        }
        if (fault instanceof Fault.FlipRequest && body.length > 0) {
            body[body.length / 2] ^= 1;
        }
        if (fault instanceof Fault.Before before) {
            before.action().run();
        }
        var answer = forward(
                new Message(head.without("Expect", "Connection").with("Connection: close"), body),
                request.method().equals("HEAD"));
        if (fault instanceof Fault.FlipAnswer && answer.body().length > 0) {
            answer.body()[answer.body().length / 2] ^= 1;
        }
        if (fault instanceof Fault.LostAnswer) {
            return reset(client);
        }
        if (fault instanceof Fault.CutAnswer) {
            var whole = bytes(answer);
            int end = answer.body().length > 0 ? whole.length - answer.body().length / 2 - 1 : whole.length / 2;
            output.write(whole, 0, end);
            output.flush();
            return reset(client);
        }
        if (fault instanceof Fault.Trickle trickle) {
            trickle(output, bytes(answer), trickle.pauseMillis());
            return true;
        }
        write(output, answer);
        return true;
    }

    private static boolean reset(Socket client) throws IOException {
        // Unsent data is thrown away and the other side is told so by a reset.
        client.setSoLinger(true, 0);
        client.close();
        return false;
    }

    private static void trickle(OutputStream output, byte[] answer, int pauseMillis) throws IOException {
        int part = Math.max(1, answer.length / TRICKLE_PARTS);
        try {
            for (int start = 0; start < answer.length; start += part) {
                Thread.sleep(pauseMillis);
                output.write(answer, start, Math.min(part, answer.length - start));
                output.flush();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Message refusal(Fault.Answer fault, Request request) {
        var text = String.format(
                        Locale.ROOT,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>injected</Message>",
                        fault.code())
                + "<RequestId>" + request.number() + "</RequestId></Error>";
        var body = request.method().equals("HEAD") ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        return new Message(
                new Head(
                        "HTTP/1.1 " + fault.status() + " " + fault.code(),
                        List.of("Content-Type: application/xml", "Content-Length: " + body.length)),
                body);
    }

    private Message forward(Message request, boolean onlyHead) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), target)) {
            write(socket.getOutputStream(), request);
            var input = new BufferedInputStream(socket.getInputStream());
            var head = readHead(input).orElseThrow(() -> new EOFException("the server has closed the connection"));
            while (head.firstLine().contains(" 100 ")) {
                head = readHead(input).orElseThrow(() -> new EOFException("the server says no more than 100"));
            }
            // The server closes the connection at the end, so this is the body as it travels, chunks and all.
            var body = input.readAllBytes();
            head = head.without("Connection");
            boolean framed = head.value("Content-Length").isPresent()
                    || head.value("Transfer-Encoding").isPresent();
            boolean bodiless = onlyHead
                    || head.firstLine().contains(" 204 ")
                    || head.firstLine().contains(" 304 ");
            return new Message(framed || bodiless ? head : head.with("Content-Length: " + body.length), body);
        }
    }

    private static byte[] bytes(Message message) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(message.head().bytes());
        bytes.writeBytes(message.body());
        return bytes.toByteArray();
    }

    private static void write(OutputStream output, Message message) throws IOException {
        output.write(bytes(message));
        output.flush();
    }

    /** Empty if the other side has closed the connection before. */
    private static Optional<Head> readHead(InputStream input) throws IOException {
        var bytes = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < HEAD_END.length) {
            int next = input.read();
            if (next < 0) {
                return Optional.empty();
            }
            bytes.write(next);
            matched = next == HEAD_END[matched] ? matched + 1 : next == HEAD_END[0] ? 1 : 0;
        }
        var lines = bytes.toString(StandardCharsets.ISO_8859_1).strip().split("\r\n");
        return Optional.of(new Head(lines[0], Arrays.asList(lines).subList(1, lines.length)));
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
