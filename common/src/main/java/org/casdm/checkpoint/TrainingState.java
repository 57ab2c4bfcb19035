package org.casdm.checkpoint;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of a training run, and what must be the same to resume it: the part of {@code state.json} that the
 * training gives.
 *
 * @param step                    optimizer steps taken by each worker, at least 0
 * @param imagesSeen              images trained on by all workers together: the place in the epochs
 * @param epoch                   whole passes over the data set that are done
 * @param seeds                   the seeds of every random stream, by name
 * @param modelKind               {@code cas-dm}, {@code ddpm} or {@code dual}
 * @param architectureFingerprint a text equal for two networks if and only if the parameters of one fit the other
 * @param workerCount             workers whose parameters are averaged
 * @param batchSizePerWorker      images of one step of one worker
 * @param emaRates                rates of the moving averages that the checkpoint holds
 * @param createdAt               time of writing
 * @param programVersion          version of the program that wrote it
 * @param provenance              what else describes how it was made (data set, host, resumed from), by name
 */
public record TrainingState(
        long step,
        long imagesSeen,
        long epoch,
        SortedMap<String, Long> seeds,
        String modelKind,
        String architectureFingerprint,
        int workerCount,
        int batchSizePerWorker,
        List<Double> emaRates,
        Instant createdAt,
        String programVersion,
        SortedMap<String, String> provenance) {

    /** @throws IllegalArgumentException if a number is out of its range or a part is missing */
    public TrainingState {
        requireAtLeast("step", step, 0);
        requireAtLeast("imagesSeen", imagesSeen, 0);
        requireAtLeast("epoch", epoch, 0);
        requireAtLeast("workerCount", workerCount, 1);
        requireAtLeast("batchSizePerWorker", batchSizePerWorker, 1);
        requireGiven("modelKind", modelKind);
        requireGiven("architectureFingerprint", architectureFingerprint);
        requireGiven("createdAt", createdAt);
        requireGiven("programVersion", programVersion);
        seeds = sortedCopy("seeds", seeds);
        provenance = sortedCopy("provenance", provenance);
        requireGiven("emaRates", emaRates);
        emaRates = List.copyOf(emaRates);
    }

    private static void requireAtLeast(String name, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(name + " is " + value + ", at least " + minimum + " is possible");
        }
    }

    private static void requireGiven(String name, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }

    private static <T> SortedMap<String, T> sortedCopy(String name, Map<String, T> map) {
        requireGiven(name, map);
        map.forEach((key, value) -> Objects.requireNonNull(value, () -> name + "." + key));
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
}
