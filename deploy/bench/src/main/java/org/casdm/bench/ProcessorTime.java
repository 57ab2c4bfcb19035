package org.casdm.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process has had of the processor's cores. */
final class ProcessorTime {

    private static final double NANOSECONDS = 1e9;

    private ProcessorTime() {}

    /** In seconds, all threads together, since the process began. */
    static double seconds() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / NANOSECONDS;
    }
}
