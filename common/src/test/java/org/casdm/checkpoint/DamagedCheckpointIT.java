package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.casdm.checkpoint.CheckpointExamples.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of which a byte has changed, or that are cut off. */
class DamagedCheckpointIT {

    @TempDir
    Path folder;

    private CheckpointStore store;

    @BeforeEach
    void open() throws IOException {
        store = RunFolder.at(folder.toUri().toString(), new Configuration()).checkpoints();
    }

    private Path file(long step, String name) {
        return folder.resolve("checkpoints")
                .resolve(String.format(Locale.ROOT, "%09d", step))
                .resolve(name);
    }

    private static void flip(Path file, int position, int bit) throws IOException {
        var content = Files.readAllBytes(file);
        content[position] ^= (byte) (1 << bit);
        Files.write(file, content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "ema-0.9999.safetensors", "optimizer.safetensors", "state.json"})
    void fileCutOffAnywhereMakesTheCheckpointBeforeTheLatest(String name) throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        var content = Files.readAllBytes(file(200, name));
        for (var length = 0; length < content.length; length++) {
            Files.write(file(200, name), Arrays.copyOf(content, length));
            assertThat(store.latest().orElseThrow().step())
                    .as("%d bytes", length)
                    .isEqualTo(100);
        }
        Files.write(file(200, name), Arrays.copyOf(content, content.length + 1));
        assertThat(store.latest().orElseThrow().step()).isEqualTo(100);
        Files.write(file(200, name), content);
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(200L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "ema-0.9999.safetensors", "optimizer.safetensors"})
    void flippedBitOfTensorsIsFoundOnLoading(String name) throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        var size = Files.size(file(200, name));
        for (var position = 0; position < size; position++) {
            flip(file(200, name), position, position % 8);
            var damaged = store.latest().orElseThrow();
            assertThat(damaged.step()).isEqualTo(200);
            assertThatThrownBy(damaged::verify)
                    .as("byte %d", position)
                    .isInstanceOf(CorruptCheckpointException.class)
                    .hasMessageContaining(name);
            // The loader here stumbles over names and sizes that it does not know: that must not come through.
            assertThat(store.loadLatest(CheckpointExamples::load))
                    .as("byte %d", position)
                    .contains(100L);
            flip(file(200, name), position, position % 8);
        }
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(200L);
    }

    @Test
    void flippedBitOfState_isDetectedOrHarmless() throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        var size = Files.size(file(200, "state.json"));
        var harmless = 0;
        for (var position = 0; position < size; position++) {
            flip(file(200, "state.json"), position, position % 8);
            var latest = store.latest().orElseThrow();
            if (latest.step() == 200) {
                // A space that became another white space.
                assertThat(latest.state()).isEqualTo(CheckpointExamples.state(200));
                harmless++;
            }
            flip(file(200, "state.json"), position, position % 8);
        }
        assertThat(harmless).isLessThan((int) size / 10);
    }
}
