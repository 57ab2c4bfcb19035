package org.casdm.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.assertj.core.data.Offset;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.cli.failure.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LpipsCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int lpips(Object... arguments) {
        var program = Casdm.commandLine().setOut(new PrintWriter(output, true)).setErr(new PrintWriter(error, true));
        var all = new ArrayList<>(List.of("lpips", "--trunk", "squeeze", "--threads", "1"));
        for (var argument : arguments) {
            all.add(argument.toString());
        }
        return Casdm.execute(program, all.toArray(String[]::new));
    }

    private Path draw(String name, int seed, int size) throws IOException {
        var drawn = folder.resolve(name);
        new DrawnImages(seed, size)
                .write(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(drawn.toUri()), 6);
        return drawn;
    }

    private double printed(String pattern) {
        var matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(output.toString());
        assertThat(matcher.find()).as(output.toString()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void comparesFoldersPairwise() throws IOException {
        var first = draw("first", 1, 32);
        var second = draw("second", 2, 32);
        // As when pictures are compared with their compressed versions; the content decides what it is.
        Files.move(second.resolve("disc/000000.png"), second.resolve("disc/000000.JPG"));
        var csv = folder.resolve("out/distances.csv");
        assertThat(lpips(first, second, "--weights", "random", "--out", csv)).isEqualTo(ExitCode.DONE);
        var lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(7).element(0).isEqualTo("name,lpips_squeeze_random");
        assertThat(lines.get(1)).matches("disc/000000\\.png,\\d\\.\\d+");
        double mean = lines.stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.split(",")[1]))
                .average()
                .orElseThrow();
        assertThat(mean).isPositive();
        assertThat(printed("^mean of 6: ([0-9.]+)")).isCloseTo(mean, Offset.offset(1e-5));
        assertThat(output.toString()).contains("random weights: meaningless");

        // Alone, a pair has the distance that it has among others.
        assertThat(lpips(first.resolve("ring/000002.png"), second.resolve("ring/000002.png"), "--weights", "random"))
                .isEqualTo(ExitCode.DONE);
        double alone = printed("^000002\\.png: ([0-9.]+)");
        double among = lines.stream()
                .filter(line -> line.startsWith("ring/000002"))
                .findFirst()
                .map(line -> Double.parseDouble(line.split(",")[1]))
                .orElseThrow();
        assertThat(alone).isCloseTo(among, Offset.offset(2e-6));
    }

    @Test
    void equalPictures_haveNoDistanceAtAnySize() throws IOException {
        var mixed = draw("mixed", 1, 32);
        Files.move(draw("other", 3, 48).resolve("disc/000000.png"), mixed.resolve("large.png"));
        assertThat(lpips(mixed, mixed, "--weights", "random")).isEqualTo(ExitCode.DONE);
        assertThat(output.toString()).contains("large.png: 0.000000").contains("mean of 7: 0.000000");
    }

    @Test
    void missingPartnersAreNamed() throws IOException {
        var first = draw("first", 1, 32);
        var second = draw("second", 2, 32);
        Files.delete(second.resolve("disc/000000.png"));
        assertThat(lpips(first, second, "--weights", "random")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString())
                .contains("1 of 6 pictures in")
                .contains("no partner")
                .contains("disc/000000.png");
        assertThat(lpips(second, first, "--weights", "random")).isEqualTo(ExitCode.FAILURE);
        assertThat(lpips(second, first.resolve("disc/000000.png"), "--weights", "random"))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("give two pictures or two folders");
    }

    @Test
    void differentAndSmallSizesAreNamedAndLeaveNoCsv() throws IOException {
        var first = draw("first", 1, 32);
        var csv = folder.resolve("out.csv");
        assertThat(lpips(first, draw("larger", 1, 40), "--weights", "random", "--out", csv))
                .isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString())
                .contains("32 x 32 pixels")
                .contains("40 x 40")
                .contains(".png");
        assertThat(csv).doesNotExist();
        var small = draw("small", 1, 16);
        assertThat(lpips(small, small, "--weights", "random")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("16x16 pixels are too small").contains("224");
        assertThat(lpips(
                        small.resolve("disc/000000.png"),
                        small.resolve("ring/000002.png"),
                        "--weights",
                        "random",
                        "--resize",
                        "224"))
                .isEqualTo(ExitCode.DONE);
    }

    @Test
    void twoNamesForOnePictureAreRefused() throws IOException {
        var first = draw("first", 1, 32);
        Files.copy(first.resolve("disc/000000.png"), first.resolve("disc/000000.bmp"));
        assertThat(lpips(first, first, "--weights", "random")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString())
                .contains("has both")
                .contains("disc/000000.bmp")
                .contains("disc/000000.png");
    }

    @Test
    void usageErrors() {
        assertThat(lpips("a", "b")).isEqualTo(ExitCode.USAGE);
        assertThat(lpips("a", "b", "--weights", "trunk.pth")).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString()).contains("weights get lpips-squeeze");
        assertThat(lpips("a", "b", "--weights", "random", "--resize", "64")).isEqualTo(ExitCode.USAGE);
        assertThat(lpips(folder.resolve("none"), folder, "--weights", "random")).isEqualTo(ExitCode.FAILURE);
        assertThat(error.toString()).contains("none does not exist");
    }
}
