package org.casdm.data.picture;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.casdm.data.BadImageException;

/**
 * Decodes JPEG, PNG, WebP, BMP and GIF (its first frame), known by content. The result is what Pillow's
 * {@code Image.open(file).convert("RGB")} gives, for that is what published diffusion models were trained on:
 *
 * <ul>
 * <li>transparency is dropped, not composited: the colours under it show;</li>
 * <li>colour profiles are ignored, CMYK is converted by its plain formula;</li>
 * <li>an EXIF rotation is ignored: a picture stays as it is stored;</li>
 * <li>palettes become colours before anything is resized (the order of guided-diffusion; improved-diffusion converts
 * last, whereby Pillow resizes palettes by nearest neighbour);</li>
 * <li>16-bit samples are divided by 257 and rounded (Pillow's treatment of 16-bit grey differs between versions).</li>
 * </ul>
 *
 * <p>All of them come out as Pillow decodes them, sample by sample (16-bit colour apart, by one level): the tests hold
 * every kind to files that Pillow wrote and read. WebP goes through Google's libwebp; of an animation the first frame
 * is taken, which has to fill the picture. The rest is the JDK's and TwelveMonkeys' decoders. Instances are safe to
 * share, and worth sharing: they keep the decoders that they have set up.
 */
public final class ImageDecoder {
    /** Pillow's own limit against pictures that are small in the file and huge in memory. */
    public static final long DEFAULT_MAXIMUM_PIXELS = 89_478_485;
    /** Three bytes of each have to fit in one array. */
    private static final long LARGEST_MAXIMUM_PIXELS = Integer.MAX_VALUE / 4;

    private final long maximumPixels;
    private final JpegReaders jpegReaders = new JpegReaders();
    private final ImageReaderSpi jpeg = jpegProvider();
    private final ImageReaderSpi webp = new WebPImageReaderSpi();
    private final ImageReaderSpi bitmap = new BMPImageReaderSpi();

    /** A decoder with {@link #DEFAULT_MAXIMUM_PIXELS}. */
    public ImageDecoder() {
        this(DEFAULT_MAXIMUM_PIXELS);
    }

    /**
     * @param maximumPixels pictures with more pixels than this (width × height, read before decoding) are refused;
     *                      1 to 536 million
     */
    public ImageDecoder(long maximumPixels) {
        if (maximumPixels < 1 || maximumPixels > LARGEST_MAXIMUM_PIXELS) {
            throw new IllegalArgumentException(
                    "the limit of pixels has to be 1 to " + LARGEST_MAXIMUM_PIXELS + ", not " + maximumPixels);
        }
        this.maximumPixels = maximumPixels;
    }

    /**
     * Decodes a file's content.
     *
     * @param content the whole file
     * @param id      its name, for messages
     * @return grey (one channel) or colour
     * @throws BadImageException when it is empty, no picture, truncated, damaged or too large
     */
    public Picture decode(byte[] content, String id) throws BadImageException {
        if (content.length == 0) {
            throw new BadImageException(id, "the file is empty");
        }
        PictureFormat format = PictureFormat.of(content)
                .orElseThrow(() -> new BadImageException(id, "not a JPEG, PNG, WebP, BMP or GIF file"));
        try {
            return decode(content, format, id);
        } catch (BadImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Decoders meet damaged data with exceptions of every kind, index errors among them.
            String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new BadImageException(id, "damaged or truncated " + format + ": " + said, e);
        }
    }

    private Picture decode(byte[] content, PictureFormat format, String id) throws IOException {
        return switch (format) {
            case JPEG -> jpeg(content, id);
            case GIF -> read(format, requireWhole(GifFile.hasFirstFrame(content), format, content, id), id);
            case WEBP -> read(format, WebPFile.still(requireWhole(WebPFile.isWhole(content), format, content, id)), id);
            case BMP -> read(format, requireWhole(BmpFile.hasPixels(content), format, content, id), id);
            case PNG -> read(format, content, id);
        };
    }

