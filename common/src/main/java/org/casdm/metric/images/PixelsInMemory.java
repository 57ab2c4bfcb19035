package org.casdm.metric.images;

/** Images that have been read already. */
final class PixelsInMemory implements ImageStream {

    private final byte[] pixels;
    private final int imageBytes;
    private int position;

    PixelsInMemory(byte[] pixels, int size) {
        this.pixels = pixels;
        imageBytes = size * size * 3;
    }

    @Override
    public boolean read(byte[] destination, int offset) {
        if (position == pixels.length) {
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
