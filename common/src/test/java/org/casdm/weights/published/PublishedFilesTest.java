package org.casdm.weights.published;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.casdm.tensor.ContentDigest;
import org.junit.jupiter.api.Test;

class PublishedFilesTest {

    private final PublishedFiles files = PublishedFiles.load();

    @Test
    void everyEntryIsWhole() {
        assertThat(files.all()).hasSize(7).extracting(PublishedFile::name).doesNotHaveDuplicates();
        assertThat(files.all()).extracting(PublishedFile::file).doesNotHaveDuplicates();
        assertThat(new HashSet<>(
                        files.all().stream().map(PublishedFile::content).toList()))
                .hasSize(7);
        assertThat(files.all()).allSatisfy(file -> {
            assertThat(file.address().getScheme()).isEqualTo("https");
            assertThat(file.content().bytes()).isPositive();
            assertThat(file.purpose()).isNotBlank();
            assertThat(file.licence()).isNotBlank();
        });
    }

    /** torchvision and pytorch-fid put the first eight digits of the hash into the names. */
    @Test
    void hashesAgreeWithTheNamesOfTheFiles() {
        assertThat(files.all().stream().filter(file -> file.file().matches(".*-[0-9a-f]{8}\\.pth")))
                .hasSize(4)
                .allSatisfy(file -> assertThat(file.file())
                        .contains("-" + file.content().sha256().substring(0, 8) + "."));
    }

    @Test
    void isFoundByNameContentAndFileName() {
        var vgg = files.named("vgg16").orElseThrow();
        assertThat(files.withContent(
                        new ContentDigest(vgg.content().bytes(), vgg.content().sha256())))
                .contains(vgg);
        assertThat(files.withFileName("vgg16-397923af.pth")).contains(vgg);
        assertThat(files.withFileName("alex.pth")).isEqualTo(files.named("lpips-alex"));
        assertThat(files.named("vgg19")).isEmpty();
        assertThat(files.withContent(new ContentDigest(1, vgg.content().sha256())))
                .isEmpty();
    }

    @Test
    void saysHowToUseAFile() {
        var lin = files.named("lpips-alex").orElseThrow();
        assertThat(lin.usage("s3a://bucket/x.pth"))
                .isEqualTo("lpips.lin = s3a://bucket/x.pth, lpips.lin-sha256 = "
                        + lin.content().sha256());
        assertThat(files.all()).allSatisfy(file -> assertThat(file.usage()).contains("FILE", "SHA256"));
    }
}
