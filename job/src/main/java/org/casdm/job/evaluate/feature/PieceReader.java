package org.casdm.job.evaluate.feature;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.FeatureSummary;
import org.casdm.metric.feature.FeatureExtractor;
import org.casdm.metric.feature.ImageBatch;
import org.casdm.metric.images.ImageList.Piece;

/** Reads a piece of a set batch by batch, and passes its features on to whoever wants them. */
final class PieceReader {

    private final FeatureWork work;
    private final FeatureExtractor extractor;
    private final Configuration hadoop;
    private final LongConsumer progress;
    private final FeatureSummary summary;
    private final List<float[]> kept = new ArrayList<>();
    private final int batchSize;
    private final long[] places;
    private int filled;

    /** @param progress is told of images done */
    PieceReader(FeatureWork work, FeatureExtractor extractor, Configuration hadoop, LongConsumer progress) {
        this.work = work;
        this.extractor = extractor;
        this.hadoop = hadoop;
        this.progress = progress;
        summary = new FeatureSummary(work.content(), extractor.info());
        batchSize = extractor.preferredBatch();
        places = new long[batchSize];
    }

    PieceResult read(Piece piece) throws IOException {
        int imageBytes = piece.size() * piece.size() * ImageBatch.CHANNELS;
        var pixels = new byte[batchSize * imageBytes];
        long place = piece.first();
        try (var files = FeatureFiles.of(work.folder(), piece.index(), extractor.info(), hadoop)) {
            for (var part : piece.parts()) {
                try (var images = part.open(hadoop, piece.size())) {
                    while (images.read(pixels, filled * imageBytes)) {
                        places[filled++] = place++;
                        if (filled == batchSize) {
                            extract(pixels, piece.size(), files);
                        }
                    }
                }
            }
            extract(pixels, piece.size(), files);
            files.finish();
        }
        return new PieceResult(summary, kept);
    }

    private void extract(byte[] pixels, int size, FeatureFiles files) throws IOException {
        if (filled == 0) {
            return;
        }
        var features = extractor.extract(new ImageBatch(pixels, filled, size, size));
        summary.add(features, places);
        int dimensions = features.pooled().length / filled;
        for (int i = 0; i < filled; i++) {
            if (work.kept().contains(places[i])) {
                kept.add(Arrays.copyOfRange(features.pooled(), i * dimensions, (i + 1) * dimensions));
            }
        }
        files.add(features, places);
        progress.accept(filled);
        filled = 0;
    }
}
