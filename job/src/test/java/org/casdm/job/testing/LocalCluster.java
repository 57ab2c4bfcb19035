package org.casdm.job.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.SparkConf;

/**
 * Spark configurations for tests, with executors in this JVM or in JVMs of their own.
 *
 * <p>Spark's {@code local-cluster} mode starts executors from {@code $SPARK_HOME/jars}. Surefire sets SPARK_HOME to a
 * folder under {@code target}; this class fills it with links to the jars of the test's class path. Folders of the class
 * path (compiled classes) are passed as {@code spark.executor.extraClassPath}.
 */
public final class LocalCluster {

    private LocalCluster() {}

    /** Executors as threads of this JVM; {@code master} is {@code local[...]}. */
    public static SparkConf inThisJvm(String master) {
        return new SparkConf(false)
                .setMaster(master)
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
    }

    /**
     * Executors as JVMs of their own, with one core each.
     *
     * @param executors          number of executors
     * @param megabytesPerExecutor heap of each
     */
    public static SparkConf withExecutors(int executors, int megabytesPerExecutor) {
        List<Path> classPath = classPath();
        prepareSparkHome(classPath);
        String folders = String.join(
                File.pathSeparator,
                classPath.stream()
                        .filter(Files::isDirectory)
                        .map(Path::toString)
                        .toList());
        return inThisJvm("local-cluster[" + executors + ",1," + megabytesPerExecutor + "]")
                .set("spark.executor.memory", megabytesPerExecutor + "m")
                .set("spark.executor.extraClassPath", folders)
                .set("spark.executor.extraJavaOptions", vectorModule())
                .set("spark.executorEnv.OMP_NUM_THREADS", "1");
    }

    /** Java's option for the module of vector instructions if this JVM has it: results are compared bit for bit. */
    public static String vectorModule() {
        String module = "jdk.incubator.vector";
        return ModuleLayer.boot().findModule(module).isPresent() ? "--add-modules=" + module : "";
    }

    /** The processes of the executors that this JVM's Spark has started, by their ids. */
    public static SortedMap<Integer, ProcessHandle> executors() {
        var executors = new TreeMap<Integer, ProcessHandle>();
        ProcessHandle.current().descendants().forEach(process -> {
            var arguments = Arrays.asList(process.info().arguments().orElse(new String[0]));
            int option = arguments.indexOf("--executor-id");
            if (option >= 0 && option + 1 < arguments.size()) {
                executors.put(Integer.parseInt(arguments.get(option + 1)), process);
            }
        });
        return executors;
    }

    private static List<Path> classPath() {
        // Surefire starts the JVM with a jar that only names the class path.
        String paths = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var list = new ArrayList<Path>();
        for (String path : paths.split(File.pathSeparator)) {
            if (Files.exists(Path.of(path))) {
                list.add(Path.of(path).toAbsolutePath());
            }
        }
        return list;
    }

    private static void prepareSparkHome(List<Path> classPath) {
        String home = System.getenv("SPARK_HOME");
        if (home == null || System.getenv("SPARK_SCALA_VERSION") == null) {
            throw new IllegalStateException("tests in local-cluster mode need the environment variables SPARK_HOME"
                    + " (a folder that this class fills, such as target/spark-home) and SPARK_SCALA_VERSION=2.12;"
                    + " Maven sets them");
        }
        var jars = new LinkedHashMap<String, Path>();
        for (Path entry : classPath) {
            if (Files.isRegularFile(entry)) {
                Path other = jars.putIfAbsent(entry.getFileName().toString(), entry);
                if (other != null && !other.equals(entry)) {
                    jars.put(jars.size() + "-" + entry.getFileName(), entry);
                }
            }
        }
        try {
            Path folder = Files.createDirectories(Path.of(home, "jars"));
            try (var present = Files.newDirectoryStream(folder)) {
                for (Path link : present) {
                    if (!Files.isSymbolicLink(link)) {
                        throw new IllegalStateException(
                                folder + " is not a folder of links: SPARK_HOME points to an" + " installed Spark");
                    }
                    Files.delete(link);
                }
            }
            for (var jar : jars.entrySet()) {
                Files.createSymbolicLink(folder.resolve(jar.getKey()), jar.getValue());
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException("another test fills " + home + " at the same time", e);
        } catch (IOException e) {
            throw new IllegalStateException("cannot fill " + home + ": " + e.getMessage(), e);
        }
    }
}
