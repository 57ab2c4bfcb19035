package org.casdm.job.sample.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.stream.IntStream;
import org.casdm.data.picture.ContactSheet;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.storage.AtomicFile;
import org.casdm.tensor.ContentDigest;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.npy.NpyElements;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is put together from the parts when all images are there. Reads the parts one after the other. */
public final class SampleProducts {

    static final String SHEET = "sheet.png";
    public static final String NPZ = "samples.npz";

    private static final Logger LOG = LoggerFactory.getLogger(SampleProducts.class);
    private static final int SHEET_IMAGES = 64;
    /** Small pictures are enlarged to about this many pixels, to be looked at. */
    private static final int COMFORTABLE_SIZE = 64;

    private final SampleFolder folder;
    private final SampleSettings settings;
    private final ImageShape shape;
    private final List<Part> parts;
    private final long count;

    /** @param parts all of them, in the order of their images */
    public SampleProducts(SampleFolder folder, SampleSettings settings, List<Part> parts) {
        this.folder = folder;
        this.settings = settings;
        this.parts = List.copyOf(parts);
        shape = new ImageShape(settings.size(), settings.channels());
        count = parts.stream().mapToLong(Part::count).sum();
    }

    /** Writes {@value #SHEET}: the first images. */
    public void writeSheet() throws IOException {
        int shown = (int) Math.min(SHEET_IMAGES, count);
        var images = new byte[shown * shape.storedBytes()];
        for (var part : parts) {
            if (part.first() < shown) {
                read(part, (image, label, pixels, offset) -> {
                    if (image < shown) {
                        System.arraycopy(
                                pixels, offset, images, (int) image * shape.storedBytes(), shape.storedBytes());
                    }
                });
            }
        }
        var png = new ByteArrayOutputStream();
        int columns = settings.interpolation() == null ? (int) Math.ceil(Math.sqrt(shown)) : shown;
        new ContactSheet(columns, Math.max(1, COMFORTABLE_SIZE / shape.size()))
                .write(images, shown, shape.size(), ImageShape.STORED_CHANNELS, png);
        AtomicFile.write(folder.fileSystem(), folder.file(SHEET), png.toByteArray());
    }

    private void read(Part part, PartFormat.ImageSink sink) throws IOException {
        settings.storedAs().read(folder.fileSystem(), folder.root(), part, settings.classes(), shape, sink);
    }

    /** Writes {@code dataset.json}, with which the parts are a data set for training and evaluation. */
    public void writeDescription() throws IOException {
        int classes = settings.model().config().model().classes();
        new DatasetDescription(
                        count,
                        shape.size(),
                        ImageShape.STORED_CHANNELS,
                        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
                        settings.model().toString(),
                        "sampled: " + settings.describe(),
                        settings.sampler().seed(),
                        "all",
                        parts.stream().map(ParquetPartWriter::describe).toList(),
                        List.of())
                .write(folder.fileSystem(), folder.root());
    }

    /**
     * Writes {@value #NPZ} as guided-diffusion's evaluator reads it: {@code arr_0}, the images, uint8 [count, size,
     * size, 3], and for a model with classes {@code arr_1}, the labels, int64 [count]. The parts are read twice.
     */
    public ContentDigest writeNpz() throws IOException {
        LOG.info("assembling {} from {} parts", folder.file(NPZ), parts.size());
        var digest = Sha256.newDigest();
        try (var file = new AtomicFile(folder.fileSystem(), folder.file(NPZ))) {
            // Not to be closed by the writer: the file appears by publishing.
            var output = new DigestOutputStream(new OpenOutput(file.stream()), digest);
            try (var npz = new NpzWriter(folder.file(NPZ).toString(), output)) {
                npz.write(
                        "arr_0",
                        NpyHeader.of(NpyType.UINT8, count, shape.size(), shape.size(), ImageShape.STORED_CHANNELS),
                        pixels());
                if (!settings.classes().classes().isEmpty()) {
                    npz.write("arr_1", NpyHeader.of(NpyType.INT64, count), labels());
                }
            }
            file.publish();
        }
        return new ContentDigest(
                folder.fileSystem().getFileStatus(folder.file(NPZ)).getLen(), Sha256.hex(digest));
    }

    private NpyElements pixels() {
        return sink -> {
            for (var part : parts) {
                read(part, (image, label, pixels, offset) -> sink.accept(pixels, offset, shape.storedBytes()));
            }
        };
    }

    private NpyElements labels() {
        return sink -> {
            for (long image = 0; image < count; image++) {
                sink.accept(new int[] {settings.classes().label(image)}, 0, 1);
            }
        };
    }

    /** Passes bytes on; closing only flushes. */
    private static final class OpenOutput extends OutputStream {

        private final OutputStream output;

        OpenOutput(OutputStream output) {
            this.output = output;
        }

        @Override
        public void write(int value) throws IOException {
            output.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            output.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            output.flush();
        }
    }
}
