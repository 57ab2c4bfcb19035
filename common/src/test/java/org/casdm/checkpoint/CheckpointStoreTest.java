package org.casdm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.casdm.checkpoint.CheckpointExamples.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.casdm.tensor.FloatSink;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

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

    private List<Long> steps() throws IOException {
        return store.list().complete().stream().map(StoredCheckpoint::step).toList();
    }

    private static void flip(Path file, int position, int bit) throws IOException {
        var content = Files.readAllBytes(file);
        content[position] ^= (byte) (1 << bit);
        Files.write(file, content);
    }

    @Test
    void emptyRunHasNoCheckpoint() throws IOException {
        assertThat(store.latest()).isEmpty();
        assertThat(store.list().complete()).isEmpty();
        assertThat(store.<Long>loadLatest(CheckpointExamples::load)).isEmpty();
        assertThatThrownBy(() -> store.open(5))
                .isInstanceOf(CorruptCheckpointException.class)
                .hasMessageContaining("000000005: has no state.json");
    }

    @Test
    void checkpointComesBack() throws IOException {
        store.write(checkpoint(100));
        var written = store.write(checkpoint(200));
        assertThat(CheckpointExamples.load(written)).isEqualTo(200);
        assertThat(CheckpointExamples.load(store.latest().orElseThrow())).isEqualTo(200);
        assertThat(CheckpointExamples.load(store.open(100))).isEqualTo(100);
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(200L);
        assertThat(steps()).containsExactly(100L, 200L);
        store.open(100).verify();
        try (var reader = store.open(100).openUnverified(CheckpointFiles.MODEL)) {
            assertThat(reader.metadata()).isEqualTo(Map.of("step", "100"));
            assertThat(reader.readFloats("phi.bias")).containsExactly(101_000, 101_001, 101_002);
        }
        assertThatThrownBy(() -> store.open(100).read("ema-0.5.safetensors", info -> null))
                .hasMessageContainingAll("ema-0.5.safetensors", CheckpointFiles.OPTIMIZER);
    }

    @Test
    void checkpointsNamedWithDigitsOfAnotherScript_areFound() throws IOException {
        for (var step = 10; step <= 40; step += 10) {
            store.write(checkpoint(step));
            Files.move(file(step, "").normalize(), folder.resolve("checkpoints").resolve("٠٠٠٠٠٠٠" + arabic(step)));
        }
        assertThat(steps()).containsExactly(10L, 20L, 30L, 40L);
        assertThat(CheckpointExamples.load(store.open(30))).isEqualTo(30);
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(40L);

        store.write(checkpoint(40));
        store.write(checkpoint(50));
        store.retain(new RetentionPolicy(2, 0), 50);

        try (var folders = Files.list(folder.resolve("checkpoints"))) {
            assertThat(folders.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("000000040", "000000050");
        }
    }

    private static String arabic(int number) {
        return String.format(Locale.forLanguageTag("ar-EG"), "%d", number);
    }

    @Test
    void filesAreThoseOfTheDesignAndNoOthers() throws IOException {
        store.write(checkpoint(12_000));
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> folder.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "checkpoints/000012000/model.safetensors",
                            "checkpoints/000012000/ema-0.9999.safetensors",
                            "checkpoints/000012000/optimizer.safetensors",
                            "checkpoints/000012000/state.json");
        }
        var state = new ObjectMapper().readTree(file(12_000, "state.json").toFile());
        assertThat(state.path("format").asInt()).isEqualTo(1);
        assertThat(state.path("step").asLong()).isEqualTo(12_000);
        assertThat(state.path("imagesSeen").asLong()).isEqualTo(384_000);
        assertThat(state.path("seeds").path("noise").asLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(state.path("createdAt").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
        var model = Files.readAllBytes(file(12_000, CheckpointFiles.MODEL));
        assertThat(state.path("files").path(CheckpointFiles.MODEL).path("bytes").asInt())
                .isEqualTo(model.length);
        assertThat(state.path("files")
                        .path(CheckpointFiles.MODEL)
                        .path("sha256")
                        .asText())
                .isEqualTo(Sha256.hex(model));
    }

    @Test
    void checkpointOfTheSameStepIsReplacedWhole() throws IOException {
        store.write(checkpoint(100));
        Files.delete(file(100, "state.json"));
        Files.writeString(file(100, "left-over.safetensors"), "from before");
        store.write(checkpoint(100));
        assertThat(file(100, "left-over.safetensors")).doesNotExist();
        store.write(new Checkpoint(CheckpointExamples.state(100), List.of()));
        assertThat(store.open(100).files()).isEmpty();
        assertThat(file(100, CheckpointFiles.MODEL)).doesNotExist();
    }

    @Test
    void damageDoneOnTheWayIsNoReasonToTakeAnOlderOne() throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        var tries = new AtomicInteger();
        assertThat(store.loadLatest(found -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new CorruptCheckpointException("a flipped bit");
                    }
                    return found.step();
                }))
                .contains(200L);
        assertThat(tries).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "ema-0.9999.safetensors", "optimizer.safetensors", "state.json"})
    void missingFileMakesTheCheckpointBeforeTheLatest(String name) throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        Files.delete(file(200, name));
        assertThat(store.latest().orElseThrow().step()).isEqualTo(100);
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(100L);
        var incomplete = store.list().incomplete();
        assertThat(incomplete).singleElement().satisfies(one -> {
            assertThat(one.step()).isEqualTo(200);
            assertThat(one.reason()).contains("000000200", name);
        });
        assertThatThrownBy(() -> store.open(200))
                .isInstanceOf(CorruptCheckpointException.class)
                .hasMessageContaining(name);
    }

    @Test
    void stateOfAnotherStepOrFormat_isRejected() throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        Files.copy(file(100, "state.json"), file(200, "state.json"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> store.open(200)).hasMessageContaining("belongs to step 100");
        Files.writeString(file(200, "state.json"), "{\"format\": 2}");
        assertThatThrownBy(() -> store.open(200)).hasMessageContaining("format 2 is unknown");
        for (var text : List.of("", "null", "[]", "{}", "{\"format\": 1}", "{\"format\": 1, \"format\": 1}")) {
            Files.writeString(file(200, "state.json"), text);
            assertThatThrownBy(() -> store.open(200))
                    .as(text)
                    .isInstanceOf(CorruptCheckpointException.class)
                    .hasMessageContaining("state.json");
        }
    }

    @Test
    void allCheckpointsDamaged_isAnError() throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        for (var step : List.of(100, 200)) {
            flip(file(step, CheckpointFiles.MODEL), (int) Files.size(file(step, CheckpointFiles.MODEL)) - 1, 0);
        }
        assertThatThrownBy(() -> store.loadLatest(CheckpointExamples::load))
                .isInstanceOf(CorruptCheckpointException.class)
                .hasMessageContainingAll("every checkpoint is damaged", "step 200");
    }

    @Test
    void errorsOfTheLoaderComeThrough() throws IOException {
        store.write(checkpoint(100));
        store.write(checkpoint(200));
        assertThatThrownBy(() -> store.loadLatest(found -> {
                    throw new IOException("no network");
                }))
                .hasMessage("no network");
        assertThatThrownBy(() -> store.loadLatest(found -> {
                    found.read(CheckpointFiles.MODEL, info -> FloatSink.into(new float[1]));
                    return 1;
                }))
                .isInstanceOf(java.nio.BufferOverflowException.class);
    }

    @Test
    void foreignEntries_areIgnored() throws IOException {
        store.write(checkpoint(100));
        Files.writeString(folder.resolve("checkpoints/000000300"), "a file, not a folder");
        Files.createDirectory(folder.resolve("checkpoints/notes"));
        assertThat(steps()).containsExactly(100L);
        assertThat(store.list().incomplete()).isEmpty();
        store.discardAfter(0);
        assertThat(folder.resolve("checkpoints/notes")).exists();
        assertThat(folder.resolve("checkpoints/000000300")).exists();
    }

    @Test
    void sourceThatFailsLeavesTheCheckpointBefore() throws IOException {
        store.write(checkpoint(100));
        var tensor = TensorSource.of(TensorInfo.float32("a", 2), sink -> {
            throw new IllegalStateException("the GPU is gone");
        });
        var broken = new Checkpoint(
                CheckpointExamples.state(200),
                List.of(new CheckpointFile(CheckpointFiles.MODEL, Map.of(), List.of(tensor))));
        assertThatThrownBy(() -> store.write(broken)).hasMessageContaining("the GPU is gone");
        assertThat(file(200, "state.json").getParent()).doesNotExist();
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(100L);
    }

    @Test
    void retentionKeepsTheLastAndTheMultiples() throws IOException {
        for (var step = 100; step <= 1000; step += 100) {
            store.write(checkpoint(step));
            store.retain(new RetentionPolicy(2, 400), step);
        }
        assertThat(steps()).containsExactly(400L, 800L, 900L, 1000L);
        store.retain(new RetentionPolicy(1, 0), 1000);
        assertThat(steps()).containsExactly(1000L);
        assertThat(store.loadLatest(CheckpointExamples::load)).contains(1000L);
    }

    @Test
    void retentionRemovesRemainsButNeitherDamagedNorLaterCheckpoints() throws IOException {
        for (var step : List.of(100, 200, 300, 400, 500)) {
            store.write(checkpoint(step));
        }
        Files.delete(file(100, "state.json"));
        Files.delete(file(200, CheckpointFiles.MODEL));
        Files.delete(file(500, "state.json"));
        store.retain(new RetentionPolicy(1, 0), 400);
        assertThat(file(100, CheckpointFiles.MODEL).getParent()).doesNotExist();
        assertThat(file(200, CheckpointFiles.OPTIMIZER)).exists();
        assertThat(file(300, CheckpointFiles.MODEL).getParent()).doesNotExist();
        assertThat(file(500, CheckpointFiles.MODEL)).exists();
        assertThat(steps()).containsExactly(400L);
        assertThatThrownBy(() -> store.retain(new RetentionPolicy(1, 0), 500))
                .isInstanceOf(CorruptCheckpointException.class);
        assertThat(steps()).containsExactly(400L);
    }

    @Test
    void abandonedHistory_isDiscarded() throws IOException {
        for (var step : List.of(100, 200, 300)) {
            store.write(checkpoint(step));
        }
        flip(file(300, CheckpointFiles.MODEL), (int) Files.size(file(300, CheckpointFiles.MODEL)) - 1, 0);
        var resumed = store.loadLatest(CheckpointExamples::load).orElseThrow();
        store.discardAfter(resumed);
        store.write(checkpoint(250));
        assertThat(steps()).containsExactly(100L, 200L, 250L);
        assertThat(store.latest().orElseThrow().step()).isEqualTo(250);
    }

    @Test
    void namesAndNumbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new RetentionPolicy(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetentionPolicy(1, -1)).isInstanceOf(IllegalArgumentException.class);
        for (var name : List.of("state.json", "../model", "a/b", "", ".hidden")) {
            assertThatThrownBy(() -> new CheckpointFile(name, Map.of(), List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        var file = new CheckpointFile("a", Map.of(), List.of());
        assertThatThrownBy(() -> new Checkpoint(CheckpointExamples.state(1), List.of(file, file)))
                .hasMessageContaining("two files a");
    }

    @Test
    void averagesAreNamedByTheirPlainRate() {
        assertThat(CheckpointFiles.exponentialMovingAverage(0.9999)).isEqualTo("ema-0.9999.safetensors");
        assertThat(CheckpointFiles.exponentialMovingAverage(0.999943)).isEqualTo("ema-0.999943.safetensors");
        assertThat(CheckpointFiles.exponentialMovingAverage(0.5)).isEqualTo("ema-0.5.safetensors");
        assertThat(CheckpointFiles.exponentialMovingAverage(1e-5)).isEqualTo("ema-0.00001.safetensors");
        assertThat(CheckpointFiles.exponentialMovingAverage(0)).isEqualTo("ema-0.safetensors");
        for (var rate : new double[] {0, 1e-5, 0.1 + 0.2, 0.99, 0.9999, Math.nextDown(1.0)}) {
            assertThat(CheckpointFiles.exponentialMovingAverageRate(CheckpointFiles.exponentialMovingAverage(rate)))
                    .hasValue(rate);
        }
        for (var other : List.of("model.safetensors", "ema-.safetensors", "ema-x.safetensors", "ema-0.9")) {
            assertThat(CheckpointFiles.exponentialMovingAverageRate(other)).isEmpty();
        }
        for (var rate : new double[] {1, -0.1, Double.NaN}) {
            assertThatThrownBy(() -> CheckpointFiles.exponentialMovingAverage(rate))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
