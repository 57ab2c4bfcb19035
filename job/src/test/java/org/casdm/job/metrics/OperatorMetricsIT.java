package org.casdm.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.config.ConfigLoader;
import org.casdm.data.picture.DrawnImages;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.testing.LocalCluster;
import org.casdm.job.train.TrainJob;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs' numbers at Spark's endpoint for Prometheus, switched on by the example in deploy/. */
class OperatorMetricsIT {

    private static final Pattern LINE =
            Pattern.compile("metrics_casdm_driver_casdm_(\\w+)_Value\\{type=\"gauges\"} (\\S+)");

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;

    @BeforeAll
    static void start() {
        spark = new JavaSparkContext(RoundTrainingMaster.configure(LocalCluster.inThisJvm("local[2]"))
                .set("spark.ui.enabled", "true")
                .set("spark.ui.port", "0")
                .set("spark.metrics.namespace", "casdm")
                .set(
                        "spark.metrics.conf",
                        Path.of("..", "deploy", "metrics.properties").toString()));
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    private static Map<String, Double> scrape() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(spark.sc().uiWebUrl().get() + "/metrics/prometheus/"))
                .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        var values = new TreeMap<String, Double>();
        response.body()
                .lines()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .forEach(line -> values.put(line.group(1), Double.parseDouble(line.group(2))));
        return values;
    }

    @Test
    void numbersAppearChangeAndGoWithTheNextJob() throws IOException, InterruptedException {
        var metrics = OperatorMetrics.register("test");
        assertThat(scrape().keySet()).noneMatch(name -> name.startsWith("test_"));
        metrics.set("first", 1.5);
        metrics.add("sum", 2);
        metrics.read("asked", () -> 7);
        assertThat(scrape())
                .containsEntry("test_first", 1.5)
                .containsEntry("test_sum", 2.0)
                .containsEntry("test_asked", 7.0);

        metrics.set("first", Double.NaN);
        metrics.add("sum", 3);
        assertThat(scrape()).containsEntry("test_first", Double.NaN).containsEntry("test_sum", 5.0);

        OperatorMetrics.register("test").set("second", 1);
        assertThat(scrape()).containsKey("test_second").doesNotContainKeys("test_first", "test_sum", "test_asked");
    }

    @Test
    void training_reportsItsFolder() throws IOException, InterruptedException {
        var images = new org.apache.hadoop.fs.Path(folder.resolve("images").toUri());
        new DrawnImages(5, 8).write(FileSystem.getLocal(new Configuration()), images, 8);
        var run = folder.resolve("run").toString();
        new TrainJob(ConfigLoader.load(
                        Optional.empty(),
                        List.of(
                                "run.folder=" + run,
                                "data.path=" + images,
                                "data.size=8",
                                "model.kind=ddpm",
                                "model.theta.channels=32",
                                "model.theta.channel-mult=[1]",
                                "model.theta.res-blocks=1",
                                "model.theta.attention-resolutions=[]",
                                "model.theta.heads=1",
                                "train.batch-size-per-worker=2",
                                "train.averaging-frequency=2",
                                "train.workers=2",
                                "train.steps=4",
                                "checkpoint.every-steps=4",
                                "samples.every-steps=0"),
                        ConfigLoader.REQUIRED_BY_TRAIN))
                .run(spark);

        var values = scrape();
        assertThat(values)
                .containsEntry("train_step", 4.0)
                .containsEntry("train_stepsWanted", 4.0)
                .containsEntry("train_rounds", 2.0)
                .containsEntry("train_images", 16.0)
                .containsEntry("train_epoch", 2.0)
                .containsEntry("train_workers", 2.0)
                .containsEntry("train_badImages", 0.0)
                .containsEntry("train_skippedStepsTotal", 0.0)
                .containsEntry("train_learningRate", 1e-4)
                .containsEntry("train_checkpointStep", 4.0)
                .containsKeys("train_movedBytes", "train_betweenHostsBytes");
        for (var positive : List.of(
                "loss",
                "eps",
                "gradientNorm",
                "imagesPerSecond",
                "roundSeconds",
                "computeSeconds",
                "averagingSeconds",
                "checkpointSeconds")) {
            assertThat(values.get("train_" + positive)).as(positive).isPositive();
        }
        assertThat(values.get("train_loss")).isCloseTo(values.get("train_eps"), within(1e-6));
    }
}
