package org.casdm.job.rounds.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.network.client.StreamCallback;

/** The receiving side of one block: its bytes go straight to where they belong, as they come. */
final class Fetch implements StreamCallback {

    private final ByteBuffer target;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Fetch(ByteBuffer target) {
        this.target = target;
    }

    CompletableFuture<Void> done() {
        return done;
    }

    /** The whole block at once. */
    void receive(String stream, ByteBuffer bytes) {
        try {
            onData(stream, bytes);
            onComplete(stream);
        } catch (IOException e) {
            onFailure(stream, e);
        }
    }

    @Override
    public void onData(String stream, ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > target.remaining()) {
            throw new IOException(stream + " is longer than the block that is expected");
        }
        target.put(bytes);
    }

    @Override
    public void onComplete(String stream) {
        if (target.hasRemaining()) {
            onFailure(stream, new IOException(stream + " is " + target.remaining() + " bytes shorter than expected"));
        } else {
            done.complete(null);
        }
    }

    @Override
    public void onFailure(String stream, Throwable cause) {
        done.completeExceptionally(cause);
    }
}
