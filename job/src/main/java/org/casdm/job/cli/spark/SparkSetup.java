package org.casdm.job.cli.spark;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.util.JavaUtils;
import org.casdm.config.CasdmConfig;
import org.casdm.config.ConfigException;
import org.casdm.engine.libtorch.device.NativeLibraries;
import org.casdm.job.rounds.RoundTrainingMaster;
import org.casdm.job.rounds.exchange.StateExchange;

/**
 * The settings that the Spark context starts with. Highest first: section {@code spark} of the configuration, what
 * spark-submit was given, and what is filled in here where nothing is said.
 */
public final class SparkSetup {

    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");
    private static final String MAIN_CLASS = "org.casdm.job.cli.Casdm";
    private static final String APP_NAME = "spark.app.name";
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String EXECUTOR_MEMORY = "spark.executor.memory";
    private static final String MEMORY_OVERHEAD = "spark.executor.memoryOverhead";
    private static final long MIB = 1 << 20;
    /** What a process takes beside heap and arrays, in MiB. */
    private static final long REST_OF_PROCESS = 1024;

    private SparkSetup() {}

    /** The settings for a job of that name. */
    public static SparkConf of(CasdmConfig config, String command) {
        return complete(new SparkConf(), config, command);
    }

    /**
     * The settings for a job that has no configuration file.
     *
     * @param settings Spark's, by their full names
     * @param name     of the application
     */
    public static SparkConf of(Map<String, String> settings, String name) {
        return complete(new SparkConf(), settings, name);
    }

    /** @param conf what spark-submit was given */
    public static SparkConf complete(SparkConf conf, CasdmConfig config, String command) {
        conf.setIfMissing(
                StateExchange.PORT, Integer.toString(config.execution().averagingPort()));
        return RoundTrainingMaster.configure(complete(
                conf,
                config.spark(),
                "casdm " + command + config.run().folder().map(" "::concat).orElse("")));
    }

    private static SparkConf complete(SparkConf conf, Map<String, String> settings, String name) {
        var unreachable = ProcessEnvironment.settleHost(System.getenv());
        settings.forEach(conf::set);
        conf.setIfMissing("spark.master", "local[*]");
        if (conf.get(APP_NAME, MAIN_CLASS).equals(MAIN_CLASS)) {
            // spark-submit's default says nothing.
            conf.set(APP_NAME, name);
        }
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        S3aDefaults.fill(new Configuration(), (key, value) -> conf.setIfMissing(HadoopSettings.PREFIX + key, value));
        var master = conf.get("spark.master");
        if (master.startsWith("local")) {
            // Nothing outside of this machine is to be reached, or reaches in.
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.ui.enabled", "false");
        } else if (unreachable.isPresent()) {
            throw new ConfigException(List.of("spark.master = " + master + ": " + unreachable.get()));
        }
        var localCluster = LOCAL_CLUSTER.matcher(master);
        if (localCluster.matches()) {
            unreachable.ifPresent(reason -> conf.setIfMissing("spark.executorEnv.SPARK_LOCAL_HOSTNAME", "localhost"));
            if (ProcessEnvironment.userIsUnknown()) {
                throw new ConfigException(List.of("spark.master = " + master + ": this user id has no entry in "
                        + "/etc/passwd, without which executors do not start. Add one, or use local[N]"));
            }
            conf.setIfMissing("spark.executor.cores", localCluster.group(1));
            conf.setIfMissing(EXECUTOR_MEMORY, localCluster.group(2) + "m");
            // The executors are processes of this machine: they load LibTorch's native code from where this one does.
            var classPath = Stream.concat(jobJar().stream(), NativeLibraries.location().map(Path::toString).stream())
                    .collect(Collectors.joining(File.pathSeparator));
            if (!classPath.isEmpty()) {
                conf.setIfMissing("spark.executor.extraClassPath", classPath);
            }
        } else if (!master.startsWith("local") && !conf.contains("spark.jars")) {
            jobJar().ifPresent(jar -> conf.setJars(new String[] {jar}));
        }
        if (!master.startsWith("local[") && !master.equals("local")) {
            executors(conf);
        }
        ClusterSecret.addTo(conf, System.getenv());
        return conf;
    }

