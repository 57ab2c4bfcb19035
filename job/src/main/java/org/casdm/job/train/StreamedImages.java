package org.casdm.job.train;

import java.io.IOException;
import org.casdm.data.shard.ShardStream;

/**
 * Images of shards.
 *
 * @param stream at the round's first image; kept for the next round
 * @param key    whose it is
 */
record StreamedImages(ShardStream stream, SharedStreams.Key key) implements WorkerImages {

    @Override
    public int read(long globalPosition, byte[] destination) throws IOException {
        return stream.read(destination, 0);
    }

    @Override
    public void close() throws IOException {
        if (stream.hasFailed()) {
            stream.close();
        } else {
            SharedStreams.giveBack(key, stream);
        }
    }
}
