package org.casdm.metric.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.shard.ShardFile;
import org.casdm.data.shard.ShardWriter;
import org.casdm.data.shard.SkippedRecord;
import org.casdm.failure.DataException;
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

    private ImageLists lists;

    @BeforeEach
    void open() {
        lists = new ImageLists(new Configuration());
    }

    @Test
    void readsABatchOfSamplesInPieces() throws IOException {
        var pixels = pixels(2500);
        var file = npz("arr_0", pixels, NpyHeader.of(NpyType.UINT8, 2500, SIZE, SIZE, 3));
        var list = lists.find(file).orElseThrow();
        assertThat(list.size()).isEqualTo(SIZE);
        assertThat(list.count()).isEqualTo(2500);
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
                    writer.write("image " + i, DatasetDescription.NO_LABEL, pixels, i * IMAGE_BYTES);
                }
                shards.add(writer.finish());
            }
        }
        // Without its description the folder is unfinished.
        assertThat(lists.find(path.toString())).isEmpty();
        var skipped = List.of(new SkippedRecord("x.png", "torn"));
        new DatasetDescription(7, SIZE, 3, List.of(), "test", "none", 1, "all", shards, skipped)
                .write(fileSystem, path);
        var list = lists.find(path.toString()).orElseThrow();
        assertThat(list.count()).isEqualTo(7);
        assertThat(list.size()).isEqualTo(SIZE);
        assertThat(list.skipped()).isEqualTo(1);
        assertThat(read(list)).isEqualTo(pixels);
    }

    @Test
    void pictures_areNoImagesYet() throws IOException {
        Files.write(folder.resolve("1.png"), new byte[] {1, 2, 3});
        assertThat(lists.find(folder.toString())).isEmpty();
        assertThat(lists.find(folder.resolve("1.png").toString())).isEmpty();
    }

    @Test
    void piecesAreLimitedInNumberAndCoverAll() throws IOException {
        int count = 600_000;
        var parts = new ArrayList<ImagePart>();
        for (int i = 0; i < count; i += 500) {
            parts.add(new NpzPart("x.npz", i, 500));
        }
        var pieces = new ImageList("x.npz", "", SIZE, 0, parts).pieces();
        assertThat(pieces).hasSizeLessThanOrEqualTo(256);
        long next = 0;
        for (var piece : pieces) {
            assertThat(piece.first()).isEqualTo(next);
            assertThat(piece.parts()).hasSize(1);
            next += piece.parts().get(0).images();
        }
        assertThat(next).isEqualTo(count);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
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

    /** All images one after the other. */
    private byte[] read(ImageList list) throws IOException {
        var all = new ByteArrayOutputStream();
        var image = new byte[list.size() * list.size() * 3];
        for (var piece : list.pieces()) {
            for (var part : piece.parts()) {
                try (var images = part.open(new Configuration(), list.size())) {
                    while (images.read(image, 0)) {
                        all.write(image);
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