    private static void executors(SparkConf conf) {
        // As the launcher does for the driver: threads that wait for work sleep instead of spinning.
        conf.setIfMissing("spark.executorEnv.OMP_WAIT_POLICY", "passive");
        // Files are called the same on the driver and on executors.
        conf.setIfMissing("spark.executorEnv.LC_ALL", "C.UTF-8");
        if (conf.contains("spark.executor.cores")) {
            conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", conf.get("spark.executor.cores"));
            // One task a GPU, with its share of the cores; Spark warns of idle ones otherwise.
            int gpus = conf.getInt("spark.executor.resource.gpu.amount", 0);
            if (gpus > 0) {
                conf.setIfMissing(
                        "spark.task.cpus",
                        Integer.toString(Math.max(1, conf.getInt("spark.executor.cores", 1) / gpus)));
            }
        }
        if (conf.contains("spark.executor.resource.gpu.amount")) {
            // A GPU that drops out fails every task of its process: after two attempts there, others take them.
            conf.setIfMissing("spark.excludeOnFailure.enabled", "true");
            conf.setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", "2");
            conf.setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "3");
        }
        boolean containers = inContainers(conf);
        if (containers && !conf.contains("spark.executor.memoryOverheadFactor")) {
            conf.setIfMissing(MEMORY_OVERHEAD, heap(conf) + REST_OF_PROCESS + "m");
        }
        var options = conf.get(EXECUTOR_OPTIONS, "");
        if (!options.contains("org.bytedeco.javacpp.max")) {
            options = (options + " " + arrayMemory(conf, containers)).strip();
        }
        if (!options.contains("G1HeapRegionSize")) {
            // As the launcher does for the driver: decoded pictures are objects like any other.
            options += " -XX:G1HeapRegionSize=4m";
        }
        if (!options.contains("jdk.incubator.vector")) {
            // Java's access to vector instructions, with which the engine nd4j is faster.
            options += " --add-modules=jdk.incubator.vector";
        }
        conf.set(EXECUTOR_OPTIONS, options);
    }

    /** Whether the cluster kills an executor that takes more than heap and overhead together. */
    private static boolean inContainers(SparkConf conf) {
        return conf.get("spark.master").equals("yarn")
                || conf.get("spark.master").startsWith("k8s://");
    }

    private static long heap(SparkConf conf) {
        return JavaUtils.byteStringAsMb(conf.get(EXECUTOR_MEMORY, "1g"));
    }

    /**
     * Arrays live outside of the heap: in what Spark reserves beside it if that is given, else in as much again. The
     * limit on the whole process is a gibibyte above their sum: threads, code, native libraries. In a container it is
     * the container's, so that a failure with a message comes before the kill without one.
     */
    private static String arrayMemory(SparkConf conf, boolean containers) {
        long heap = heap(conf);
        long beside = conf.contains(MEMORY_OVERHEAD) ? JavaUtils.byteStringAsMb(conf.get(MEMORY_OVERHEAD)) : heap;
        long arrays = containers ? Math.max(beside - REST_OF_PROCESS, beside / 2) : beside;
        long process = heap + (containers ? beside : arrays + REST_OF_PROCESS);
        return "-Dorg.bytedeco.javacpp.maxbytes=" + arrays * MIB + " -Dorg.bytedeco.javacpp.maxphysicalbytes="
                + process * MIB;
    }

    /** The jar that this class is from; empty where it is from compiled classes. */
    private static Optional<String> jobJar() {
        var jars = JavaSparkContext.jarOfClass(SparkSetup.class);
        return jars.length == 0 ? Optional.empty() : Optional.of(jars[0]);
    }
}
