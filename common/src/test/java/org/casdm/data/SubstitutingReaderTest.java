package org.casdm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.data.picture.Picture;
import org.junit.jupiter.api.Test;

class SubstitutingReaderTest {
    private final byte[] pixels = new byte[3];

    @Test
    void theNextUsableImageStandsIn() throws Exception {
        var source = new Source(10, Set.of(3L, 4L, 9L));
        try (var reader = new SubstitutingReader(source, 0.3)) {
            assertThat(reader.read(2, pixels, 0)).isEqualTo(2);
            assertThat(reader.badImages()).isEmpty();
            assertThat(reader.read(3, pixels, 0)).isEqualTo(5);
            assertThat(pixels).containsOnly(5);
            assertThat(reader.label(5)).isEqualTo(50);
            assertThat(reader.read(9, pixels, 0))
                    .as("from the last to the first")
                    .isZero();
            int reads = source.reads.get();
            assertThat(reader.read(3, pixels, 0)).isEqualTo(5);
            assertThat(source.reads.get()).as("bad images are not read again").isEqualTo(reads + 1);
            assertThat(reader.badImages())
                    .containsExactly(
                            new BadImage(3, "image 3", "torn"),
                            new BadImage(4, "image 4", "torn"),
                            new BadImage(9, "image 9", "torn"));
        }
        assertThat(source.closed).isTrue();
    }

    @Test
    void whoReadsInAnotherOrderGetsTheSame() throws Exception {
        var one = new SubstitutingReader(new Source(10, Set.of(3L, 4L)), 1);
        var other = new SubstitutingReader(new Source(10, Set.of(3L, 4L)), 1);
        other.read(4, pixels, 0);
        for (int i = 9; i >= 0; i--) {
            assertThat(other.read(i, pixels, 0)).isEqualTo(one.read(i, pixels, 0));
        }
    }

    @Test
    void moreThanAllowedEndIt() throws Exception {
        var reader = new SubstitutingReader(new Source(10, Set.of(1L, 5L, 8L)), 0.2);
        reader.read(1, pixels, 0);
        reader.read(5, pixels, 0);
        assertThatThrownBy(() -> reader.read(8, pixels, 0))
                .isExactlyInstanceOf(DataException.class)
                .hasMessageContaining("3 of 10 images cannot be used, more than max-bad-fraction = 0.2")
                .hasMessageContaining("image 1: torn; image 5: torn");
        var strict = new SubstitutingReader(new Source(10, Set.of(1L)), 0);
        assertThatThrownBy(() -> strict.read(1, pixels, 0)).hasMessageContaining("1 of 10 images");
    }

    @Test
    void aLongRunOfBadImagesEndsIt() {
        var bad = LongStream.range(20, 120).boxed().collect(Collectors.toSet());
        var reader = new SubstitutingReader(new Source(1000, bad), 1);
        assertThatThrownBy(() -> reader.read(20, pixels, 0))
                .isExactlyInstanceOf(DataException.class)
                .hasMessageContaining("100 images in succession cannot be used, from image 20 on")
                .hasMessageContaining("and others");
        var nothing = new SubstitutingReader(new Source(2, Set.of(0L, 1L)), 1);
        assertThatThrownBy(() -> nothing.read(0, pixels, 0)).hasMessageContaining("2 images in succession");
    }

    @Test
    void aFailingConnectionIsPassedOn() {
        var reader = new SubstitutingReader(
                new Source(10, Set.of()) {
                    @Override
                    public void read(long index, byte[] destination, int offset) throws IOException {
                        throw new IOException("connection reset");
                    }
                },
                1);
        assertThatThrownBy(() -> reader.read(0, pixels, 0)).isExactlyInstanceOf(IOException.class);
        assertThat(reader.badImages()).isEmpty();
        assertThatThrownBy(() -> new SubstitutingReader(new Source(1, Set.of()), Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Images of one pixel, whose shade is their index. */
    private static class Source implements ImageReader {
        private final AtomicInteger reads = new AtomicInteger();
        private final long count;
        private final Set<Long> bad;
        private boolean closed;

        Source(long count, Set<Long> bad) {
            this.count = count;
            this.bad = bad;
        }

        @Override
        public ImageSet imageSet() {
            return new CountedSet(count);
        }

        @Override
        public ReadOptions options() {
            return ReadOptions.ofSize(1);
        }

        @Override
        public void read(long index, byte[] destination, int offset) throws IOException {
            reads.incrementAndGet();
            if (bad.contains(index)) {
                throw new BadImageException(id(index), "torn");
            }
            Arrays.fill(destination, offset, offset + 3, (byte) index);
        }

        @Override
        public Picture picture(long index) throws IOException {
            byte[] samples = new byte[3];
            read(index, samples, 0);
            return new Picture(1, 1, 3, samples);
        }

        @Override
        public int label(long index) {
            return (int) index * 10;
        }

        @Override
        public String id(long index) {
            return "image " + index;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private record CountedSet(long count) implements ImageSet {
        @Override
        public String location() {
            return "/images";
        }

        @Override
        public ImageFormat format() {
            return ImageFormat.FOLDER;
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public String summary() {
            return "counted";
        }

        @Override
        public ImageReader open(Configuration hadoop, ReadOptions options) {
            throw new UnsupportedOperationException("opened by the test itself");
        }
    }
}
