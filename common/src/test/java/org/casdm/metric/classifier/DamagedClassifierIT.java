package org.casdm.metric.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.casdm.testing.Damage;
import org.casdm.testing.MemoryFiles;
import org.junit.jupiter.api.Test;

/** A damaged classifier is noticed: no distance is measured with what was not learnt. */
class DamagedClassifierIT {

    private static final Configuration HADOOP = MemoryFiles.configuration();
    private static final int PLACES = 200;

    @Test
    void everyDamageIsNoticed() throws IOException {
        var content = ClassifierFileFuzzTest.files().findFirst().orElseThrow();
        // The header, and places anywhere.
        int header = 8 + (content[0] & 0xff | (content[1] & 0xff) << 8);
        int refused = Damage.requireNoticed("mine.safetensors", content, PLACES, DamagedClassifierIT::read);
        assertThat(refused).as("parameters are most of it").isGreaterThan(PLACES);
        for (int at = 0; at < header; at++) {
            int position = at;
            var damaged = content.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            try {
                assertThat(read(damaged)).as("byte %d", position).isEqualTo(read(content));
            } catch (IOException e) {
                assertThat(e).as("byte %d", position).hasMessageContaining("mine.safetensors");
            }
        }
    }

    private static List<Object> read(byte[] content) throws IOException {
        var path = MemoryFiles.file("mine.safetensors", content);
        var classifier = ClassifierFile.read(path.getFileSystem(HADOOP), path).classifier();
        return List.of(classifier.description(), Arrays.hashCode(classifier.parameters()));
    }
}
