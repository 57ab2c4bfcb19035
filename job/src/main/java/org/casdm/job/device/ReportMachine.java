package org.casdm.job.device;

import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;
import org.casdm.engine.nd4j.Nd4jBackend;

/** A task that reports what its executor's machine can compute on. */
public final class ReportMachine implements Function<Integer, MachineReport> {

    private static final long serialVersionUID = 1L;

    @Override
    public MachineReport call(Integer task) {
        var report = MachineReport.here();
        var executor = "executor " + SparkEnv.get().executorId() + " on " + Nd4jBackend.host() + ": ";
        return new MachineReport(report.lines().stream().map(executor::concat).toList(), report.usable());
    }
}
