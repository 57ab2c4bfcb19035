package org.casdm.metric.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.data.BadImageException;
import org.casdm.data.DataException;
import org.casdm.data.ImageReader;
import org.casdm.data.picture.ContactSheet;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.ShardWriter;
import org.casdm.data.source.LocalCopies;
import org.casdm.data.source.ReadContext;
import org.casdm.data.source.SourceLimits;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageListsTest {

    private static final int SIZE = 4;
    private static final int IMAGE_BYTES = SIZE * SIZE * 3;

    @TempDir
    private Path folder;

    private ReadContext context;
    private ImageLists lists;

    @BeforeEach
    void open() {
        context = new ReadContext(new Configuration(), SourceLimits.DEFAULT, new LocalCopies(folder.resolve("copies")));
        lists = new ImageLists(context);
    }

    @Test
    void readsABatchOfSamplesInPieces() throws IOException {
        var pixels = pixels(2500);
        var file = npz("arr_0", pixels, NpyHeader.of(NpyType.UINT8, 2500, SIZE, SIZE, 3));
        var list = lists.find(file);
        assertThat(list.size()).isEqualTo(SIZE);
        assertThat(list.count()).hasValue(2500);
        assertThat(list.pieces())
                .extracting(ImageList.Piece::first)
                .startsWith(0L, 100L, 200L)
                .hasSize(25);
        assertThat(read(list)).isEqualTo(pixels);
        assertThat(lists.holdsStatistics(file)).isFalse();
    }

    @Test
    void readsADataFolder() throws IOException {
        var pixels = pixels(7);
        var path = new org.apache.hadoop.fs.Path(folder.resolve("data").toUri());
        var fileSystem = FileSystem.getLocal(new Configuration());
        var shards = new ArrayList<ShardFile>();
        for (int[] range : new int[][] {{0, 4}, {4, 7}}) {
            var file = new org.apache.hadoop.fs.Path(path, "part-0000" + shards.size() + ".parquet");
            try (var writer = new ShardWriter(fileSystem, file, SIZE)) {
                for (int i = range[0]; i < range[1]; i++) {
                    writer.write("image " + i, ImageReader.NO_LABEL, pixels, i * IMAGE_BYTES);
                }
                shards.add(writer.finish());
            }
        }
        // Without its description the folder is unfinished.
        assertThatThrownBy(() -> lists.find(path.toString()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("dataset.json");
        new DatasetDescription(7, SIZE, 3, List.of(), "test", "none", 1, "all", shards, List.of())
                .write(fileSystem, path);
        var list = lists.find(path.toString());
        assertThat(list.count()).hasValue(7);
        assertThat(list.resizable()).isFalse();
        assertThat(read(list)).isEqualTo(pixels);
        assertThatThrownBy(() -> list.withSize(8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsPicturesAndTellsOfBadOnes() throws IOException {
        var pixels = pixels(3);
        for (int i = 0; i < 3; i++) {
            var png = new ByteArrayOutputStream();
            new ContactSheet(1, 1)
                    .write(Arrays.copyOfRange(pixels, i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES), 1, SIZE, 3, png);
            Files.write(folder.resolve(i + ".png"), png.toByteArray());
        }
        Files.write(folder.resolve("1x.png"), new byte[] {1, 2, 3});
        var list = lists.find(folder.toString());
        assertThat(list.count()).hasValue(4);
        assertThat(list.size()).isEqualTo(SIZE);
        assertThat(list.resizable()).isTrue();
        assertThat(read(list)).isEqualTo(pixels);
        assertThat(read(list.withSize(2))).hasSize(3 * 2 * 2 * 3);
    }

    @Test
    void aPartOfUnknownLengthIsCountedByReading() throws IOException {
        readsPicturesAndTellsOfBadOnes();
        var found = lists.find(folder.toString());
        var unknown = new ImageList(
                found.location(),
                found.summary(),
                SIZE,
                true,
                found.parts().stream()
                        .<ImagePart>map(part -> new PicturePart(((PicturePart) part).part(), 0, -1))
                        .toList());
        assertThat(unknown.count()).isEmpty();
        assertThat(unknown.pieces().get(0).first()).isEqualTo(-1);
        assertThat(unknown.parts().get(0).countImages(context)).isEqualTo(4);
        var counted = unknown.withCounts(List.of(4L));
        assertThat(counted.count()).hasValue(4);
        assertThat(read(counted)).isEqualTo(pixels(3));
    }

    @Test
    void piecesAreLimitedInNumberAndCoverAll() throws IOException {
        int count = 600_000;
        var parts = new ArrayList<ImagePart>();
        for (int i = 0; i < count; i += 500) {
            parts.add(new NpzPart("x.npz", i, 500));
        }
        var pieces = new ImageList("x.npz", "", SIZE, false, parts).pieces();
        assertThat(pieces).hasSizeLessThanOrEqualTo(256);
        long next = 0;
        for (var piece : pieces) {
            assertThat(piece.first()).isEqualTo(next);
            assertThat(piece.parts()).hasSize(1);
            next += piece.parts().get(0).count().getAsLong();
        }
        assertThat(next).isEqualTo(count);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        var empty = Files.createDirectory(folder.resolve("empty")).toString();
        assertThatThrownBy(() -> lists.find(empty))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(empty, "holds no pictures");
        assertThatThrownBy(() -> lists.find(folder.resolve("missing").toString()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> lists.find(folder.resolve("missing.npz").toString()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not exist");
        var grey = npz("arr_0", pixels(1), NpyHeader.of(NpyType.UINT8, 3, SIZE, SIZE));
        assertThatThrownBy(() -> lists.find(grey))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(grey, "(3, 4, 4)", "(count, size, size, 3)");
        var other = npz("images", pixels(1), NpyHeader.of(NpyType.UINT8, 1, SIZE, SIZE, 3));
        assertThatThrownBy(() -> lists.find(other)).hasMessageContainingAll(other, "no array 'arr_0'");
    }

    /** All images one after the other, unusable ones left out. */
    private byte[] read(ImageList list) throws IOException {
        var all = new ByteArrayOutputStream();
        var image = new byte[list.size() * list.size() * 3];
        for (var piece : list.pieces()) {
            for (var part : piece.parts()) {
                try (var images = part.open(context, list.size())) {
                    boolean more = true;
                    while (more) {
                        try {
                            more = images.read(image, 0);
                            all.write(image, 0, more ? image.length : 0);
                        } catch (BadImageException e) {
                            assertThat(e.id()).isEqualTo("1x.png");
                        }
                    }
                }
            }
        }
        return all.toByteArray();
    }

    private String npz(String array, byte[] pixels, NpyHeader header) throws IOException {
        var file = folder.resolve(array + header.shapeText() + ".npz");
        try (var writer = new NpzWriter("x", Files.newOutputStream(file))) {
            writer.write(array, header, sink -> sink.accept(pixels, 0, pixels.length));
        }
        return file.toString();
    }

    private static byte[] pixels(int images) {
        var pixels = new byte[images * IMAGE_BYTES];
        new Random(3).nextBytes(pixels);
        return pixels;
    }
}
