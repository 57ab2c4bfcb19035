package org.casdm.job.rounds.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.util.Utils;
import org.casdm.job.executor.ExecutorLocal;
import scala.Option;
import scala.Tuple2;
import scala.runtime.AbstractFunction1;

/**
 * Exposes memory of this JVM to the other JVMs of the Spark application, block by block, and fetches theirs.
 *
 * <p>Thread-safe.
 */
public final class StateExchange implements Closeable {

    /** Spark setting: the port of each JVM's exchange, 0 (the default) for any free one; if taken, the next ones. */
    public static final String PORT = "spark.casdm.port";

    /** Prefix {@code spark.casdm.io.} has Spark's settings of its network layer for the exchange alone. */
    private static final String MODULE = "casdm";

    private static final String DRIVER = "driver";

    private final UUID run;
    private final Map<String, Exposure> exposures = new ConcurrentHashMap<>();
    private final NativeBlocks blocks = new NativeBlocks();
    private final TransportContext context;
    private final TransportServer server;
    private final TransportClientFactory clients;
    private final Address address;
    private boolean closed;

    /**
     * An exchange of its own; programs take {@link #ofRun}.
     *
     * @param run   whose
     * @param spark of this JVM
     */
    public StateExchange(UUID run, SparkEnv spark) {
        this.run = run;
        SparkConf conf = spark.conf();
        TransportConf transport = SparkTransportConf.fromSparkConf(conf, MODULE, 0, Option.empty());
        context = new TransportContext(transport, new ExposedStreams(this));
        List<TransportServerBootstrap> serverBootstraps = new ArrayList<>();
        List<TransportClientBootstrap> clientBootstraps = new ArrayList<>();
        if (spark.securityManager().isAuthenticationEnabled()) {
            serverBootstraps.add(new AuthServerBootstrap(transport, spark.securityManager()));
            clientBootstraps.add(new AuthClientBootstrap(transport, conf.getAppId(), spark.securityManager()));
        }
        String host = spark.blockManager().blockManagerId().host();
        String bind = spark.executorId().equals(DRIVER) ? conf.get("spark.driver.bindAddress", host) : host;
        server = Utils.startServiceOnPort(
                        conf.getInt(PORT, 0),
                        new AbstractFunction1<Object, Tuple2<TransportServer, Object>>() {
                            @Override
                            public Tuple2<TransportServer, Object> apply(Object port) {
                                var started = context.createServer(bind, (Integer) port, serverBootstraps);
                                return new Tuple2<>(started, started.getPort());
                            }
                        },
                        conf,
                        "casdm")
                ._1();
        clients = context.createClientFactory(clientBootstraps);
        address = new Address(host, server.getPort());
    }

    /** This JVM's exchange for a run. */
    public static StateExchange ofRun(UUID run) {
        return ExecutorLocal.get(StateExchange.class, run, () -> new StateExchange(run, SparkEnv.get()));
    }

    /** Where others find what is exposed here. */
    public Address address() {
        return address;
    }

    /** Memory for blocks. */
    public NativeBlocks blocks() {
        return blocks;
    }

    /**
     * Exposes memory.
     *
     * @param name       new in this JVM
     * @param memory     not to be freed before {@code whenUnused}; changed only when nobody asks for it
     * @param whenUnused called once, on any thread, when it is withdrawn and nobody reads it
     * @throws IllegalStateException if the exchange is closed, its run being over: nobody would ever withdraw it
     */
    public synchronized Exposure expose(String name, BlockMemory memory, Runnable whenUnused) {
        if (closed) {
            throw new IllegalStateException("run " + run + " has ended; cannot expose " + name);
        }
        var exposure = new Exposure(prefixed(name), memory, whenUnused);
        if (exposures.putIfAbsent(exposure.name(), exposure) != null) {
            throw new IllegalArgumentException(name + " is exposed already");
        }
        return exposure;
    }

    /** Withdraws what is exposed here under the names that a condition holds for. */
    public void withdraw(Predicate<String> names) {
        exposures.values().forEach(exposure -> {
            if (names.test(exposure.name().substring(run.toString().length() + 1))) {
                exposures.remove(exposure.name());
                exposure.withdraw();
            }
        });
    }

    /**
     * Lets a block of this JVM be read in place.
     *
     * @param place has to be here
     * @return to be closed after the last use of its bytes
     */
    public Lease lease(BlockPlace place, int block) {
        Exposure exposure = exposure(prefixed(place.name()));
        return new Lease(exposure, exposure.acquire(block));
    }

    /**
     * A block that is read in place.
     *
     * @param bytes not to be used after closing
     */
    public record Lease(Exposure exposure, ByteBuffer bytes) implements AutoCloseable {

        @Override
        public void close() {
            exposure.release();
        }
    }

    /** Whether a place is in this JVM. */
    public boolean isHere(BlockPlace place) {
        return place.address().equals(address);
    }

    /** Whether a place is on this JVM's host. */
    public boolean isOnHost(BlockPlace place) {
        return place.address().host().equals(address.host());
    }

    /** What reading so many bytes from a place moves. */
    public Moved moved(BlockPlace place, long bytes) {
        return isHere(place) ? Moved.NONE : new Moved(bytes, isOnHost(place) ? 0 : bytes);
    }

    /** Whether there is something exposed here under that name. */
    public boolean exposes(BlockPlace place) {
        return exposures.containsKey(prefixed(place.name()));
    }

    /**
     * Copies a block from where it is exposed.
     *
     * @param target a direct buffer with room for the block and no more
     * @return completes when the block is there, on any thread. Fails with what went wrong otherwise; then parts of the
     *         block may have been written
     */
    public CompletableFuture<Void> fetch(BlockPlace place, int block, ByteBuffer target) {
        var fetch = new Fetch(target);
        try {
            if (isHere(place)) {
                try (var lease = lease(place, block)) {
                    fetch.receive(place.name(), lease.bytes());
                }
            } else {
                clients.createClient(place.address().host(), place.address().port()).stream(
                        ExposedStreams.stream(prefixed(place.name()), block), fetch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fetch.onFailure(place.name(), e);
        } catch (IOException | RuntimeException e) {
            fetch.onFailure(place.name(), e);
        }
        return fetch.done();
    }

    /** How often Spark's settings ask a fetch to be repeated. */
    public int retries() {
        return context.getConf().maxIORetries();
    }

    /** Milliseconds before each repetition. */
    public int retryWait() {
        return context.getConf().ioRetryWaitTimeMs();
    }

    Exposure exposure(String name) {
        Exposure exposure = exposures.get(name);
        if (exposure == null) {
            throw new IllegalStateException(name + " is not exposed at " + address);
        }
        return exposure;
    }

    /** Ports are used again: a name says whose it is. */
    private String prefixed(String name) {
        return run + "/" + name;
    }

    /** Withdraws everything and lets go of sockets and memory; memory that is being read goes when it has been. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        withdraw(name -> true);
        clients.close();
        server.close();
        context.close();
        blocks.close();
    }
}
