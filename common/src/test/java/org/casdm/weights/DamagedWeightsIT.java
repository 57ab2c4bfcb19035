package org.casdm.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.checkpoint.Checkpoint;
import org.casdm.checkpoint.CheckpointFile;
import org.casdm.checkpoint.CheckpointFiles;
import org.casdm.checkpoint.CheckpointStore;
import org.casdm.checkpoint.TrainingState;
import org.casdm.tensor.Sha256;
import org.casdm.tensor.TensorInfo;
import org.casdm.tensor.TensorSource;
import org.casdm.tensor.file.TensorFile;
import org.casdm.testing.Damage;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files of weights are noticed, however little is known of them: nothing is trained on what was not saved. */
class DamagedWeightsIT {

    private static final Configuration HADOOP = MemoryFiles.configuration();

    /** Every byte of PyTorch's zip archives: each of their entries has a checksum. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "state_zip.pth",
                "checkpoint_zip.pth",
                "layouts_zip.pth",
                "big_endian_zip.pth",
                "one_tensor_zip.pth"
            })
    void zipArchives(String name) throws IOException {
        int refused = Damage.requireNoticed(
                name,
                Resources.bytes("/fixtures/pytorch/" + name),
                Integer.MAX_VALUE,
                content -> read(MemoryFiles.file(name, content)));
        assertThat(refused).as("cuts and more").isGreaterThan(Resources.bytes("/fixtures/pytorch/" + name).length);
    }

    /** The older stream has no checksums; the first digits of a hash in its name, as torchvision gives them, serve. */
    @Test
    void hashInTheName() throws IOException {
        var content = Resources.bytes("/fixtures/pytorch/state_legacy.pth");
        var name = "vgg-" + Sha256.hex(content).substring(0, 8) + ".pth";
        int refused = Damage.requireNoticed(name, content, Integer.MAX_VALUE, damaged -> {
            var path = MemoryFiles.file(name, damaged);
            KnownContent.verify(path.getFileSystem(HADOOP), path);
            return read(path);
        });
        assertThat(refused).as("each bit, each cut").isEqualTo(2 * content.length);
    }

    @Test
    void namesWithoutAHashAreNoPromise() throws IOException {
        for (var name : List.of("model.pth", "model-64.pth", "lpips-vgg-v0.1.pth", "model-0123456.pth")) {
            var path = MemoryFiles.file(name, new byte[7]);
            KnownContent.verify(path.getFileSystem(HADOOP), path);
        }
    }

    /** A checkpoint's file has its hash in the state beside it, also when it is taken for another run's weights. */
    @Test
    void filesOfCheckpoints(@TempDir java.nio.file.Path folder) throws IOException {
        var local = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        var store = new CheckpointStore(local, new Path(folder.toUri()));
        var state = new TrainingState(
                20,
                320,
                0,
                new TreeMap<>(),
                "cas-dm",
                "any",
                1,
                16,
                List.of(0.9),
                Instant.parse("2026-01-02T03:04:05Z"),
                "test",
                new TreeMap<>());
        store.write(new Checkpoint(
                state,
                List.of(new CheckpointFile(
                        CheckpointFiles.MODEL,
                        Map.of(),
                        List.of(TensorSource.of(TensorInfo.float32("theta.weight", 4), new float[] {1, 2, 3, 4}))))));
        var model = new Path(store.folder(20), CheckpointFiles.MODEL);
        var file = java.nio.file.Path.of(model.toUri());
        KnownContent.verify(local, model);

        var content = java.nio.file.Files.readAllBytes(file);
        for (var damaged : Damage.of(content, Integer.MAX_VALUE, 1)) {
            java.nio.file.Files.write(file, damaged.content());
            assertThatThrownBy(() -> KnownContent.verify(local, model))
                    .as(damaged.toString())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("model.safetensors");
        }
    }

    /** Everything that the file holds, as text. */
    private static List<String> read(Path path) throws IOException {
        var all = new ArrayList<String>();
        try (var file = TensorFile.open(path.getFileSystem(HADOOP), path)) {
            for (var tensor : file.tensors()) {
                var bytes = new ArrayList<String>();
                tensor.readBytes(chunk -> {
                    var copy = new byte[chunk.remaining()];
                    chunk.get(copy);
                    bytes.add(Arrays.toString(copy));
                });
                all.add(tensor.info() + " " + bytes);
            }
            all.addAll(file.otherValues());
        }
        return all;
    }
}
