package org.casdm.job.report;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the numbers of a round are about. Those of a group are looked at together. */
enum MetricGroup {

    /** The whole loss and its terms, each a mean over the round. */
    LOSS(
            "Loss and its terms",
            "",
            name -> List.of("loss", "eps", "x0", "lpips", "metric").contains(name)),
    /** A term too, but smaller than the others by orders of magnitude. */
    REVERSE_MEAN("Error of the reverse step's mean", "", "mu"::equals),
    /** Its size is other than that of the other losses. */
    BOUND("Variational bound", "bits per dimension", "vlb"::equals),
    /** How the distances of single images are distributed. */
    LPIPS_OF_IMAGES("LPIPS of single images", "distance", name -> name.startsWith("lpipsOfImages.")),
    SPEED("Images per second", "images/s", "imagesPerSecond"::equals),
    /** Where the time of a round goes. */
    TIME("Seconds of a round", "s", name -> name.endsWith("Seconds")),
    /** Median and maximum over the round's steps. */
    GRADIENT("Norm of the gradient", "", name -> name.startsWith("gradientNorm")),
    LEARNING_RATE("Learning rate", "", "learningRate"::equals),
    /** How far the training has come; no curves that tell anything. */
    PROGRESS(
            "Progress",
            "",
            name -> List.of("images", "epoch", "workers", "movedBytes", "betweenHostsBytes")
                    .contains(name)),
    BAD_IMAGES("Bad images so far", "images", "badImages"::equals),
    SKIPPED_STEPS("Steps skipped in the round", "steps", "skippedSteps"::equals),
    /** What a later version of the program may have added. */
    OTHER("Others", "", name -> true);

    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("loss", "whole loss"),
            Map.entry("eps", "ε: θ's noise"),
            Map.entry("x0", "x₀: φ's image"),
            Map.entry("mu", "μ"),
            Map.entry("vlb", "bound"),
            Map.entry("lpips", "LPIPS of φ's image"),
            Map.entry("metric", "metric function of φ's image"),
            Map.entry("lpipsOfImages.minimum", "smallest"),
            Map.entry("lpipsOfImages.lowerQuartile", "lower quartile"),
            Map.entry("lpipsOfImages.median", "median"),
            Map.entry("lpipsOfImages.upperQuartile", "upper quartile"),
            Map.entry("lpipsOfImages.maximum", "largest"),
            Map.entry("gradientNorm", "median"),
            Map.entry("gradientNormMaximum", "largest"),
            Map.entry("skippedSteps", "steps skipped"),
            Map.entry("imagesPerSecond", "images/s"),
            Map.entry("roundSeconds", "whole round"),
            Map.entry("computeSeconds", "arithmetic"),
            Map.entry("dataSeconds", "waiting for images"),
            Map.entry("averagingSeconds", "averaging"),
            Map.entry("movedBytes", "bytes moved"),
            Map.entry("betweenHostsBytes", "bytes between hosts"),
            Map.entry("learningRate", "learning rate"),
            Map.entry("badImages", "bad images"));

    private final String title;
    private final String unit;
    private final Predicate<String> holds;

    MetricGroup(String title, String unit, Predicate<String> holds) {
        this.title = title;
        this.unit = unit;
        this.holds = holds;
    }

    /** The group of a metric, by its name in {@link Curves}. */
    static MetricGroup of(String name) {
        for (var group : values()) {
            if (group.holds.test(name)) {
                return group;
            }
        }
        throw new IllegalStateException(name);
    }

    /** What people call a metric; its own name where they have no other. */
    static String label(String name) {
        return LABELS.getOrDefault(name, name);
    }

    /** Whether its numbers are compared by their ratio. */
    boolean logarithmic() {
        return this == LOSS || this == REVERSE_MEAN || this == LPIPS_OF_IMAGES || this == GRADIENT;
    }

    /** Whether there is something to see only if a number is not 0. */
    boolean isOfTrouble() {
        return this == SKIPPED_STEPS || this == BAD_IMAGES;
    }

    /** What a chart of it is called. */
    String title() {
        return title;
    }

    /** The unit of its numbers; empty if they have none. */
    String unit() {
        return unit;
    }
}
