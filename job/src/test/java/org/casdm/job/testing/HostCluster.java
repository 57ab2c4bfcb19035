package org.casdm.job.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/**
 * A standalone cluster of several hosts on this machine, each with an address of its own: 127.0.0.2, 127.0.0.3 ... The
 * driver is at 127.0.0.1. Executors have one core and are JVMs of their own.
 */
public final class HostCluster implements AutoCloseable {

    private static final String DRIVER = "127.0.0.1";
    private static final int ANY_PORT = 0;

    private final List<RpcEnv> environments = new ArrayList<>();
    private final SparkConf conf;

    /**
     * Starts the cluster.
     *
     * @param hosts                how many
     * @param executors            of each host
     * @param megabytesPerExecutor heap of each
     * @param folder               for the executors' files
     */
    public HostCluster(int hosts, int executors, int megabytesPerExecutor, Path folder) {
        conf = LocalCluster.withExecutors(executors, megabytesPerExecutor)
                .set("spark.executor.cores", "1")
                .set("spark.master.rest.enabled", "false")
                .set("spark.worker.ui.port", "0");
        var master = Master.startRpcEnvAndEndpoint(DRIVER, ANY_PORT, ANY_PORT, conf);
        environments.add(master._1());
        conf.setMaster("spark://" + master._1().address().hostPort());
        for (int host = 0; host < hosts; host++) {
            environments.add(Worker.startRpcEnvAndEndpoint(
                    "127.0.0." + (2 + host),
                    ANY_PORT,
                    ANY_PORT,
                    executors,
                    2 * executors * megabytesPerExecutor,
                    new String[] {conf.get("spark.master")},
                    folder.toString(),
                    Option.apply(host),
                    conf,
                    Option.empty()));
        }
        conf.set("spark.cores.max", Integer.toString(hosts * executors));
    }

    /** What a Spark context of the cluster needs. */
    public SparkConf conf() {
        return conf.clone();
    }

    /** Ends it, after the Spark context. */
    @Override
    public void close() {
        for (int i = environments.size() - 1; i >= 0; i--) {
            environments.get(i).shutdown();
            environments.get(i).awaitTermination();
        }
    }
}
