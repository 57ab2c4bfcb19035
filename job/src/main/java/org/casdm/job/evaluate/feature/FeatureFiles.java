package org.casdm.job.evaluate.feature;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.casdm.failure.DataException;
import org.casdm.metric.feature.FeatureInfo;
import org.casdm.metric.feature.Features;
import org.casdm.storage.AtomicFile;
import org.casdm.storage.Storage;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;

/**
 * The features of a piece's images as {@code .npz} files of a thousand images or so: {@code pool_3} [n, pooled
 * dimension], {@code spatial} and {@code logits} where there are such, float32, and {@code place}, the images' places
 * in the set.
 */
abstract sealed class FeatureFiles implements Closeable {

    /** The files of one piece; none if there is no folder. */
    static FeatureFiles of(Optional<String> folder, int piece, FeatureInfo info, Configuration hadoop)
            throws DataException {
        return folder.isPresent() ? new Stored(Storage.path(folder.get()), piece, info, hadoop) : new Nowhere();
    }

    /** Takes features; {@code places} may be longer. */
    abstract void add(Features features, long[] places) throws IOException;

    /** Writes what is left. */
    abstract void finish() throws IOException;

    @Override
    public void close() {
        // Files are written as a whole: nothing is open.
    }

    private static final class Nowhere extends FeatureFiles {
        @Override
        void add(Features features, long[] places) {
            // Nobody wants them.
        }

        @Override
        void finish() {
            // Nothing was taken.
        }
    }

    private static final class Stored extends FeatureFiles {

        private static final int IMAGES_A_FILE = 1000;

        private final Path folder;
        private final int piece;
        private final FeatureInfo info;
        private final Configuration hadoop;
        private final List<Features> waiting = new ArrayList<>();
        private final List<long[]> waitingPlaces = new ArrayList<>();
        private int images;
        private int files;

        Stored(Path folder, int piece, FeatureInfo info, Configuration hadoop) {
            this.folder = folder;
            this.piece = piece;
            this.info = info;
            this.hadoop = hadoop;
        }

        @Override
        void add(Features features, long[] places) throws IOException {
            waiting.add(features);
            waitingPlaces.add(places.clone());
            images += features.count();
            if (images >= IMAGES_A_FILE) {
                finish();
            }
        }

        @Override
        void finish() throws IOException {
            if (images == 0) {
                return;
            }
            var path = new Path(folder, String.format(Locale.ROOT, "part-%05d-%03d.npz", piece, files++));
            try (var file = new AtomicFile(Storage.fileSystem(path, hadoop), path)) {
                // Not closed with the archive: that would publish half of it after a failure.
                var archive = new NpzWriter(path.toString(), new KeptOpen(file.stream()));
                write(archive, "pool_3", info.pooledDimension(), Features::pooled);
                write(archive, "spatial", info.spatialDimension(), Features::spatial);
                write(archive, "logits", info.classes(), Features::logits);
                archive.write("place", NpyHeader.of(NpyType.INT64, images), sink -> {
                    for (int i = 0; i < waiting.size(); i++) {
                        for (int j = 0; j < waiting.get(i).count(); j++) {
                            sink.accept(new int[] {Math.toIntExact(waitingPlaces.get(i)[j])}, 0, 1);
                        }
                    }
                });
                archive.close();
                file.publish();
            }
            waiting.clear();
            waitingPlaces.clear();
            images = 0;
        }

        @FunctionalInterface
        private interface Kind {
            float[] of(Features features);
        }

        private void write(NpzWriter archive, String name, int dimensions, Kind kind) throws IOException {
            if (dimensions > 0) {
                archive.write(name, NpyHeader.of(NpyType.FLOAT32, images, dimensions), sink -> {
                    for (var features : waiting) {
                        sink.accept(kind.of(features), 0, features.count() * dimensions);
                    }
                });
            }
        }
    }
}
