package org.casdm.metric.images;

/** Images that have been read already. */
final class PixelsInMemory implements ImageStream {

    private final byte[] pixels;
    private final int imageBytes;
    private final int end;
    private int position;

    /** Images {@code first} to {@code first + images}. */
    PixelsInMemory(byte[] pixels, int size, int first, int images) {
        this.pixels = pixels;
        imageBytes = size * size * 3;
        position = first * imageBytes;
        end = position + images * imageBytes;
    }

    @Override
    public boolean read(byte[] destination, int offset) {
        if (position == end) {
            return false;
        }
        System.arraycopy(pixels, position, destination, offset, imageBytes);
        position += imageBytes;
        return true;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
