package org.casdm.job.promote;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.casdm.job.JobFailure;

/**
 * Lets a checkpoint pass whose Fréchet distance is no worse than that of the one before.
 *
 * @param tolerance by how much the distance may be larger, 0 or more
 * @param limit     what it may be at most, whatever was before
 */
public record Gate(double tolerance, OptionalDouble limit) {

    /** @throws IllegalArgumentException naming the option that is wrong */
    public Gate {
        if (!(tolerance >= 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException("--tolerance is a distance of 0 or more, not " + tolerance);
        }
        if (limit.isPresent() && !(limit.getAsDouble() >= 0 && Double.isFinite(limit.getAsDouble()))) {
            throw new IllegalArgumentException("--max-fid is a distance of 0 or more, not " + limit.getAsDouble());
        }
    }

    /**
     * The answer.
     *
     * @param passes whether the checkpoint may be promoted
     * @param reason for people
     */
    record Verdict(boolean passes, String reason) {}

    /**
     * Compares.
     *
     * @throws JobFailure if the two distances do not compare
     */
    Verdict judge(Judgement candidate, Optional<PromotedModel> promoted) {
        var name = candidate.conditions().metric() + " " + number(candidate.fid());
        if (limit.isPresent() && candidate.fid() > limit.getAsDouble()) {
            return new Verdict(false, name + " is above the limit of " + number(limit.getAsDouble()) + " (--max-fid)");
        }
        if (promoted.isEmpty()) {
            return new Verdict(true, name + "; nothing was promoted before");
        }
        var before = promoted.get();
        var differences = candidate.conditions().differences(before.evaluation());
        if (!differences.isEmpty()) {
            throw new JobFailure("The FID of " + candidate.conditions().file()
                    + " is not comparable with that of the promoted checkpoint (" + before + "), as they differ in "
                    + String.join("; ", differences)
                    + ". Evaluate the new one as the old one was; or move the pointer file away to promote the new one "
                    + "for any FID");
        }
        double excess = candidate.fid() - before.fid();
        var other = number(before.fid()) + " of the promoted checkpoint (" + before + ")";
        if (excess <= 0) {
            return new Verdict(true, name + " is not worse than the " + other);
        }
        if (excess <= tolerance) {
            return new Verdict(
                    true,
                    name + " is worse than the " + other + ", but by no more than the tolerance of "
                            + number(tolerance));
        }
        return new Verdict(
                false,
                name + " is worse than the " + other + " by " + number(excess) + "; the tolerance is "
                        + number(tolerance));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
