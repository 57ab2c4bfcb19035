package org.casdm.job.progress;

import java.time.Duration;
import java.util.Locale;

/** Lengths of time as progress lines have them. */
public final class TimeText {

    private TimeText() {}

    /** Hours, minutes and seconds: {@code 1:02:03}. */
    public static String hours(double seconds) {
        var duration = Duration.ofSeconds(Math.round(seconds));
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
    }
}
