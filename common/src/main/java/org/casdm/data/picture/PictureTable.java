package org.casdm.data.picture;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * Square pictures in rows and columns with captions, to be looked at.
 *
 * @param columns captions above the columns: small letters, digits and {@code = _ . - ,}
 * @param rows    the rows, from the top
 * @param size    width and height of each picture in pixels
 * @param scale   each pixel becomes scale × scale pixels, at least 1
 */
public record PictureTable(List<String> columns, List<Row> rows, int size, int scale) {

    private static final int GAP = 2;
    private static final byte PAPER = (byte) 255;

    /**
     * @param caption  to the left of the row
     * @param pictures one for each column: size × size × 3 unsigned bytes, channel last
     */
    public record Row(String caption, List<byte[]> pictures) {
        public Row {
            pictures = List.copyOf(pictures);
        }
    }

    /** @throws IllegalArgumentException when rows, columns and sizes do not fit together */
    public PictureTable {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        if (columns.isEmpty() || rows.isEmpty() || scale < 1) {
            throw new IllegalArgumentException("a table has rows, columns and a scale from 1 on");
        }
        for (var row : rows) {
            if (row.pictures().size() != columns.size()
                    || row.pictures().stream().anyMatch(picture -> picture.length != size * size * 3)) {
                throw new IllegalArgumentException("row \"" + row.caption() + "\" is not " + columns.size()
                        + " pictures of " + size + " x " + size + " x 3");
            }
        }
    }

    /**
     * Writes the table as PNG.
     *
     * @param destination flushed and left open
     */
    public void write(OutputStream destination) throws IOException {
        int left = rows.stream()
                        .mapToInt(row -> PixelFont.width(row.caption()))
                        .max()
                        .orElse(0)
                + 2 * GAP;
        int top = PixelFont.CELL_HEIGHT + 2 * GAP;
        int cellWidth = Math.max(
                        size * scale,
                        columns.stream().mapToInt(PixelFont::width).max().orElse(0))
                + GAP;
        int cellHeight = Math.max(size * scale, PixelFont.CELL_HEIGHT) + GAP;
        int width = left + columns.size() * cellWidth;
        int height = top + rows.size() * cellHeight;
        byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        Arrays.fill(samples, PAPER);
        for (int column = 0; column < columns.size(); column++) {
            PixelFont.draw(columns.get(column), samples, width, left + column * cellWidth, GAP);
        }
        for (int row = 0; row < rows.size(); row++) {
            int y = top + row * cellHeight;
            PixelFont.draw(rows.get(row).caption(), samples, width, GAP, y + (cellHeight - PixelFont.CELL_HEIGHT) / 2);
            for (int column = 0; column < columns.size(); column++) {
                draw(rows.get(row).pictures().get(column), samples, width, left + column * cellWidth, y);
            }
        }
        PngWriter.write(samples, width, height, destination);
    }

    private void draw(byte[] picture, byte[] samples, int width, int left, int top) {
        for (int y = 0; y < size * scale; y++) {
            for (int x = 0; x < size * scale; x++) {
                System.arraycopy(
                        picture, (y / scale * size + x / scale) * 3, samples, ((top + y) * width + left + x) * 3, 3);
            }
        }
    }
}
