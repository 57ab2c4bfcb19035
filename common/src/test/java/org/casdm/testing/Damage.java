package org.casdm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file's content, damaged in many ways: one bit turned at many places, and cut at many places. */
public final class Damage {

    private static final int NO_FLIP = -1;

    private final byte[] whole;
    private final int length;
    private final int bit;

    private Damage(byte[] whole, int length, int bit) {
        this.whole = whole;
        this.length = length;
        this.bit = bit;
    }

    /** Reads a file that may be damaged. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(byte[] content) throws IOException;
    }

    /**
     * Requires that no damage goes unnoticed: what is read of a damaged file is what was written, or it is refused by
     * an {@link IOException} with the file's name.
     *
     * @param name   the file's, which messages have to hold
     * @param places how many bits are turned, and cuts made
     * @return how many damaged contents were refused
     */
    public static <T> int requireNoticed(String name, byte[] content, int places, Reader<T> reader) throws IOException {
        var written = reader.read(content);
        int refused = 0;
        for (var damage : of(content, places, 20260102)) {
            try {
                assertThat(reader.read(damage.content()))
                        .as("%s: %s", name, damage)
                        .isEqualTo(written);
            } catch (IOException e) {
                refused++;
                assertThat(e).as("%s: %s", name, damage).hasMessageContaining(name);
            }
        }
        return refused;
    }

    /**
     * One bit turned: of each byte, or of as many bytes as are asked for, chosen by a seed; and the content cut at as
     * many lengths.
     */
    public static List<Damage> of(byte[] content, int places, long seed) {
        var random = new Random(seed);
        var damages = new ArrayList<Damage>();
        boolean everywhere = places >= content.length;
        for (int i = 0; i < Math.min(places, content.length); i++) {
            int at = everywhere ? i : random.nextInt(content.length);
            damages.add(new Damage(content, content.length, 8 * at + random.nextInt(8)));
            damages.add(new Damage(content, at, NO_FLIP));
        }
        return damages;
    }

    /** The damaged content. */
    public byte[] content() {
        var damaged = Arrays.copyOf(whole, length);
        if (bit != NO_FLIP) {
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
        }
        return damaged;
    }

    /** What was done. */
    @Override
    public String toString() {
        return bit == NO_FLIP ? "cut to " + length + " bytes" : "bit " + bit % 8 + " of byte " + bit / 8;
    }
}
