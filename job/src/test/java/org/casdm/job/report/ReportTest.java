package org.casdm.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.casdm.checkpoint.MetricsLine;
import org.casdm.checkpoint.RunFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** The signature alone: pictures are passed on as they are. */
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

    @TempDir
    private Path folder;

    private final Configuration hadoop = new Configuration();
    private RunFolder run;

    @BeforeEach
    void makeRun() throws IOException {
        run = RunFolder.at(folder.toUri().toString(), hadoop);
    }

    @Test
    void holdsAllThatARunHas() throws IOException {
        run.writeConfiguration("run { seed = 1 } # </script><b>");
        var metrics = run.metrics(100, Duration.ofDays(1));
        metrics.append(
                10,
                Map.of(
                        "loss",
                        1.5,
                        "eps",
                        0.5,
                        "imagesPerSecond",
                        40.0,
                        "lpipsOfImages",
                        Map.of("minimum", 0.1, "maximum", 0.4)));
        metrics.append(20, Map.of("loss", "NaN", "eps", 0.25, "imagesPerSecond", 41.0));
        metrics.flush();
        run.writeSample(20, PNG);
        Files.writeString(folder.resolve("metrics/evaluation-000000020-abc.jsonl"), """
                {"step": 20, "curve": "abc", "metrics": {"fid": 12.5}, "labels": {"fid": "FID (classifier)"}, \
                "samples": {"images": 5000}, "reference": {"location": "file:/data/test"}}
                """);
        var strip = Files.write(folder.resolve("trajectory.png"), PNG);

        var target = folder.resolve("report.html");
        var bytes = new Report(hadoop)
                .write(
                        folder.toUri().toString(),
                        List.of(strip.toUri().toString()),
                        target.toUri().toString());
        var html = Files.readString(target);
        assertThat(html.length()).isLessThanOrEqualTo((int) bytes);
        assertThat(html)
                .contains(
                        "<h3>Loss and its terms</h3>",
                        "<h3>LPIPS of single images</h3>",
                        "<h3>FID (classifier)</h3>",
                        "5,000 samples against test",
                        "Not comparable",
                        "step 20",
                        "trajectory.png",
                        "data:image/png;base64,iVBORw==",
                        "uPlot");
        // The configuration is text, not markup, and nothing is loaded from elsewhere.
        assertThat(html).contains("&lt;/script&gt;&lt;b&gt;").doesNotContain("<b>");
        assertThat(html).doesNotContainPattern("(src|href)=\"(?!data:)");
        assertThat(html).doesNotContainPattern("@[a-z]+(-[a-z]+)?@");
    }

    @Test
    void theConfigurationMayNameThePlaceholders() throws IOException {
        run.writeConfiguration("note = \"@script@ @data@\"");
        assertThat(page()).contains("note = &quot;@script@ @data@&quot;");
    }

    @Test
    void showsNoCredentials() throws IOException {
        run.writeConfiguration("spark { \"spark.hadoop.fs.s3a.secret.key\" = hush }\nrun { seed = 17 }");
        assertThat(page()).contains("seed=17", "left out").doesNotContain("hush");
    }

    @Test
    void showsBadImagesOnlyIfThereAreSome() throws IOException {
        var metrics = run.metrics(1, Duration.ZERO);
        metrics.append(10, Map.of("loss", 1.5, "badImages", 0));
        assertThat(page()).doesNotContain("Bad images so far");
        metrics.append(20, Map.of("loss", 1.5, "badImages", 2));
        assertThat(page()).contains("Bad images so far");
    }

    @Test
    void aRunThatHasJustBegunHasAReport() throws IOException {
        run.writeConfiguration("run {}");
        assertThat(page()).contains("No round is finished yet").doesNotContain("class=\"chart\"");
    }

    @Test
    void refusesWhatIsNoRun() {
        assertThatThrownBy(this::page).isInstanceOf(IOException.class).hasMessageContaining("is not a run folder");
    }

    @Test
    void namesAnEvaluationThatItCannotRead() throws IOException {
        run.writeConfiguration("run {}");
        Files.createDirectories(folder.resolve("metrics"));
        Files.writeString(folder.resolve("metrics/evaluation-1.jsonl"), "[1]\n");
        assertThatThrownBy(this::page)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("evaluation-1.jsonl", "not a JSON object");
    }

    @Test
    void choosesTheLastGridAndOthersEvenly() throws IOException {
        run.writeConfiguration("run {}");
        for (long step = 1; step <= 30; step++) {
            run.writeSample(step * 1000, PNG);
        }
        var steps = RunStory.read(folder.toUri().toString(), hadoop).someGrids(12).stream()
                .map(StoredPicture::step)
                .toList();
        assertThat(steps).hasSize(12).doesNotHaveDuplicates().endsWith(30_000L).startsWith(3_000L);
    }

    @Test
    void takesNeighboursTogetherWhenThereAreMany() {
        var lines = new ArrayList<MetricsLine>();
        LongStream.rangeClosed(1, 5000).forEach(step -> lines.add(line(step, step % 2 == 0 ? null : (double) step)));
        var curves = Curves.of(lines);
        assertThat(curves.steps())
                .hasSizeLessThanOrEqualTo(Curves.MOST_POINTS)
                .startsWith(3L, 6L)
                .endsWith(5000L);
        // Of 1, 2, 3 those that are there: 1 and 3.
        assertThat(curves.series().get("loss")).startsWith(2.0, 5.0, 8.0);
    }

    private static MetricsLine line(long step, Double loss) {
        ObjectNode values = JSON.createObjectNode().put("step", step);
        if (loss != null) {
            values.put("loss", loss);
        }
        return new MetricsLine(step, values);
    }

    private String page() throws IOException {
        return new ReportPage(RunStory.read(folder.toUri().toString(), hadoop), List.of(), "test", Instant.EPOCH)
                .html();
    }
}
