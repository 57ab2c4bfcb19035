package org.casdm.tensor.pytorch;

/** How text from a file that is not trusted is shown in messages. */
final class Text {

    private static final int LONGEST = 200;

    private Text() {}

    /** The text in quotes, without control characters that could forge a log line, and not longer than is readable. */
    static String quote(String text) {
        var shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        var quoted = new StringBuilder("'");
        shown.codePoints().forEach(c -> quoted.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return quoted.append('\'').toString();
    }
}
