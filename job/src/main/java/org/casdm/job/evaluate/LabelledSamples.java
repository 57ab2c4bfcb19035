package org.casdm.job.evaluate;

import java.util.OptionalLong;

/**
 * Samples to judge.
 *
 * @param location where they are
 * @param step     of the training run that they were drawn from, if that is known
 */
public record LabelledSamples(String location, OptionalLong step) {

    /** As the command line has it: {@code URI} or {@code STEP=URI}. */
    public static LabelledSamples parse(String text) {
        int equals = text.indexOf('=');
        return equals > 0 && text.substring(0, equals).matches("[0-9]{1,18}")
                ? new LabelledSamples(
                        text.substring(equals + 1), OptionalLong.of(Long.parseLong(text.substring(0, equals))))
                : new LabelledSamples(text, OptionalLong.empty());
    }
}
