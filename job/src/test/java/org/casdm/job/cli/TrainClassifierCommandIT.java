package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.casdm.job.cli.failure.ExitCode;
import org.casdm.metric.classifier.ClassifierSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainClassifierCommandIT {

    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    /** With a cache of this test's own. */
    private int casdm(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        if (!arguments[0].equals("draw-images")) {
            all.addAll(List.of("--cache", folder.resolve("cache").toString()));
        }
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        return Casdm.execute(program, arguments);
    }

    private String draw(int count) {
        var pictures = folder.resolve("pictures" + count).toString();
        assertThat(casdm("draw-images", pictures, "--count", Integer.toString(count), "--size", "16"))
                .isZero();
        return pictures;
    }

    @Test
    void trainsAFileThatGivesFeatures() throws IOException {
        var pictures = draw(60);
        var file = folder.resolve("classifier.safetensors");
        assertThat(casdm(
                        "train-classifier",
                        "--data",
                        pictures,
                        "--out",
                        file.toString(),
                        "--size",
                        "12",
                        "--epochs",
                        "1",
                        "--batch",
                        "10",
                        "--seed",
                        "3"))
                .as(error.toString())
                .isEqualTo(ExitCode.DONE);
        try (var model = ClassifierSpec.of(file.toString()).load(new Configuration())) {
            assertThat(model.info().classes()).isEqualTo(3);
            assertThat(model.info().variant()).isEqualTo("12 pixels");
            assertThat(output.toString())
                    .contains("60")
                    .contains("accuracy 0.")
                    .contains(file.toString())
                    .contains("SHA-256 " + model.info().sha256().orElseThrow());
        }
        // A file that is there stays as it is, and no training is begun.
        var content = Files.readAllBytes(file);
        assertThat(casdm("train-classifier", "--data", pictures, "--out", file.toString()))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("It exists already").contains(file.toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void evaluatesWithIt() throws IOException {
        var pictures = draw(60);
        var file = folder.resolve("classifier.safetensors").toString();
        assertThat(casdm("train-classifier", "--data", pictures, "--out", file, "--size", "16", "--epochs", "1"))
                .as(error.toString())
                .isEqualTo(ExitCode.DONE);
        var result = folder.resolve("result.json");
        assertThat(casdm(
                        "evaluate",
                        "--samples",
                        pictures,
                        "--reference",
                        pictures,
                        "--classifier",
                        file,
                        "--out",
                        result.toString()))
                .as(error.toString())
                .isEqualTo(ExitCode.DONE);
        assertThat(output.toString()).contains("FID (classifier)").doesNotContain("sFID");
        assertThat(Files.readString(result)).contains("FID (classifier)");
        assertThat(casdm("evaluate", "--samples", pictures, "--classifier", file, "--weights", "random"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("--weights and --classifier");
    }

    @Test
    void testsOnImagesOfTheirOwn() {
        var file = folder.resolve("classifier.safetensors").toString();
        assertThat(casdm(
                        "train-classifier",
                        "--data",
                        draw(30),
                        "--test",
                        draw(9),
                        "--out",
                        file,
                        "--size",
                        "8",
                        "--epochs",
                        "1"))
                .as(error.toString())
                .isEqualTo(ExitCode.DONE);
        assertThat(output.toString()).contains("on 9 images of " + folder.resolve("pictures9"));
    }

    @Test
    void wrongNumbersAreUsageErrors() {
        var data = folder.toString();
        assertThat(casdm("train-classifier", "--data", data, "--out", data + "/x", "--size", "200"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(casdm("train-classifier", "--data", data, "--out", data + "/x", "--epochs", "0"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("--size is 8 to 128").contains("at least 1 epoch");
    }
}
