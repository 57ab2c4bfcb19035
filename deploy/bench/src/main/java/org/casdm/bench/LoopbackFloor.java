package org.casdm.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How long this machine takes to move bytes through TCP connections to itself, and nothing else. */
final class LoopbackFloor {

    private static final int BUFFER_BYTES = 1 << 20;

    private LoopbackFloor() {}

    /**
     * Moves the bytes once.
     *
     * @param connections at the same time, each with its share
     * @return seconds
     */
    static double seconds(long bytes, int connections) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(2 * connections);
        try (var server = new ServerSocket(0, connections, InetAddress.getLoopbackAddress())) {
            var share = bytes / connections;
            var work = new ArrayList<Callable<Void>>();
            for (var i = 0; i < connections; i++) {
                work.add(() -> {
                    send(server.getLocalPort(), share);
                    return null;
                });
                work.add(() -> {
                    receive(server, share);
                    return null;
                });
            }
            var start = System.nanoTime();
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
            return (System.nanoTime() - start) / 1e9;
        } catch (ExecutionException e) {
            throw new IOException("moving bytes over loopback failed", e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    private static void send(int port, long bytes) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var output = socket.getOutputStream();
            for (var left = bytes; left > 0; left -= Math.min(left, buffer.length)) {
                output.write(buffer, 0, (int) Math.min(left, buffer.length));
            }
        }
    }

    private static void receive(ServerSocket server, long bytes) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        try (var socket = server.accept()) {
            var input = socket.getInputStream();
            for (long left = bytes; left > 0; ) {
                var count = input.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    throw new EOFException("the sender has stopped " + left + " bytes too early");
                }
                left -= count;
            }
        }
    }
}
