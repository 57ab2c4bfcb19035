package org.casdm.data.picture;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The short way for the JPEGs that nearly all are: grey ones, and YCbCr ones that say so. The JDK's own decoder
 * (libjpeg; in the JDKs of Linux distributions the system's libjpeg-turbo) writes samples into an array that is the
 * picture then, without a conversion or a copy afterwards. Readers are used again, by one thread at a time.
 */
final class JpegReaders {
    private static final String JDK_PROVIDER = "com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi";

    /** Null in a JDK whose decoder is called otherwise. */
    private final ImageReaderSpi provider = jdkProvider();

    private final Queue<ImageReader> idle = new ConcurrentLinkedQueue<>();

    /** Looks at a picture's declared size before it is decoded. */
    @FunctionalInterface
    interface SizeCheck {
        void check(long width, long height) throws IOException;
    }

    private static ImageReaderSpi jdkProvider() {
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi provider = all.next();
            if (provider.getClass().getName().equals(JDK_PROVIDER)) {
                return provider;
            }
        }
        return null;
    }

    /** The picture; empty when this one needs the long way. */
    Optional<Picture> read(JpegHeader header, SizeCheck size) throws IOException {
        if (provider == null || !header.isPlain()) {
            return Optional.empty();
        }
        ImageReader pooled = idle.poll();
        ImageReader reader = pooled == null ? provider.createReaderInstance(null) : pooled;
        try (var input = new ByteArrayImageInputStream(header.content())) {
            reader.setInput(input, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            size.check(width, height);
            var samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), header.components())];
            var parameters = new ImageReadParam();
            parameters.setDestination(image(samples, width, height, header.components()));
            reader.read(0, parameters);
            reader.setInput(null);
            idle.add(reader);
            return Optional.of(new Picture(width, height, header.components(), samples));
        } catch (IOException | RuntimeException e) {
            // Its state is anybody's guess now.
            reader.dispose();
            throw e;
        }
    }

    /** An image on top of an array, in the order and colour space in which the decoder writes. */
    private static BufferedImage image(byte[] samples, int width, int height, int channels) {
        int space = channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB;
        var model = new ComponentColorModel(
                ColorSpace.getInstance(space), false, false, Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
        int[] order = channels == 1 ? new int[] {0} : new int[] {0, 1, 2};
        WritableRaster raster = Raster.createInterleavedRaster(
                new DataBufferByte(samples, samples.length), width, height, width * channels, channels, order, null);
        return new BufferedImage(model, raster, false, null);
    }
}
