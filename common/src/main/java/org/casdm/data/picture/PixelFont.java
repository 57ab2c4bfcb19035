package org.casdm.data.picture;

import java.util.HexFormat;

/**
 * Small letters for captions: 5 × 7 pixels each, in a cell of 6 × 8. Java's own text drawing needs font libraries that
 * servers often lack.
 */
final class PixelFont {

    static final int CELL_WIDTH = 6;
    static final int CELL_HEIGHT = 8;

    private static final int COLUMNS = 5;
    private static final String CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz=_.-,";
    /** Five bytes a character, a byte a column, the lowest bit on top. */
    private static final byte[] SHAPES = HexFormat.of().parseHex("""
            3e5149453e00427f400042615149462141454b311814127f1027454545393c4a4949300171090503
            3649494936064949291e20545454787f484444383844444420384444487f3854545418087e090102
            0c5252523e7f0804047800447d40002040443d007f1028440000417f40007c041804787c08040478
            38444444387c14141408081414187c7c080404084854545420043f4440203c4040207c1c2040201c
            3c4030403c44281028440c5050503c4464544c441414141414404040404000606000000808080808
            0050300000""".replaceAll("\\s", ""));

    private PixelFont() {}

    /** Pixels that a text takes from left to right. */
    static int width(String text) {
        return text.length() * CELL_WIDTH;
    }

    /**
     * Draws black text.
     *
     * @param text small letters, digits and a few signs; what has no shape is left blank
     * @param samples height × width × 3 bytes
     */
    static void draw(String text, byte[] samples, int width, int left, int top) {
        for (int i = 0; i < text.length(); i++) {
            int character = CHARACTERS.indexOf(text.charAt(i));
            for (int column = 0; character >= 0 && column < COLUMNS; column++) {
                int bits = SHAPES[character * COLUMNS + column];
                for (int row = 0; row < CELL_HEIGHT; row++) {
                    if ((bits >> row & 1) == 1) {
                        int at = ((top + row) * width + left + i * CELL_WIDTH + column) * 3;
                        samples[at] = 0;
                        samples[at + 1] = 0;
                        samples[at + 2] = 0;
                    }
                }
            }
        }
    }
}
