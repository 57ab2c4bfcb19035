package org.casdm.job.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.shard.DataFolder;
import org.casdm.data.source.ImageSource;
import org.casdm.data.source.ImageSources;
import org.casdm.data.source.SourceFormat;
import org.casdm.data.source.SourceLimits;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedCacheIT {

    private static final SourceLimits LIMITS = SourceLimits.DEFAULT;

    private static JavaSparkContext spark;

    @TempDir
    private Path folder;

    private Path pictures;

    @BeforeAll
    static void start() {
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"));
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    @BeforeEach
    void draw() throws IOException {
        pictures = folder.resolve("pictures");
        new DrawnImages(5, 20)
                .write(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(pictures.toUri()), 30);
    }

    private ImageSource source(LabelRule labels) throws IOException {
        return new ImageSources(new Configuration(), LIMITS).find(pictures.toString(), SourceFormat.AUTO, labels);
    }

    private PreparedCache cache() throws IOException {
        return PreparedCache.ofSource(spark, Optional.of(folder.resolve("cache").toString()), pictures.toString());
    }

    private DataFolder get(int size, LabelRule labels, double badFraction) throws IOException {
        return cache().get(source(labels), labels, size, badFraction, LIMITS);
    }

    @Test
    void sourceAndSettings_decideWhatIsFoundAgain() throws IOException {
        var first = get(16, LabelRule.AUTO, 0);
        assertThat(first.count()).isEqualTo(30);
        assertThat(first.classNames()).containsExactly("disc", "ring", "square");
        assertThat(first.location()).contains("/cache/pictures-16-");
        assertThat(get(16, LabelRule.AUTO, 0.5)).isEqualTo(first);

        var smaller = get(8, LabelRule.AUTO, 0);
        var unlabelled = get(16, LabelRule.NONE, 0);
        assertThat(smaller.location()).isNotEqualTo(first.location());
        assertThat(unlabelled.location()).isNotEqualTo(first.location());
        assertThat(unlabelled.classNames()).isEmpty();

        Files.delete(pictures.resolve("disc/000000.png"));
        var changed = get(16, LabelRule.AUTO, 0);
        assertThat(changed.count()).isEqualTo(29);
        assertThat(changed.location()).isNotEqualTo(first.location());
    }

    @Test
    void whatWasBegun_isCompleted() throws IOException {
        var first = get(16, LabelRule.AUTO, 0);
        Files.delete(Path.of(first.location()).resolve("dataset.json"));
        assertThat(get(16, LabelRule.AUTO, 0)).isEqualTo(first);
    }

    @Test
    void tooManyBadPictures_areRefusedAlsoWhenAllIsPrepared() throws IOException {
        Files.writeString(pictures.resolve("disc/broken.png"), "no picture");
        assertThat(get(16, LabelRule.AUTO, 0.1).description().skipped()).hasSize(1);
        assertThatThrownBy(() -> get(16, LabelRule.AUTO, 0.01))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1 of 31 pictures cannot be used, more than max-bad-fraction = 0.01 allows")
                .hasMessageContaining("broken.png");
    }

    @Test
    void theUsualPlace_isBesideTheRunOrTheSource() throws IOException {
        var run = folder.resolve("runs/1").toString();
        var besideRun = PreparedCache.ofRun(spark, Optional.empty(), run)
                .get(source(LabelRule.AUTO), LabelRule.AUTO, 16, 0, LIMITS);
        assertThat(besideRun.location()).contains("/runs/casdm-cache/pictures-16-");
        assertThat(folder.resolve("runs/casdm-cache")).isDirectory();
    }
}
