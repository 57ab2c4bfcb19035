package org.casdm.data.picture;

/** Numbers as colours: black (0) through red and yellow to white (1). */
public final class HeatMap {

    private HeatMap() {}

    /**
     * Colours numbers.
     *
     * @param values in [0, 1]; what is outside takes the nearest end's colour, NaN is black
     * @return three bytes for each: red, green, blue
     */
    public static byte[] colours(float[] values) {
        var colours = new byte[Math.multiplyExact(values.length, 3)];
        for (int i = 0; i < values.length; i++) {
            for (int channel = 0; channel < 3; channel++) {
                // Each channel rises over a third of the range, one after the other.
                colours[3 * i + channel] = (byte) Math.round(255 * Math.max(0, Math.min(1, 3 * values[i] - channel)));
            }
        }
        return colours;
    }
}
