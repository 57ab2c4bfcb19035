package org.casdm.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.BatchOrder;
import org.casdm.data.Divisions;
import org.casdm.failure.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardStreamTest {

    /** Large enough that a shard has several row groups of 42 images. */
    private static final int SIZE = 256;

    private static final int BYTES = SIZE * SIZE * 3;
    private static final int COUNT = 150;
    private static final int LABELS = 5;

    @TempDir
    private java.nio.file.Path local;

    private final Configuration hadoop = new Configuration();
    private DataFolder set;

    @BeforeEach
    void write() throws IOException {
        set = TestDataFolder.write(
                local,
                SIZE,
                List.of("a", "b", "c", "d", "e"),
                new int[] {COUNT / 3, COUNT / 3, COUNT / 3},
                image -> image % LABELS,
                ShardStreamTest::pixels);
    }

    /** The number comes first. */
    private static byte[] pixels(int image) {
        return ByteBuffer.allocate(BYTES).putInt(image).array();
    }

    private ShardStream stream(Divisions divisions, int window, int worker, long position) throws IOException {
        return new ShardStream(set, new ShardOrder(1, set.rowGroups(), window, divisions), worker, position, hadoop);
    }

    private static List<Integer> read(ShardStream stream, int count) throws IOException {
        var images = new ArrayList<Integer>();
        var pixels = new byte[BYTES + 5];
        for (int i = 0; i < count; i++) {
            int label = stream.read(pixels, 5);
            int image = ByteBuffer.wrap(pixels).getInt(5);
            assertThat(label).isEqualTo(image % LABELS);
            images.add(image);
        }
        return images;
    }

    private static List<Integer> all() {
        return IntStream.range(0, COUNT).boxed().toList();
    }

    @Test
    void workersVisitEveryImageOnceAnEpoch() throws IOException {
        for (int workers = 1; workers <= 3; workers++) {
            var images = new ArrayList<Integer>();
            for (int worker = 0; worker < workers; worker++) {
                try (var stream = stream(Divisions.start(new BatchOrder(workers, 10)), 30, worker, 0)) {
                    // 150 images are whole steps of 10, but for 2 workers: the first one has 80 of an epoch.
                    images.addAll(read(stream, workers == 2 ? 80 - 10 * worker : COUNT / workers));
                }
            }
            assertThat(images).isNotEqualTo(all());
            Collections.sort(images);
            assertThat(images).isEqualTo(all());
        }
    }

    @Test
    void resumesAtAnyPosition() throws IOException {
        var divisions = Divisions.start(new BatchOrder(2, 7)).goingOn(42, new BatchOrder(3, 7));
        List<Integer> whole;
        try (var stream = stream(divisions, 20, 1, 0)) {
            whole = read(stream, 130);
            assertThat(stream.position()).isEqualTo(130);
        }
        for (int position : new int[] {1, 19, 20, 35, 36, 37, 60, 129}) {
            try (var stream = stream(divisions, 20, 1, position)) {
                assertThat(read(stream, 130 - position)).isEqualTo(whole.subList(position, 130));
            }
        }
    }

    @Test
    void setsSmallerThanAStepComeAgainAndAgain() throws IOException {
        var divisions = Divisions.start(new BatchOrder(4, 100));
        var images = new ArrayList<Integer>();
        for (int worker = 0; worker < 4; worker++) {
            try (var stream = stream(divisions, 1000, worker, 0)) {
                images.addAll(read(stream, 75));
            }
        }
        assertThat(new HashSet<>(images).size()).isGreaterThan(100);
    }

    @Test
    void threadEndsWithTheStream() throws IOException {
        var stream = stream(Divisions.start(new BatchOrder(1, 1)), 10, 0, 0);
        read(stream, 5);
        stream.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("shards of"));
    }

    @Test
    void damagedShardsAreNamedAndNotVisited() throws IOException {
        var file = local.resolve("part-00001.parquet");
        var bytes = Files.readAllBytes(file);
        // Somewhere in the first pages; the length stays.
        for (int i = 500; i < 600; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
        try (var stream = stream(Divisions.start(new BatchOrder(1, 1)), COUNT, 0, 0)) {
            assertThatThrownBy(() -> read(stream, 1))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("part-00001.parquet is damaged");
            assertThat(stream.hasFailed()).isTrue();
            assertThatThrownBy(() -> read(stream, 1)).isInstanceOf(DataException.class);
        }
        Files.delete(file);
        try (var stream = stream(Divisions.start(new BatchOrder(1, 1)), COUNT, 0, 0)) {
            assertThatThrownBy(() -> read(stream, 1))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("part-00001.parquet is missing");
        }
    }

    @Test
    void anotherSize_isRefusedByName() {
        assertThatThrownBy(() -> set.requireSize(64))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("was prepared with 256 x 256 pixels, but 64 x 64 are requested");
        assertThat(set.summary()).contains("150 images of 256 x 256 in 3 shards");
    }
}
