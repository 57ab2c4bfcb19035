package org.casdm.job.prepare;

import org.apache.spark.api.java.function.Function;
import org.casdm.data.source.RawImage;
import org.casdm.data.source.SourcePart;

/**
 * How many bytes of a part make a picture, from its first records.
 *
 * @param access how to reach the source
 */
record CountSample(SourceAccess access) implements Function<SourcePart, CountSample.Result> {

    private static final int RECORDS = 100;

    /**
     * @param bytes   read
     * @param records in them
     */
    record Result(long bytes, long records) implements java.io.Serializable {}

    @Override
    public Result call(SourcePart part) throws Exception {
        long bytes = 0;
        long count = 0;
        try (var records = part.open(access.context())) {
            for (; count < RECORDS && records.hasNext(); count++) {
                if (records.next() instanceof RawImage image) {
                    bytes += image.payload().bytes();
                }
            }
            return records.hasNext() ? new Result(bytes, count) : new Result(part.bytes(), count);
        }
    }
}
