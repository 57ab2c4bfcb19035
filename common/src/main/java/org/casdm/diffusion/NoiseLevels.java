package org.casdm.diffusion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The noise levels that an ODE solver visits, falling; after the last one it goes to the clean image.
 *
 * <p>A level is σ = √((1 - ᾱ) / ᾱ), the standard deviation of the noise in x / √ᾱ (Karras et al., arXiv 2206.00364), with
 * the timestep that networks are given for it. Between timesteps of a schedule σ is interpolated, as diffusers does.
 * Immutable.
 */
public final class NoiseLevels {

    /** Exponent of the spacing of Karras et al. */
    private static final double RHO = 7;

    /** How levels are chosen. */
    public enum Spacing {
        /** Evenly spaced timesteps: diffusers' {@code linspace}. */
        UNIFORM,
        /** Evenly spaced timesteps counted from the noisiest one: diffusers' {@code trailing}. */
        TRAILING,
        /** Evenly spaced seventh roots of σ (Karras et al., equation 5), between the schedule's first and last. */
        KARRAS,
        /** The timesteps that {@link Respacing} keeps. */
        RESPACED;

        /** The name on the command line and in configuration files. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A noise level.
     *
     * @param timestep of the training process, perhaps between two of its timesteps
     * @param sigma standard deviation of the noise, above 0
     */
    public record Level(double timestep, double sigma) {

        /** ᾱ, the square of the image's weight in x_t. */
        public double alphaBar() {
            return 1 / (1 + sigma * sigma);
        }
    }

    private final List<Level> levels;

    private NoiseLevels(List<Level> levels) {
        this.levels = List.copyOf(levels);
    }

    /**
     * The levels of DPM-Solver++, as diffusers' {@code DPMSolverMultistepScheduler} chooses them: with whole timesteps, and
     * without timestep 0 where they are evenly spaced.
     *
     * @throws IllegalArgumentException if the schedule cannot be divided so
     */
    public static NoiseLevels ofMultistep(NoiseSchedule schedule, Spacing spacing, Respacing respacing) {
        return switch (spacing) {
            case UNIFORM -> {
                int count = count(schedule, spacing, respacing);
                yield timesteps(
                        schedule,
                        even(schedule.steps() - 1, count + 1).stream()
                                .limit(count)
                                .map(Math::rint)
                                .toList());
            }
            case KARRAS -> {
                var levels = karras(schedule, count(schedule, spacing, respacing)).levels;
                yield new NoiseLevels(levels.stream()
                        .map(level -> new Level(Math.rint(level.timestep()), level.sigma()))
                        .toList());
            }
            case TRAILING -> trailing(schedule, count(schedule, spacing, respacing));
            case RESPACED -> respaced(schedule, respacing);
        };
    }

    /**
     * The levels of Heun's method, as diffusers' {@code HeunDiscreteScheduler} chooses them, and with {@link Spacing#KARRAS}
     * EDM's own: with timestep 0, and timesteps between whole ones.
     *
     * @throws IllegalArgumentException if the schedule cannot be divided so
     */
    public static NoiseLevels ofHeun(NoiseSchedule schedule, Spacing spacing, Respacing respacing) {
        return switch (spacing) {
            case UNIFORM -> timesteps(schedule, even(schedule.steps() - 1, count(schedule, spacing, respacing)));
            case KARRAS -> karras(schedule, count(schedule, spacing, respacing));
            case TRAILING -> trailing(schedule, count(schedule, spacing, respacing));
            case RESPACED -> respaced(schedule, respacing);
        };
    }

    private static int count(NoiseSchedule schedule, Spacing spacing, Respacing respacing) {
        int count = respacing.singleCount().orElse(respacing.toString().isEmpty() ? schedule.steps() : 0);
        if (count < 2 || count > schedule.steps()) {
            throw new IllegalArgumentException("The spacing " + spacing.text()
                    + " takes a number of timesteps from 2 to "
                    + schedule.steps() + ", not \"" + respacing + "\"; the spacing respaced takes all that --respacing"
                    + " can be");
        }
        return count;
    }

    /** From the last to 0. */
    private static List<Double> even(int last, int count) {
        var values = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            values.add(last * (double) (count - 1 - i) / (count - 1));
        }
        return values;
    }

    private static NoiseLevels trailing(NoiseSchedule schedule, int count) {
        var timesteps = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            timesteps.add(Math.rint(schedule.steps() * (double) (count - i) / count) - 1);
        }
        return timesteps(schedule, timesteps);
    }

    private static NoiseLevels respaced(NoiseSchedule schedule, Respacing respacing) {
        var timesteps = new ArrayList<Double>();
        for (int timestep : respacing.timesteps(schedule.steps())) {
            timesteps.add((double) timestep);
        }
        Collections.reverse(timesteps);
        return timesteps(schedule, timesteps);
    }

    private static NoiseLevels timesteps(NoiseSchedule schedule, List<Double> timesteps) {
        return new NoiseLevels(timesteps.stream()
                .map(timestep -> new Level(timestep, sigma(schedule, timestep)))
                .toList());
    }

    private static NoiseLevels karras(NoiseSchedule schedule, int count) {
        double first = Math.pow(sigma(schedule, schedule.steps() - 1), 1 / RHO);
        double last = Math.pow(sigma(schedule, 0), 1 / RHO);
        var levels = new ArrayList<Level>();
        for (int i = 0; i < count; i++) {
            double sigma = Math.pow(first + (double) i / (count - 1) * (last - first), RHO);
            levels.add(new Level(timestep(schedule, sigma), sigma));
        }
        return new NoiseLevels(levels);
    }

    /** σ at a timestep; linear between two. */
    private static double sigma(NoiseSchedule schedule, double timestep) {
        int below = (int) timestep;
        double share = timestep - below;
        double sigma = schedule.sqrtRecipMinusOneAlphaBar(below);
        return share == 0 ? sigma : sigma + share * (schedule.sqrtRecipMinusOneAlphaBar(below + 1) - sigma);
    }

    /** The timestep of a σ: linear in log σ between two. */
    private static double timestep(NoiseSchedule schedule, double sigma) {
        int below = 0;
        while (below < schedule.steps() - 2 && schedule.sqrtRecipMinusOneAlphaBar(below + 1) <= sigma) {
            below++;
        }
        double low = Math.log(schedule.sqrtRecipMinusOneAlphaBar(below));
        double high = Math.log(schedule.sqrtRecipMinusOneAlphaBar(below + 1));
        return below + Math.max(0, Math.min(1, (Math.log(sigma) - low) / (high - low)));
    }

    /** Number of levels. */
    public int count() {
        return levels.size();
    }

    /** A level, 0 the noisiest. */
    public Level level(int index) {
        return levels.get(index);
    }

    /** σ of a level, and 0 behind the last one. */
    public double sigma(int index) {
        return index == levels.size() ? 0 : levels.get(index).sigma();
    }
}
