package org.casdm.job.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.casdm.data.picture.DrawnImages;
import org.casdm.data.shard.DatasetDescription;
import org.casdm.data.source.label.LabelRule;
import org.casdm.failure.DataException;
import org.casdm.job.testing.LocalCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class PrepareJobIT {

    private static final int COUNT = 100;

    @TempDir
    private static Path folder;

    private static JavaSparkContext spark;
    private static FileSystem files;

    private Path source;
    private Path out;

    @BeforeAll
    static void start() throws IOException {
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[2]"));
        // Without Hadoop's checksum files, which would be packed into archives beside the pictures.
        files = FileSystem.getLocal(new Configuration()).getRawFileSystem();
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    @BeforeEach
    void draw(TestInfo test) throws IOException {
        var name = test.getTestMethod().orElseThrow().getName();
        source = folder.resolve(name + "-source");
        out = folder.resolve(name + "-out");
        new DrawnImages(5, 20).write(files, new org.apache.hadoop.fs.Path(source.toUri()), COUNT);
    }

    private PrepareSettings settings() {
        return PreparedFolders.settings(source.toString(), out.toString(), 25);
    }

    private DatasetDescription prepare(PrepareSettings settings) throws IOException {
        return new PrepareJob(settings).run(spark);
    }

    private org.apache.hadoop.fs.Path path(Path local) {
        return new org.apache.hadoop.fs.Path(local.toUri());
    }

    @Test
    void shardsHoldEveryPictureOnce() throws IOException {
        var description = prepare(settings());
        assertThat(description.count()).isEqualTo(COUNT);
        assertThat(description.shards())
                .hasSize(4)
                .allSatisfy(shard -> assertThat(shard.count()).isBetween(10L, 40L));
        assertThat(description.classes()).containsExactly("disc", "ring", "square");
        assertThat(description.size()).isEqualTo(16);
        assertThat(description.skipped()).isEmpty();
        assertThat(description.split()).isEqualTo("all");
        assertThat(DatasetDescription.read(files, path(out))).isEqualTo(description);
        var content = PreparedFolders.content(files, path(out));
        assertThat(content).hasSize(COUNT);
        assertThat(content)
                .allSatisfy((id, image) -> assertThat(image)
                        .startsWith(description.classes().indexOf(id.substring(0, id.indexOf('/'))) + " "));
        // Nothing else lies there.
        try (var list = Files.list(out)) {
            assertThat(list.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "_prepare",
                            "dataset.json",
                            "part-00000.parquet",
                            "part-00001.parquet",
                            "part-00002.parquet",
                            "part-00003.parquet");
        }
        assertThat(out.resolve("_prepare")).isDirectoryContaining("glob:**plan.json");
    }

    @Test
    void sparkReadsThem() throws IOException {
        var description = prepare(settings());
        var session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
        var table = session.read().parquet(out + "/part-*.parquet");
        assertThat(table.schema().simpleString()).isEqualTo("struct<id:string,label:int,pixels:binary>");
        assertThat(table.count()).isEqualTo(description.count());
        assertThat(table.selectExpr("max(length(pixels))").first().getInt(0)).isEqualTo(16 * 16 * 3);
    }

    @Test
    void anotherClusterWritesTheSameFiles() throws IOException {
        var description = prepare(settings());
        spark.close();
        spark = new JavaSparkContext(LocalCluster.inThisJvm("local[1]").set("spark.shuffle.compress", "false"));
        var again = prepare(PreparedFolders.settings(source.toString(), out + "-again", 25));
        assertThat(again.shards()).isEqualTo(description.shards());
    }

    @Test
    void theRestIsHeldOut() throws IOException {
        prepare(PreparedFolders.holdingOut(settings(), 0.25));
        var train = PreparedFolders.content(files, path(out));
        var heldOut = PreparedFolders.content(files, path(out.resolve("held-out")));
        assertThat(heldOut.size()).isBetween(15, 35);
        assertThat(train.keySet()).doesNotContainAnyElementsOf(heldOut.keySet());
        assertThat(train.size() + heldOut.size()).isEqualTo(COUNT);
        assertThat(DatasetDescription.read(files, path(out.resolve("held-out"))).split())
                .isEqualTo("held-out");
        assertThat(DatasetDescription.read(files, path(out)).split()).isEqualTo("train");
    }

    @Test
    void numberedLabelsBesidePictures_becomeClassesUpToTheLargest() throws IOException {
        var tars = folder.resolve("tars");
        Files.createDirectories(tars);
        List<Path> pictures;
        try (var files = Files.walk(source)) {
            pictures = files.filter(Files::isRegularFile).sorted().toList();
        }
        for (int tar = 0; tar < 2; tar++) {
            try (var output = new TarArchiveOutputStream(Files.newOutputStream(tars.resolve(tar + ".tar")))) {
                for (int i = tar; i < pictures.size(); i += 2) {
                    put(output, i + ".png", Files.readAllBytes(pictures.get(i)));
                    put(output, i + ".cls", Integer.toString(i % 7).getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
        var description = prepare(PreparedFolders.settings(tars.toString(), out.toString(), 25));
        assertThat(description.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6");
        assertThat(description.count()).isEqualTo(COUNT);
        assertThat(PreparedFolders.content(files, path(out))).allSatisfy((id, image) -> {
            int number = Integer.parseInt(id.replaceAll(".*/|\\.png", ""));
            assertThat(image).startsWith(number % 7 + " ");
        });
        // Shards that an earlier start has written count, too.
        Files.delete(out.resolve("dataset.json"));
        var work = PrepareFolder.at(out.toString(), new Configuration());
        for (int partition = 0; partition < description.shards().size(); partition++) {
            work.finished(
                    new ShardResult(partition, description.shards().get(partition), partition == 0 ? 7 : 1, List.of()));
        }
        assertThat(prepare(PreparedFolders.settings(tars.toString(), out.toString(), 25)))
                .isEqualTo(description);
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @Test
    void anotherRuleOfLabels_isAnotherDataSet() throws IOException {
        assertThat(prepare(PreparedFolders.labelled(settings(), LabelRule.NONE)).classes())
                .isEmpty();
        assertThatThrownBy(() -> prepare(settings()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("labels was none, is auto");
    }

    @Test
    void badPicturesAreSkippedAndListed() throws IOException {
        Files.writeString(source.resolve("disc").resolve("no-picture.png"), "text");
        Files.write(source.resolve("ring").resolve("empty.jpg"), new byte[0]);
        assertThatThrownBy(() -> prepare(PreparedFolders.allowing(settings(), 0.01)))
                .hasStackTraceContaining("2 of 102 pictures cannot be used")
                .hasStackTraceContaining("empty.jpg");
        assertThat(out.resolve(DatasetDescription.FILE_NAME)).doesNotExist();
        // What was written is kept.
        var before = Files.getLastModifiedTime(out.resolve("part-00000.parquet"));
        var description = prepare(PreparedFolders.allowing(settings(), 0.02));
        assertThat(Files.getLastModifiedTime(out.resolve("part-00000.parquet"))).isEqualTo(before);
        assertThat(description.count()).isEqualTo(COUNT);
        assertThat(description.skipped().stream().collect(Collectors.toMap(bad -> bad.id(), bad -> bad.reason())))
                .hasSize(2)
                .containsEntry("ring/empty.jpg", "the file is empty")
                .containsKey("disc/no-picture.png");
    }

    @Test
    void aPartFullOfBadPicturesEndsTheJobAtOnce() throws IOException {
        for (int i = 0; i < 10; i++) {
            Files.writeString(source.resolve("disc").resolve("bad-" + i + ".png"), "text");
        }
        assertThatThrownBy(() -> prepare(PreparedFolders.allowing(settings(), 0.01)))
                .hasStackTraceContaining("3 pictures cannot be used, more than max-bad-fraction = 0.01 of about 110");
    }

    @Test
    void resumesWhereItEnded() throws IOException {
        var whole = prepare(settings());
        var content = PreparedFolders.content(files, path(out));
        // As if it had been killed: one shard half written, one not begun, no description.
        var half = folder.resolve("half");
        var settings = PreparedFolders.settings(source.toString(), half.toString(), 25);
        var limited = new PrepareJob(settings);
        limited.run(spark);
        Files.delete(half.resolve(DatasetDescription.FILE_NAME));
        Files.delete(half.resolve("part-00002.parquet"));
        var work = PrepareFolder.at(half.toString(), new Configuration());
        for (int partition : new int[] {0, 2, 3}) {
            work.finished(new ShardResult(partition, whole.shards().get(partition), 3, List.of()));
        }
        Files.writeString(half.resolve(".part-00001.parquet.123.tmp"), "half");
        var kept = Files.getLastModifiedTime(half.resolve("part-00003.parquet"));
        var rewritten = Files.getLastModifiedTime(half.resolve("part-00001.parquet"));

        assertThat(new PrepareJob(settings).run(spark)).isEqualTo(whole);
        assertThat(PreparedFolders.content(files, path(half))).isEqualTo(content);
        assertThat(Files.getLastModifiedTime(half.resolve("part-00003.parquet")))
                .isEqualTo(kept);
        assertThat(Files.getLastModifiedTime(half.resolve("part-00001.parquet")))
                .isGreaterThan(rewritten);
        assertThat(half.resolve(".part-00001.parquet.123.tmp")).doesNotExist();
        // Once complete there is nothing to do.
        assertThat(new PrepareJob(settings).run(spark)).isEqualTo(whole);
    }

    @Test
    void refusesAFolderOfSomethingElse() throws IOException {
        prepare(settings());
        assertThatThrownBy(() -> prepare(PreparedFolders.settings(source.toString(), out.toString(), 50)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("number of shards was 4, is 2");
        Files.writeString(source.resolve("disc").resolve("one-more.png"), "text");
        assertThatThrownBy(() -> prepare(settings()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the source's files");
        var other = Files.createDirectories(folder.resolve("taken"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> prepare(PreparedFolders.settings(source.toString(), other.toString(), 25)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is not empty: it holds notes.txt");
        assertThat(other).isDirectoryContaining("glob:**notes.txt").isDirectoryNotContaining("glob:**_prepare");
    }

    @Test
    void twoPicturesOfOneIdAreAnError() throws IOException {
        var picture = Files.readAllBytes(source.resolve("disc").resolve("000000.png"));
        var archive = folder.resolve("twice.tar");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(archive))) {
            for (String name : new String[] {"a.png", "b.png", "a.png"}) {
                var entry = new TarArchiveEntry(name);
                entry.setSize(picture.length);
                tar.putArchiveEntry(entry);
                tar.write(picture);
                tar.closeArchiveEntry();
            }
        }
        assertThatThrownBy(() -> prepare(PreparedFolders.settings(archive.toString(), out.toString(), 25)))
                .hasStackTraceContaining("two pictures have the id \"a.png\"")
                .hasStackTraceContaining("twice.tar");
        assertThat(out.resolve(DatasetDescription.FILE_NAME)).doesNotExist();
    }
}
