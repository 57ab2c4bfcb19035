package org.casdm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

    private static CasdmConfig load(String text, String... overrides) {
        return load(new Properties(), text, overrides);
    }

    private static CasdmConfig load(Properties properties, String text, String... overrides) {
        return ConfigLoader.load(
                Optional.of(new ConfigText("my.conf", text)), List.of(overrides), Set.of(), properties);
    }

    private static List<String> problems(String text, String... overrides) {
        var exception = catchThrowableOfType(ConfigException.class, () -> load(text, overrides));
        assertThat(exception).as("no error for " + text + List.of(overrides)).isNotNull();
        assertThat(exception).hasMessageContainingAll(exception.problems().toArray(String[]::new));
        return exception.problems();
    }

    private static String problem(String text, String... overrides) {
        assertThat(problems(text, overrides)).hasSize(1);
        return problems(text, overrides).get(0);
    }

    @Test
    void hasDefaults() {
        var config = ConfigLoader.load(Optional.empty(), List.of());
        assertThat(config.run().folder()).isEmpty();
        assertThat(config.train().workers()).isEmpty();
        assertThat(config.train().optimizer().learningRate()).isEqualTo(1e-4);
        assertThat(config.train().emaRates()).containsExactly(0.9999);
        assertThat(config.model().theta().channelMult()).containsExactly(1.0, 2.0, 2.0, 2.0);
        assertThat(config.model().phi()).isEqualTo(config.model().theta());
        assertThat(config.lpips().resize()).isEqualTo(CasdmConfig.Resize.TO_224);
        assertThat(config.spark()).isEmpty();
    }

    @Test
    void readsFilesWithAndWithoutRoot() {
        var flat = load("data { size = 64 }\nmodel.phi-input = \"x0+xt\"");
        assertThat(flat.data().size()).isEqualTo(64);
        assertThat(flat.model().phiInput()).isEqualTo(CasdmConfig.PhiInput.X0_XT);
        assertThat(load("casdm { data { size = 64 }, model.phi-input = \"x0+xt\" }"))
                .isEqualTo(flat);
    }

    @Test
    void fillsInReferencesInBothForms() {
        assertThat(load("data.size = 64\nmodel.theta.attention-resolutions = [${data.size}]")
                        .model()
                        .theta()
                        .attentionResolutions())
                .containsExactly(64);
        assertThat(load("casdm { data.size = 64, model.theta.attention-resolutions = [${casdm.data.size}] }")
                        .model()
                        .theta()
                        .attentionResolutions())
                .containsExactly(64);
        assertThat(load("run.folder = ${?CASDM_NO_SUCH_VARIABLE}").run().folder())
                .isEmpty();
        assertThat(problem("run.folder = ${CASDM_NO_SUCH_VARIABLE}")).contains("my.conf: 1", "CASDM_NO_SUCH_VARIABLE");
    }

    @Test
    void keepsPrecedence() {
        var properties = new Properties();
        properties.setProperty("casdm.data.size", "64");
        properties.setProperty("casdm.run.seed", "7");
        properties.setProperty("casdm.train.ema-rates", "0.9,0.99");
        properties.setProperty("other.data.size", "1");
        var config = load(
                properties,
                "data.size = 32, run.seed = 6, samples.count = 5",
                "casdm.data.size=16",
                "run.seed=8",
                "run.seed=9");
        assertThat(config.data().size()).as("command line over property").isEqualTo(16);
        assertThat(config.run().seed()).as("last one on the command line").isEqualTo(9);
        assertThat(config.train().emaRates()).as("property over reference").containsExactly(0.9, 0.99);
        assertThat(config.samples().count()).as("file over reference").isEqualTo(5);
        assertThat(load(properties, "data.size = 32").data().size())
                .as("property over file")
                .isEqualTo(64);
    }

    @Test
    void phiIsLikeThetaButForItsWeights() {
        var config =
                load("model { theta { channels = 64, init-from = a.pt }, phi.heads = 2 }", "model.theta.dropout=0.25");
        assertThat(config.model().phi().channels()).isEqualTo(64);
        assertThat(config.model().phi().dropout()).isEqualTo(0.25);
        assertThat(config.model().phi().heads()).isEqualTo(2);
        assertThat(config.model().theta().heads()).isEqualTo(4);
        assertThat(config.model().theta().initFrom()).hasValue("a.pt");
        assertThat(config.model().phi().initFrom()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[D_DATA]", "{a", "a{b", "set[1", "run [final] #2 50% a:b", "\"a", "a\\b", "[1,2]"})
    void pathsOnTheCommandLineAreAnyText(String path) {
        assertThat(load("", "data.path=" + path).data().path()).hasValue(path);
        assertThat(load("", "data.path=\"[quoted]\"").data().path()).hasValue("[quoted]");
    }

    @Test
    void takesCommandLineValuesLiterally() {
        var config = load(
                "",
                "run.folder=s3a://bucket/run #1//x",
                "data.path=/pictures/a=b",
                "samples.ema-rate=null",
                "model.theta.channel-mult=1,2,4",
                "model.theta.attention-resolutions=[16]",
                "train.workers=4",
                "train.steps=1e6");
        assertThat(config.run().folder()).hasValue("s3a://bucket/run #1//x");
        assertThat(config.data().path()).hasValue("/pictures/a=b");
        assertThat(config.samples().emaRate()).isEmpty();
        assertThat(config.model().theta().channelMult()).containsExactly(1.0, 2.0, 4.0);
        assertThat(config.model().theta().attentionResolutions()).containsExactly(16);
        assertThat(config.train().workers()).hasValue(4);
        assertThat(config.train().steps()).isEqualTo(1_000_000);
        assertThat(load("model.theta.attention-resolutions = [32]", "model.theta.attention-resolutions=")
                        .model()
                        .theta()
                        .attentionResolutions())
                .isEmpty();
    }

    @Test
    void passesSparkSettingsOn() {
        var config = load("""
                spark {
                  "spark.executor.memory" = 2g
                  "spark.speculation" = true
                  "spark.speculation.interval" = 100ms
                  hadoop.fs.s3a.endpoint = "http://127.0.0.1:9000"
                  "spark.hadoop.fs.s3a.aws.credentials.provider" = some.Provider
                }
                """, "spark.executor.memory=4g", "spark.spark.executor.cores=2", "spark.speculation=null");
        assertThat(config.spark())
                .isEqualTo(Map.of(
                        "spark.executor.memory",
                        "4g",
                        "spark.executor.cores",
                        "2",
                        "spark.speculation.interval",
                        "100ms",
                        "spark.hadoop.fs.s3a.endpoint",
                        "http://127.0.0.1:9000",
                        "spark.hadoop.fs.s3a.aws.credentials.provider",
                        "some.Provider"));
        assertThat(problem("spark { \"spark.executor.memory\" = 2g, executor.memory = 4g }"))
                .contains("spark.\"spark.executor.memory\"", "twice");
        assertThat(problem("spark { \"spark.jars\" = [a, b] }")).contains("spark.jars", "commas");
        assertThat(problem("spark = 3")).contains("spark (my.conf: 1)", "section");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data.sise = 3 | data.size",
                "train.learning-rate = 3 | train.optimizer.learning-rate",
                "modle { theta.channels = 64 } | model",
                "model.theta.atention-resolutions = [8] | model.theta.attention-resolutions",
                "casdm.loss.lpip = 1 | loss.lpips"
            })
    void namesTheKeyMeant(String text, String meant) {
        assertThat(problem(text))
                .startsWith(text.replace("casdm.", "").split("[ {]")[0] + " (my.conf: 1)")
                .contains("unknown key")
                .endsWith("did you mean " + meant + "?");
    }

    @Test
    void reportsOnceWhatPhiTakesOverFromTheta() {
        assertThat(problem("model.theta.heads { x = 1 }")).startsWith("model.theta.heads");
        assertThat(problems("model.theta.heads = a, model.phi.heads = a")).hasSize(2);
        assertThat(problems("model.theta.x = a, model.phi.x = a")).hasSize(2);
    }

    @Test
    void saysWhereWrongKeysComeFrom() {
        assertThat(problem("\n\n  xyzzy { a = 1, b = 2 }"))
                .startsWith("xyzzy (my.conf: 3)")
                .contains("reference.conf");
        assertThat(problem("", "data.colour=1")).startsWith("data.colour (command line)");
        assertThat(problem("", "colour=1")).startsWith("colour (command line)");
        assertThat(problem("", "trian.steps=1", "trian.workers=2"))
                .as("an unknown section")
                .isEqualTo("trian (command line) is an unknown key; did you mean train?");
        assertThat(problem("", "data.size.width.pixels=1"))
                .as("a section where a value belongs")
                .startsWith("data.size (command line) takes a single value");
        assertThat(problem("", "steps 4")).contains("\"steps 4\" (command line)", "key=value");
        var properties = new Properties();
        properties.setProperty("casdm.data.size", "large");
        var exception = catchThrowableOfType(ConfigException.class, () -> load(properties, ""));
        assertThat(exception).hasMessageContaining("data.size = large (system property casdm.data.size)");
    }

    @Test
    void refusesWrongShapes() {
        assertThat(problem("data = 3")).startsWith("data (my.conf: 1) is a section");
        assertThat(problem("data.size { x = 3 }")).startsWith("data.size (my.conf: 1) takes a single value");
        assertThat(problem("casdm = 3")).contains("casdm { ... }");
        assertThat(problem("data {")).startsWith("my.conf cannot be read");
        assertThat(problem("include \"other.conf\"")).contains("other.conf", "one file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run.seed = 1.5",
                "data.format = tiff",
                "data.labels = none-of-these",
                "data.follow-links = 1",
                "data.size = 7",
                "data.size = many",
                "data.size = null",
                "data.size = [32]",
                "data.channels = 2",
                "data.random-flip = 1",
                "data.max-bad-fraction = 1.01",
                "diffusion.steps = 1",
                "diffusion.schedule = sigmoid",
                "model.kind = gan",
                "model.classes = -1",
                "model.theta.channels = 100",
                "model.theta.channels = 0",
                "model.theta.channel-mult = []",
                "model.theta.channel-mult = [1, 0]",
                "model.theta.channel-mult = [1, 17]",
                "model.theta.heads = 3",
                "model.theta.dropout = 1",
                "model.phi.channels = 33",
                "model.phi.attention-resolutions = [5]",
                "loss.eps = -1",
                "loss.mu = NaN",
                "loss.x0 = 0",
                "loss.eps = 0",
                "lpips.trunk = resnet",
                "lpips.weights-sha256 = abc",
                "lpips.resize = 299",
                "train.steps = 0",
                "train.batch-size-per-worker = 0",
                "train.workers = all",
                "train.workers = 0",
                "train.optimizer.learning-rate = 0",
                "train.optimizer.beta2 = 1",
                "train.ema-rates = []",
                "train.ema-rates = [1]",
                "train.ema-rates = [0.9, 0.9]",
                "checkpoint.keep-last = 0",
                "checkpoint.keep-every-steps = 1500",
                "samples.sampler-steps = 1001",
                "samples.ema-rate = 0.5",
                "execution.device = tpu",
                "train.averaging.period = 0",
                "train.averaging.outer = adam",
                "train.averaging.outer-learning-rate = 0",
                "train.averaging.outer-momentum = 1",
                "train.averaging.moments = none",
                "train.averaging.workers-per-host = 0",
                "execution.averaging-block-mib = 512",
                "execution.averaging-port = 70000"
            })
    void refusesBadValues(String setting) {
        var key = setting.substring(0, setting.indexOf(' '));
        assertThat(problem("\n" + setting)).startsWith(key + " = ").contains("(my.conf: 2)");
        // The same on the command line.
        assertThat(problem("", setting.replace(" = ", "=")))
                .startsWith(key + " = ")
                .contains("(command line)");
    }

    @Test
    void formerNameOfTheAveragingPeriod_isRead() {
        assertThat(load("train.averaging-frequency = 7").train().averaging().period())
                .isEqualTo(7);
        assertThat(load("casdm { train { averaging-frequency = 7, averaging.outer = nesterov } }")
                        .train()
                        .averaging()
                        .period())
                .isEqualTo(7);
        assertThat(load("train.averaging.period = 7", "train.averaging-frequency=8")
                        .train()
                        .averaging()
                        .period())
                .as("command line over file")
                .isEqualTo(8);
        assertThat(load("train.averaging-frequency = 7", "train.averaging.period=8")
                        .train()
                        .averaging()
                        .period())
                .isEqualTo(8);
        assertThat(problem("train.averaging-frequency = 0")).startsWith("train.averaging.period = 0 (my.conf: 1)");
        assertThat(problem("train.averaging-frequency = 7\ntrain.averaging.period = 8"))
                .isEqualTo(
                        "train.averaging-frequency (my.conf: 1) is the old name of train.averaging.period, which is set"
                                + " too (my.conf: 2); leave one out");
    }

    @Test
    void refusesImpossibleCombinations() {
        assertThat(problem("data.size = 36")).contains("multiple of 8", "take 40");
        assertThat(problem("data.size = 256"))
                .startsWith("model.theta.attention-resolutions = ")
                .contains("the default", "256, 128, 64, 32 pixels", "none has 16, 8");
        assertThat(problem("model.theta { channels = 64, heads = 3, attention-resolutions = [] }"))
                .contains("model.theta.heads = 3", "128");
        assertThat(problem("data.labels = none\nmodel.classes = 10"))
                .contains("model.classes = 10 (my.conf: 2)", "data.labels = none (my.conf: 1)");
        assertThat(problem("data.format = cifar100\nmodel.classes = 10")).contains("set model.classes = 100");
        assertThat(problem("diffusion.steps = 20, samples.sampler-steps = 10")).contains("linear", "21");
        assertThat(problem("tracking.mlflow = \"host:5000\"")).contains("http://");
        assertThat(problem("model.label-dropout = 0.1")).contains("model.classes");
        assertThat(problem("model.classes = 3, samples.guidance = 2")).contains("model.label-dropout");
        assertThat(problem("samples.guidance-interval = [3, 1]")).contains("lower");
        assertThat(problem("samples.spacing = karras")).contains("samples.method", "auto");
        load("samples.spacing = karras, samples.method = \"dpm-solver++\"");
        assertThat(problem("model.kind = ddpm, loss.eps = 0")).contains("loss.eps");
        assertThat(problem("data.channels = 1, loss.lpips = 0.1")).contains("data.channels = 1", "loss.lpips = 0.1");
        assertThat(problem("model.kind = dual, loss { eps = 0, x0 = 0, mu = 0 }"))
                .contains("every term");
        assertThat(problem("data.path = \"s3://bucket/x\"")).endsWith("write s3a://bucket/x");
        assertThat(problem("model.theta.channel-mult = [0.7, 1, 2, 2]"))
                .contains("model.theta.channel-mult", "multiple of 32", "0.7");
        assertThat(problem("model.theta { num-head-channels = 48 }"))
                .startsWith("model.theta.num-head-channels = 48")
                .contains("256 channels");
    }

    @Test
    void refusesALearntVarianceWhereItIsNotPossible() {
        assertThat(problem("model.kind = dual, model.theta.learn-sigma = true"))
                .contains("dual", "take ddpm or cas-dm");
        assertThat(problem("model.phi.learn-sigma = true")).contains("model.theta.learn-sigma = true");
        assertThat(problem("loss.objective = vlb")).contains("needs model.theta.learn-sigma = true");
        assertThat(problem("model.theta.learn-sigma = true, loss.vlb = 0")).startsWith("loss.vlb = 0");
        var config = load("model { kind = ddpm, theta.learn-sigma = true }, loss { objective = vlb, eps = 0 }");
        assertThat(config.model().theta().learnSigma()).isTrue();
        assertThat(config.model().phi().learnSigma()).isFalse();
    }

    @Test
    void allowsWhatOnlyLooksOdd() {
        assertThat(load("model.kind = ddpm, model.phi.channels = 33").model().kind())
                .as("baselines have no phi")
                .isEqualTo(CasdmConfig.Kind.DDPM);
        load("model.theta.attention-resolutions = []");
        load("loss.eps = 0, model.theta.init-from = published.pt");
        load("loss.lpips = 0.1");
        load("diffusion { steps = 10, schedule = cosine }, samples.every-steps = 0");
        load("run.seed = -9223372036854775808");
    }

    @Test
    void reportsEverythingAtOnceAndNothingTwice() {
        assertThat(problems(
                        "data.size = 1\ndata.colour = 3\nspark.x.password = a\ntrain.workers = few",
                        "model.kind=gan",
                        "nonsense"))
                .hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.\"spark.hadoop.fs.s3a.secret.key\" = hidden",
                "spark.hadoop.fs.s3a.access.key = hidden",
                "spark.hadoop.fs.s3a.session.token = hidden",
                "data.password = hidden",
                "aws-secret-key = hidden",
                "spark.executorEnv.AWS_SECRET_ACCESS_KEY = hidden",
                "data.path = \"s3a://me:hidden@bucket/x\"",
                "spark.executor.extraJavaOptions = \"-Dfs.s3a.secret.key=hidden\""
            })
    void refusesCredentials(String setting) {
        assertThat(problem(setting))
                .contains("credential", "AWS_ACCESS_KEY_ID", "my.conf: 1")
                .doesNotContain("hidden");
    }

    @Test
    void namesMissingKeys() {
        var exception = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(
                        Optional.empty(),
                        List.of("run.folder=/tmp/x"),
                        ConfigLoader.REQUIRED_BY_TRAIN,
                        new Properties()));
        assertThat(exception.problems()).hasSize(1);
        assertThat(exception).hasMessageContaining("data.path is not set");
    }

    @Test
    void isWrittenAndReadBack() throws Exception {
        var config = load("""
                run.folder = "s3a://bucket/a \\"quoted\\" name", run.seed = -5
                model { theta.init-from = "x.pt", phi-input = "x0+xt" }
                model.phi { channels = 64, attention-resolutions = [] }
                train { workers = 3, ema-rates = [0.5, 0.99999], optimizer.learning-rate = 1e-7 }
                samples.ema-rate = 0.5
                lpips.resize = none
                spark { "spark.executor.memory" = 2g, "spark.a.b" = "x = {" }
                """);
        var text = config.toHocon();
        assertThat(ConfigLoader.loadStored(new ConfigText("config.conf", text))).isEqualTo(config);
        assertThat(text).startsWith("casdm {").contains("  seed = -5\n", "learning-rate = 1.0E-7");
        assertThat(copyBySerialization(config)).isEqualTo(config);
        assertThat(config.train().workers()).isEqualTo(OptionalInt.of(3));
    }

    private static Object copyBySerialization(Object object) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }
}
