package org.casdm.job.report.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Held to the bytes that TensorBoard 2.21 itself writes of the same events (RecordWriter over its event_pb2). */
class EventWriterTest {

    /** The head of a picture of 2 x 3 pixels in colours. */
    private static final byte[] PNG =
            HexFormat.of().parseHex("89504e470d0a1a0a0000000d4948445200000002000000030802000000");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void writesWhatTensorBoardWrites() throws IOException {
        var events = new EventWriter(bytes, Instant.ofEpochMilli(1500));
        events.scalar(Instant.ofEpochMilli(1_700_000_000_250L), 300, "loss/total", 0.125);
        events.image(Instant.ofEpochSecond(2), 12_000, "samples", PNG);
        events.text(Instant.ofEpochSecond(2), 1, "config.conf", "    seed = 1");
        assertThat(HexFormat.of().formatHex(bytes.toByteArray()))
                .isEqualTo(
                        "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c0d000000000000003c37"
                                + "b83409000000000000f83f3a020801b718825c2100000000000000017becf60900001040fc54d94110ac022a130a110a0a6c"
                                + "6f73732f746f74616c150000003e5daabbad40000000000000002817f49509000000000000004010e05d2a320a300a077361"
                                + "6d706c65732225080310021803221d89504e470d0a1a0a0000000d4948445200000002000000030802000000468886be3a00"
                                + "0000000000001295eae209000000000000004010012a2d0a2b0a0b636f6e6669672e636f6e66421208071200420c20202020"
                                + "73656564203d20314a080a060a04746578743a8fb5b1");
    }

    @Test
    void namesWhatIsNoPicture() throws IOException {
        var events = new EventWriter(bytes, Instant.EPOCH);
        assertThatThrownBy(() -> events.image(Instant.EPOCH, 1, "samples", new byte[100]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no PNG file");
    }
}
