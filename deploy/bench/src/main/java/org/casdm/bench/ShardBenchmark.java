package org.casdm.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.BatchOrder;
import org.casdm.data.Divisions;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.shard.ShardStream;

/** Times the reading of shards in the order of training, by one worker that does nothing else. */
public final class ShardBenchmark {

    private static final int BATCH = 16;
    private static final double NANOSECONDS = 1e9;
    private static final double MEBIBYTE = 1 << 20;

    private final String data;
    private final long images;
    private final Configuration hadoop;

    /**
     * @param data   a prepared data set
     * @param images that are timed, from the start of the first epoch; 0 for an epoch
     */
    public ShardBenchmark(String data, long images, Configuration hadoop) {
        if (images < 0) {
            throw new IllegalArgumentException("the number of images cannot be " + images);
        }
        this.data = data;
        this.images = images;
        this.hadoop = hadoop;
    }

    /** Runs; the result is what is printed as JSON. */
    public Map<String, Object> run() throws IOException {
        var set = DataFolder.at(data, hadoop);
        int size = set.description().size();
        var pixels = new byte[size * size * set.description().channels()];
        long count = images == 0 ? set.count() : images;
        var order = set.order(0, Divisions.start(new BatchOrder(1, BATCH)));
        long start = System.nanoTime();
        double first;
        try (var stream = new ShardStream(set, order, 0, 0, hadoop)) {
            stream.read(pixels, 0);
            first = (System.nanoTime() - start) / NANOSECONDS;
            for (long i = 1; i < count; i++) {
                stream.read(pixels, 0);
            }
        }
        double seconds = (System.nanoTime() - start) / NANOSECONDS;
        var report = new LinkedHashMap<String, Object>();
        report.put("data", data);
        report.put("size", size);
        report.put("images", count);
        report.put("images_per_second", Rounding.digits(count / seconds, 0));
        report.put("pixel_mebibytes_per_second", Rounding.digits(count / seconds * pixels.length / MEBIBYTE, 1));
        report.put("seconds_to_first_image", Rounding.digits(first, 3));
        PeakMemory.mebibytes().ifPresent(peak -> report.put("peak_memory_mib", peak));
        return report;
    }
}
