package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark { \"spark.hadoop.fs.s3a.secret.key\" = \"hush\" }",
                "spark.hadoop.fs.s3a { access { key = hush }, secret.key = hush }",
                "spark { \"spark.hadoop.fs.s3a.bucket.b.session.token\" = hush }",
                "data { path = \"s3a://AKIA:hush@bucket/images\" }",
                "spark { \"spark.executor.extraJavaOptions\" = \"-Xmx1g -Dsome.password=hush\" }",
                "# password = hush\nrun { seed = 1 }",
                "some { token = \"hu\\u0073h\" }"
            })
    void credentialsAreNotShown(String text) {
        assertThat(Redaction.ofConfiguration(text)).doesNotContain("hush", "hu\\u0073h");
    }

    @Test
    void theRestStays() {
        assertThat(Redaction.ofConfiguration("run { seed = 17 }\nsome.token = hush"))
                .contains("seed=17", "token=\"" + Redaction.LEFT_OUT + "\"");
    }

    @Test
    void aConfigurationWithoutCredentialsIsShownAsItIs() {
        var text = "casdm {\n  run {\n    seed = 1 # a comment\n  }\n  spark {\n"
                + "    \"spark.hadoop.fs.s3a.aws.credentials.provider\" = \"a.Provider\"\n  }\n}\n";
        assertThat(Redaction.ofConfiguration(text)).isEqualTo(text);
    }

    @Test
    void whatCannotBeUnderstoodIsNotShown() {
        assertThat(Redaction.ofConfiguration("secret = hush {{"))
                .startsWith("# Not shown")
                .doesNotContain("hush");
        assertThat(Redaction.ofConfiguration("secret = hush, a = ${nowhere}")).doesNotContain("hush");
    }

    @Test
    void whatIsIncludedIsNotRead() {
        assertThat(Redaction.ofConfiguration("include required(file(\"/no/such/file\"))\nrun.seed = 1"))
                .contains("include required");
    }

    @Test
    void textsLoseUserAndPasswordOfUris() {
        assertThat(Redaction.ofText("images of s3a://AKIA:hush@bucket/a and s3a://bucket/b"))
                .isEqualTo("images of s3a://(left out)@bucket/a and s3a://bucket/b");
    }
}
