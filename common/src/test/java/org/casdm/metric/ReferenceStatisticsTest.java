package org.casdm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.npy.NpyHeader;
import org.casdm.tensor.npy.NpyType;
import org.casdm.tensor.npy.NpzFile;
import org.casdm.tensor.npy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceStatisticsTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        var pooled = gaussian(5, 1);
        var spatial = gaussian(3, 2);
        var uri = folder.resolve("statistics.npz").toString();
        new ReferenceStatistics(pooled, Optional.of(spatial)).write(uri, new Configuration());
        var read = ReferenceStatistics.read(uri, new Configuration());
        assertThat(read.pooled())
                .usingRecursiveComparison()
                .ignoringFields("name")
                .isEqualTo(pooled);
        assertThat(read.spatial().orElseThrow())
                .usingRecursiveComparison()
                .ignoringFields("name")
                .isEqualTo(spatial);
        assertThat(read.pooled().name()).isEqualTo(uri);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    /** numpy.savez(..., mu=, sigma=, mu_s=, sigma_s=) of NumPy 2. */
    @Test
    void readsNumPysFile() throws IOException {
        var read = ReferenceStatistics.read("x.npz", new NpzFile(resource("statistics.npz")));
        assertThat(read.pooled().mean()).containsExactly(1, 2);
        assertThat(read.pooled().covariance()).containsExactly(2, 0.5, 0.5, 1);
        assertThat(read.spatial().orElseThrow().mean()).containsExactly(-1, 0, 1);
        assertThat(read.spatial().orElseThrow().covariance()).containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 3);
    }

    @Test
    void layoutIsThatOfGuidedDiffusion() throws IOException {
        var uri = folder.resolve("statistics.npz").toString();
        new ReferenceStatistics(gaussian(4, 1), Optional.of(gaussian(2, 2))).write(uri, new Configuration());
        try (var file = new NpzFile(SeekableInput.of("x", Files.readAllBytes(Path.of(uri))))) {
            assertThat(file.names()).containsExactlyInAnyOrder("mu", "sigma", "mu_s", "sigma_s");
            assertThat(file.header("mu")).isEqualTo(NpyHeader.of(NpyType.FLOAT64, 4));
            assertThat(file.header("sigma_s")).isEqualTo(NpyHeader.of(NpyType.FLOAT64, 2, 2));
        }
    }

    @Test
    void statisticsWithoutSpatialOnesAreThoseOfPytorchFid() throws IOException {
        var uri = folder.resolve("statistics.npz").toString();
        new ReferenceStatistics(gaussian(4, 1), Optional.empty()).write(uri, new Configuration());
        assertThat(ReferenceStatistics.read(uri, new Configuration()).spatial()).isEmpty();
    }

    @Test
    void errorsNameFileAndArray() throws IOException {
        refuses(npz(List.of("mu"), new double[][] {{1, 2}}, new long[][] {{2}}), "x.npz", "no array 'sigma'");
        refuses(
                npz(new double[] {1, 2}, new double[] {1, 2, 3, 4, 5, 6}, 2, 3),
                "x.npz",
                "array 'sigma'",
                "(2, 3)",
                "(2, 2)");
        refuses(npz(new double[] {1, 2}, new double[] {1, 2, 3, 4}, 2, 2), "x.npz", "array 'sigma'", "not symmetric");
        refuses(
                npz(new double[] {1, Double.NaN}, new double[] {1, 0, 0, 4}, 2, 2),
                "x.npz",
                "array 'mu'",
                "1 values that are not finite");
        refuses(
                npz(new double[] {1, 2}, new double[] {1, 0, 0, Double.POSITIVE_INFINITY}, 2, 2),
                "array 'sigma'",
                "not finite");
        refuses(
                npz(List.of("mu", "sigma", "mu_s"), new double[][] {{1}, {1}, {1}}, new long[][] {{1}, {1, 1}, {1}}),
                "no array 'sigma_s'");
    }

    private static void refuses(byte[] file, String... words) {
        assertThatThrownBy(() -> ReferenceStatistics.read("x.npz", new NpzFile(SeekableInput.of("x.npz", file))))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContainingAll(words);
    }

    private static byte[] npz(double[] mean, double[] covariance, long... shape) throws IOException {
        return npz(List.of("mu", "sigma"), new double[][] {mean, covariance}, new long[][] {{mean.length}, shape});
    }

    private static byte[] npz(List<String> names, double[][] values, long[][] shapes) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var file = new NpzWriter("x", bytes)) {
            for (int i = 0; i < names.size(); i++) {
                file.write(names.get(i), values[i], shapes[i]);
            }
        }
        return bytes.toByteArray();
    }

    private static GaussianStatistics gaussian(int dimensions, long seed) {
        var moments = new FeatureMoments(dimensions);
        moments.add(FeatureMomentsTest.random(50, dimensions, seed), 50);
        return moments.statistics("random");
    }

    private static SeekableInput resource(String name) throws IOException {
        try (var stream = ReferenceStatisticsTest.class.getResourceAsStream("/metric/" + name)) {
            return SeekableInput.of(name, stream.readAllBytes());
        }
    }
}
