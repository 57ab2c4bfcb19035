package org.casdm.metric;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.casdm.storage.Storage;
import org.casdm.tensor.SeekableInput;
import org.casdm.tensor.TensorFormatException;
import org.casdm.tensor.npy.NpzFile;
import org.casdm.tensor.npy.NpzWriter;

/**
 * Stored statistics of a set of images: an {@code .npz} file with {@code mu}, {@code sigma} of pooled features and
 * {@code mu_s}, {@code sigma_s} of spatial ones, float64, as guided-diffusion publishes them. pytorch-fid's files have
 * the first two alone.
 *
 * @param pooled  of the features of FID
 * @param spatial of the features of sFID, if they are known
 */
public record ReferenceStatistics(GaussianStatistics pooled, Optional<GaussianStatistics> spatial) {

    private static final String MEAN = "mu";
    private static final String COVARIANCE = "sigma";
    private static final String SPATIAL_MEAN = "mu_s";
    private static final String SPATIAL_COVARIANCE = "sigma_s";
    /** How far mirrored elements may be apart, as part of the largest: float32 products are not quite symmetric. */
    private static final double ASYMMETRY = 1e-5;

    /** Whether a file holds statistics rather than images: by the names of its arrays. */
    public static boolean isIn(NpzFile file) {
        return file.contains(MEAN) && file.contains(COVARIANCE);
    }

    /**
     * Reads statistics.
     *
     * @param uri a file of any Hadoop file system
     * @throws TensorFormatException if arrays are missing, do not fit each other, are not symmetric or not finite; the
     *         message names file and array
     * @throws IOException if the file cannot be read
     */
    public static ReferenceStatistics read(String uri, Configuration hadoop) throws IOException {
        var path = Storage.path(uri);
        try (var file = new NpzFile(SeekableInput.open(Storage.fileSystem(path, hadoop), path))) {
            return read(uri, file);
        }
    }

    /** The same from an open file. */
    public static ReferenceStatistics read(String name, NpzFile file) throws IOException {
        var pooled = read(name, file, MEAN, COVARIANCE);
        boolean spatial = file.contains(SPATIAL_MEAN) || file.contains(SPATIAL_COVARIANCE);
        return new ReferenceStatistics(
                pooled, spatial ? Optional.of(read(name, file, SPATIAL_MEAN, SPATIAL_COVARIANCE)) : Optional.empty());
    }

    private static GaussianStatistics read(String name, NpzFile file, String meanName, String covarianceName)
            throws IOException {
        var meanShape = file.header(meanName).shape();
        if (meanShape.size() != 1 || meanShape.get(0) < 1 || meanShape.get(0) > Short.MAX_VALUE) {
            throw wrong(
                    name,
                    meanName,
                    "has shape " + file.header(meanName).shapeText() + ", where a vector of features is expected");
        }
        long n = meanShape.get(0);
        var shape = file.header(covarianceName).shape();
        if (shape.size() != 2 || shape.get(0) != n || shape.get(1) != n) {
            throw wrong(
                    name,
                    covarianceName,
                    "has shape " + file.header(covarianceName).shapeText() + ", not (" + n + ", " + n
                            + ") as belongs to " + meanName);
        }
        var mean = values(name, file, meanName);
        var covariance = values(name, file, covarianceName);
        requireSymmetric(name, covarianceName, covariance, (int) n);
        return new GaussianStatistics(name, mean, covariance);
    }

    private static double[] values(String name, NpzFile file, String array) throws IOException {
        if (!file.header(array).type().isFloating()) {
            throw wrong(
                    name,
                    array,
                    "must hold floating-point numbers, not "
                            + file.header(array).type());
        }
        var values = file.array(array).readAll();
        long bad = 0;
        for (double value : values) {
            bad += Double.isFinite(value) ? 0 : 1;
        }
        if (bad > 0) {
            throw wrong(name, array, "has " + bad + " values that are not finite");
        }
        return values;
    }

    private static void requireSymmetric(String name, String array, double[] matrix, int n)
            throws TensorFormatException {
        double largest = 0;
        double apart = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                largest = Math.max(largest, Math.abs(matrix[i * n + j]));
                apart = Math.max(apart, Math.abs(matrix[i * n + j] - matrix[j * n + i]));
            }
        }
        if (apart > ASYMMETRY * largest) {
            throw wrong(
                    name,
                    array,
                    "is not symmetric: mirrored elements differ by up to " + apart + ", the largest is " + largest);
        }
    }

    private static TensorFormatException wrong(String file, String array, String problem) {
        return new TensorFormatException(
                file, "array '" + array + "' " + problem + "; these are not feature statistics");
    }

    /** Writes a file that guided-diffusion's and pytorch-fid's evaluators read. */
    public void write(String uri, Configuration hadoop) throws IOException {
        var path = Storage.path(uri);
        try (var file = new NpzWriter(uri, Storage.fileSystem(path, hadoop).create(path, true))) {
            write(file, pooled, MEAN, COVARIANCE);
            if (spatial.isPresent()) {
                write(file, spatial.get(), SPATIAL_MEAN, SPATIAL_COVARIANCE);
            }
        }
    }

    private static void write(NpzWriter file, GaussianStatistics statistics, String mean, String covariance)
            throws IOException {
        int n = statistics.dimensions();
        file.write(mean, statistics.mean(), n);
        file.write(covariance, statistics.covariance(), n, n);
    }
}
