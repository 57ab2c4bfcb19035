package org.casdm.job.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import scala.collection.JavaConverters;

/**
 * Numbers about a job for those who run it, in the metrics system of Spark's driver: wherever the user's {@code
 * metrics.properties} sends metrics (Prometheus, Graphite, JMX, CSV ...), they are there as {@code
 * <namespace>.driver.casdm.<command>.<name>}.
 *
 * <p>They stay, with their last values, until the Spark context ends or the next job of the same command begins. Safe
 * for use from several threads.
 */
public final class OperatorMetrics implements Source {

    private static final String PROGRAM = "casdm.";

    private final String name;
    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, Number> values = new ConcurrentHashMap<>();

    private OperatorMetrics(String name) {
        this.name = name;
    }

    /**
     * Registers the metrics of a job with the driver of the running Spark context, in the place of an earlier job's.
     *
     * @param command {@code train}, {@code sample} and so on
     */
    public static OperatorMetrics register(String command) {
        var metrics = new OperatorMetrics(PROGRAM + command);
        MetricsSystem system = SparkEnv.get().metricsSystem();
        JavaConverters.seqAsJavaList(system.getSourcesByName(metrics.name)).forEach(system::removeSource);
        system.registerSource(metrics);
        return metrics;
    }

    /** Sets a number, which appears with its first value. */
    public void set(String metric, Number value) {
        if (values.put(metric, value) == null) {
            read(metric, () -> values.get(metric));
        }
    }

    /** Adds to a whole number that starts from 0. Not for numbers that several threads add to. */
    public void add(String metric, long more) {
        set(metric, values.getOrDefault(metric, 0L).longValue() + more);
    }

    /**
     * Adds a number that is asked for whenever somebody looks.
     *
     * @param value called from Spark's threads
     */
    public void read(String metric, Supplier<Number> value) {
        Gauge<Number> gauge = value::get;
        registry.register(metric, gauge);
    }

    @Override
    public String sourceName() {
        return name;
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }
}
