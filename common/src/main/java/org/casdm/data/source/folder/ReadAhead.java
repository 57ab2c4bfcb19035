package org.casdm.data.source.folder;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.casdm.data.source.LookAhead;
import org.casdm.data.source.SourceRecord;

/** Records that are read one by one by their index; from remote storage several at a time, since each waits for it. */
final class ReadAhead extends LookAhead {
    /** Files on their way at the same time: requests of some 50 ms each become several hundred files a second. */
    static final int REMOTE_FILES = 16;

    private final int count;
    private final IndexedRecord records;
    private final int ahead;
    private final ExecutorService threads;
    private final Deque<Future<SourceRecord>> underWay = new ArrayDeque<>();
    private int asked;

    /** Reads the record of an index. */
    @FunctionalInterface
    interface IndexedRecord {
        SourceRecord read(int index) throws IOException;
    }

    /**
     * @param count   records
     * @param ahead   how many are read ahead, by as many threads; 0 to read in the caller's thread
     * @param records called with 0 to count - 1
     */
    ReadAhead(int count, int ahead, IndexedRecord records) {
        this.count = count;
        this.ahead = ahead;
        this.records = records;
        threads = ahead == 0
                ? null
                : Executors.newFixedThreadPool(ahead, task -> {
                    var thread = new Thread(task, "read-ahead");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    protected SourceRecord read() throws IOException {
        if (ahead == 0) {
            return asked == count ? null : records.read(asked++);
        }
        while (asked < count && underWay.size() < ahead) {
            int index = asked++;
            underWay.add(threads.submit(() -> records.read(index)));
        }
        return underWay.isEmpty() ? null : result(underWay.remove());
    }

    private static SourceRecord result(Future<SourceRecord> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("reading failed", e.getCause());
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
    }
}
