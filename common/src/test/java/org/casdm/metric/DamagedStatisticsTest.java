package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.metric.images.ImageLists;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzWriter;
import org.casdm.testing.Damage;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files of statistics and of drawn images are noticed: no number comes of what was not written. */
class DamagedStatisticsTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void statistics(boolean compressed) throws IOException {
        var stored = Resources.bytes("/metric/statistics.npz");
        var content = compressed ? compress(stored) : stored;
        int refused = Damage.requireNoticed("statistics.npz", content, Integer.MAX_VALUE, damaged -> {
            var read = ReferenceStatistics.read(
                    MemoryFiles.file("statistics.npz", damaged).toString(), HADOOP);
            var all = new ArrayList<List<String>>();
            all.add(text(read.pooled()));
            read.spatial().ifPresent(spatial -> all.add(text(spatial)));
            return all;
        });
        assertThat(refused).as("cuts and more").isGreaterThan(content.length);
    }

    private static List<String> text(GaussianStatistics statistics) {
        return List.of(Arrays.toString(statistics.mean()), Arrays.toString(statistics.covariance()));
    }

    private static byte[] compress(byte[] npz) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var input = new ZipInputStream(new ByteArrayInputStream(npz));
                var output = new ZipOutputStream(bytes)) {
            for (var entry = input.getNextEntry(); entry != null; entry = input.getNextEntry()) {
                output.putNextEntry(new ZipEntry(entry.getName()));
                input.transferTo(output);
            }
        }
        return bytes.toByteArray();
    }

    /** Images are read in parts; the whole array is compared with its checksum before. */
    @Test
    void images() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var npz = new NpzWriter("samples.npz", bytes)) {
            var pixels = new byte[3 * 8 * 8 * 3];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (7 * i);
            }
            npz.write("arr_0", NpyHeader.of(NpyType.UINT8, 3, 8, 8, 3), sink -> sink.accept(pixels, 0, pixels.length));
        }
        var content = bytes.toByteArray();
        int refused = Damage.requireNoticed("samples.npz", content, Integer.MAX_VALUE, damaged -> {
            var list = new ImageLists(HADOOP)
                    .find(MemoryFiles.file("samples.npz", damaged).toString())
                    .orElseThrow();
            var images = new ArrayList<String>();
            for (var part : list.parts()) {
                try (var stream = part.open(HADOOP, list.size())) {
                    var image = new byte[list.size() * list.size() * 3];
                    while (stream.read(image, 0)) {
                        images.add(Arrays.toString(image));
                    }
                }
            }
            return images;
        });
        assertThat(refused).as("cuts and more").isGreaterThan(content.length);
    }
}
