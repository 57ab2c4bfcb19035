package org.casdm.metric.classifier;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.casdm.testing.MemoryFiles;
import org.casdm.testing.Untrusted;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as the file of a classifier: read, or refused by name. */
class ClassifierFileFuzzTest {

    private static final Configuration HADOOP = MemoryFiles.configuration();

    static Stream<byte[]> files() throws IOException {
        var description = new ClassifierDescription(
                9, List.of("a", "b"), 0.5, "here", 10, "there", 5, new TrainingSettings(1, 2, 0.1, 3, 32));
        var folder = Files.createTempDirectory("casdm-classifier");
        var file = folder.resolve("classifier.safetensors");
        try {
            ClassifierFile.write(
                    new Classifier(description, new float[description.layout().length()]),
                    FileSystem.getLocal(new Configuration()).getRawFileSystem(),
                    new Path(file.toString()));
            return Stream.of(Files.readAllBytes(file));
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    @MethodSource("files")
    @FuzzTest
    void read(byte[] content) throws IOException {
        var path = MemoryFiles.file("mine.safetensors", content);
        var fileSystem = FileSystem.get(path.toUri(), HADOOP);
        Untrusted.isRead("mine.safetensors", () -> ClassifierFile.read(fileSystem, path));
    }
}
