package org.casdm.job.rounds.exchange;

import java.nio.ByteBuffer;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;

/** The serving side: a stream is a block of an exposure. */
final class ExposedStreams extends RpcHandler {

    private static final char SEPARATOR = '#';

    private final StreamManager streams;

    ExposedStreams(StateExchange exchange) {
        streams = new StreamManager() {

            @Override
            public ManagedBuffer openStream(String stream) {
                int separator = stream.lastIndexOf(SEPARATOR);
                return new ExposedBuffer(
                        exchange.exposure(stream.substring(0, separator)),
                        Integer.parseInt(stream.substring(separator + 1)));
            }

            @Override
            public ManagedBuffer getChunk(long stream, int chunk) {
                throw new UnsupportedOperationException("blocks are read as streams");
            }
        };
    }

    /** The stream of a block. */
    static String stream(String name, int block) {
        return name + SEPARATOR + block;
    }

    @Override
    public StreamManager getStreamManager() {
        return streams;
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
        throw new UnsupportedOperationException("blocks are read as streams");
    }
}