    private static byte[] requireWhole(boolean whole, PictureFormat format, byte[] content, String id)
            throws BadImageException {
        if (!whole) {
            throw new BadImageException(id, "truncated " + format + " of " + content.length + " bytes");
        }
        return content;
    }

    private Picture jpeg(byte[] content, String id) throws IOException {
        JpegHeader header = JpegHeader.of(content);
        requireWhole(header.complete(), PictureFormat.JPEG, content, id);
        Optional<Picture> plain = jpegReaders.read(header, (width, height) -> checkSize(width, height, id));
        if (plain.isPresent()) {
            return plain.get();
        }
        ImageReader reader = jpeg.createReaderInstance(null);
        try (var input = new ByteArrayImageInputStream(header.contentForAnyDecoder())) {
            reader.setInput(input, true, true);
            checkSize(reader.getWidth(0), reader.getHeight(0), id);
            return header.components() == 4
                    ? Cmyk.toRgb(reader.readRaster(0, null), header.adobeTransform() > 0)
                    : picture(reader.read(0));
        } finally {
            reader.dispose();
        }
    }

    private Picture read(PictureFormat format, byte[] content, String id) throws IOException {
        ImageReader reader = provider(format).createReaderInstance(null);
        try (var input = new ByteArrayImageInputStream(content)) {
            reader.setInput(input, true, true);
            checkSize(reader.getWidth(0), reader.getHeight(0), id);
            return picture(reader.read(0));
        } catch (OutOfMemoryError e) {
            if (e.getMessage() != null) {
                throw e;
            }
            // Without a message it is not the JVM's: libwebp's binding throws it when libwebp gives up a damaged file.
            throw new IOException("the decoder failed", e);
        } finally {
            reader.dispose();
        }
    }

    private void checkSize(long width, long height, String id) throws BadImageException {
        if (width < 1 || height < 1) {
            throw new BadImageException(id, "its header claims " + width + " x " + height + " pixels");
        }
        if (width * height > maximumPixels) {
            throw new BadImageException(
                    id, width + " x " + height + " pixels are more than the limit of " + maximumPixels);
        }
    }

    private static Picture picture(BufferedImage image) {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return fromPalette(raster, palette);
        }
        int bands = raster.getNumBands();
        int channels = bands < 3 ? 1 : 3;
        int[] maxima = new int[channels];
        for (int channel = 0; channel < channels; channel++) {
            maxima[channel] = (1 << raster.getSampleModel().getSampleSize(channel)) - 1;
        }
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] samples = new byte[width * height * channels];
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < height; y++) {
            // Raw samples: asking the image for RGB would apply colour spaces (Java darkens grey that way).
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += bands) {
                for (int channel = 0; channel < channels; channel++) {
                    int maximum = maxima[channel];
                    int value = row[i + channel];
                    samples[to++] = (byte) (maximum == 255 ? value : (value * 255L + maximum / 2) / maximum);
                }
            }
        }
        return new Picture(width, height, channels, samples);
    }

    private static Picture fromPalette(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] samples = new byte[width * height * 3];
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int index : row) {
                int colour = colours[index];
                samples[to++] = (byte) (colour >> 16);
                samples[to++] = (byte) (colour >> 8);
                samples[to++] = (byte) colour;
            }
        }
        return new Picture(width, height, 3, samples);
    }

    private ImageReaderSpi provider(PictureFormat format) {
        // Named rather than searched for: on an executor ImageIO has often been searched before the job's jar was
        // there.
        return switch (format) {
            case JPEG -> jpeg;
            case WEBP -> webp;
            case BMP -> bitmap;
            case PNG, GIF ->
                ImageIO.getImageReadersByFormatName(format.name()).next().getOriginatingProvider();
        };
    }

    private static ImageReaderSpi jpegProvider() {
        var provider = new JPEGImageReaderSpi();
        // Finds the JDK's decoder, which this one completes.
        provider.onRegistration(IIORegistry.getDefaultInstance(), ImageReaderSpi.class);
        return provider;
    }
}
