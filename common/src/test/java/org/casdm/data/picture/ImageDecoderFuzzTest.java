package org.casdm.data.picture;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.casdm.testing.Resources;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a picture: decoded within the limit of pixels, or refused by name. */
class ImageDecoderFuzzTest {

    private static final int PIXELS = 1 << 18;
    private static final ImageDecoder DECODER = new ImageDecoder(PIXELS);

    static Stream<byte[]> pictures() {
        return Stream.of(
                        "alpha.png",
                        "palette2.png",
                        "grey16.png",
                        "grey.jpg",
                        "progressive.jpg",
                        "cmyk.jpg",
                        "s420.jpg",
                        "profile.jpg",
                        "transparent.gif",
                        "bilevel.bmp",
                        "palette.bmp",
                        "lossy.webp",
                        "lossless.webp",
                        "animated.webp")
                .map(name -> Resources.bytes("/pictures/decode/" + name));
    }

    @MethodSource("pictures")
    @FuzzTest
    void decode(byte[] content) {
        Untrusted.isRead("picture 7", () -> {
            var picture = DECODER.decode(content, "picture 7");
            if ((long) picture.width() * picture.height() > PIXELS) {
                throw new AssertionError("larger than allowed: " + picture.width() + " x " + picture.height());
            }
        });
    }
}
