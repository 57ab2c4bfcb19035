package org.casdm.job.cli.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.casdm.config.ConfigException;
import org.junit.jupiter.api.Test;

class ClusterSecretTest {

    private static final Map<String, String> ENVIRONMENT = Map.of(ClusterSecret.VARIABLE, "of the environment");
    private static final String SECRET = "spark.authenticate.secret";

    private static SparkConf on(String master) {
        return new SparkConf(false).setMaster(master).set("spark.authenticate", "true");
    }

    @Test
    void comesFromTheEnvironment() {
        var conf = on("spark://host:7077");
        ClusterSecret.addTo(conf, ENVIRONMENT);
        assertThat(conf.get(SECRET)).isEqualTo("of the environment");
    }

    @Test
    void staysAsItIsGiven() {
        var conf = on("spark://host:7077").set(SECRET, "given");
        ClusterSecret.addTo(conf, ENVIRONMENT);
        assertThat(conf.get(SECRET)).isEqualTo("given");
    }

    @Test
    void isLeftToSparkElsewhere() {
        for (var master : new String[] {"yarn", "k8s://https://host:6443", "local[*]"}) {
            var conf = on(master);
            ClusterSecret.addTo(conf, ENVIRONMENT);
            assertThat(conf.contains(SECRET)).as(master).isFalse();
        }
        var open = new SparkConf(false).setMaster("spark://host:7077");
        ClusterSecret.addTo(open, ENVIRONMENT);
        assertThat(open.contains(SECRET)).isFalse();
    }

    @Test
    void isAskedForWhereItIsMissing() {
        assertThatThrownBy(() -> ClusterSecret.addTo(on("spark://host:7077"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("spark://host:7077")
                .hasMessageContaining("export _SPARK_AUTH_SECRET");
    }
}
