package org.casdm.job.report;

import java.util.Base64;

/**
 * A picture of the report.
 *
 * @param caption says what it shows
 * @param png     its file
 */
record Picture(String caption, byte[] png) {

    /** The picture as a URI that holds it. */
    String dataUri() {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }
}
