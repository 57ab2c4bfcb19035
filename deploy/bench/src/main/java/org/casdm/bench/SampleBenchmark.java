package org.casdm.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Computer;
import org.casdm.network.UNetParameters;
import org.casdm.random.CounterRandom;
import org.casdm.sampling.ImageNoise;
import org.casdm.sampling.Sampler;
import org.casdm.sampling.SamplerSettings;

/**
 * Times drawing: one pass of the first network, and one step of DDIM with both, as an executor's task computes them.
 * Processor time is told beside the time of the clock, for machines that are shared.
 */
public final class SampleBenchmark {

    private static final int WARM_UP = 2;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
    /** Small enough that values stay finite through any depth. */
    private static final float WEIGHT = 0.05f;

    private static final int COLOURS = 3;

    private final StepSettings settings;
    private final Computer computer;
    private final Arithmetic arithmetic;

    /**
     * @param settings its steps are the passes, and the steps of DDIM, that are timed; LPIPS has no part in it
     * @param computer what is measured
     */
    public SampleBenchmark(StepSettings settings, Computer computer) {
        this.settings = settings;
        this.computer = computer;
        arithmetic = computer.arithmetic(settings.threads());
    }

    /** Runs; the result is what is printed as JSON. Times are of one image: medians of the clock, means of the CPU. */
    public Map<String, Object> run() throws IOException {
        var model = settings.model();
        long thetaLength = UNetParameters.of(model.theta()).length();
        long length = thetaLength + UNetParameters.of(model.phi().orElseThrow()).length();
        try (var parameters = random(Math.toIntExact(length))) {
            var report = new LinkedHashMap<String, Object>();
            report.put("program", "casdm");
            report.put("computer", computer.toString());
            report.put("config", settings.describe());
            report.put("parameters", length);
            network(parameters, thetaLength).put("forward", report);
            step(parameters).put("step", report);
            PeakMemory.mebibytes().ifPresent(peak -> report.put("peak_mib", peak));
            return report;
        }
    }

    /**
     * What some images took.
     *
     * @param milliseconds of the clock, for one image
     * @param cpuMilliseconds of all processors together, for one image
     */
    private record Cost(double milliseconds, double cpuMilliseconds) {

        void put(String name, Map<String, Object> report) {
            report.put(name + "_ms_per_image", Rounding.digits(milliseconds, 3));
            report.put(name + "_cpu_ms_per_image", Rounding.digits(cpuMilliseconds, 3));
        }
    }

    /** Takes the time at the end of each round; those of the warm-up do not count. */
    private final class Stopwatch {

        private final double[] rounds = new double[settings.steps()];
        private long last = System.nanoTime();
        private long cpuStart;
        private int done = -WARM_UP;

        void roundDone() {
            long now = System.nanoTime();
            if (done >= 0) {
                rounds[done] = (now - last) / NANOSECONDS_PER_MILLISECOND / settings.batch();
            }
            done++;
            if (done == 0) {
                cpuStart = cpuNanoseconds();
            }
            last = now;
        }

        Cost cost() {
            double cpu = (cpuNanoseconds() - cpuStart) / NANOSECONDS_PER_MILLISECOND;
            return new Cost(Median.of(rounds), cpu / settings.steps() / settings.batch());
        }
    }

    private Cost network(FloatPointer parameters, long length) {
        int values = settings.batch() * settings.size() * settings.size() * COLOURS;
        var images = new float[values];
        CounterRandom.normal(CounterRandom.key(1), images, 0, values);
        var output = new float[values];
        var theta = parameters.getPointer(0).capacity(length);
        try (var network = computer.engine().denoiser(settings.model().theta(), theta, computer.device(), arithmetic)) {
            var watch = new Stopwatch();
            for (int pass = 0; pass < WARM_UP + settings.steps(); pass++) {
                network.forward(images, settings.batch(), settings.size(), 1, null, output);
                watch.roundDone();
            }
            return watch.cost();
        }
    }

    private Cost step(FloatPointer parameters) {
        var sampling = SamplerSettings.ddim(Integer.toString(WARM_UP + settings.steps()), 1);
        try (var sampler = new Sampler(
                computer.engine(),
                computer.device(),
                arithmetic,
                settings.model(),
                parameters,
                settings.size(),
                sampling)) {
            var watch = new Stopwatch();
            sampler.sample(new ImageNoise(1)::initial, 0, settings.batch(), null, state -> watch.roundDone());
            return watch.cost();
        }
    }

    private static FloatPointer random(int length) {
        var values = new float[length];
        CounterRandom.normal(CounterRandom.key(1), values, 0, length);
        for (int i = 0; i < length; i++) {
            values[i] *= WEIGHT;
        }
        return new FloatPointer(values);
    }

    private static long cpuNanoseconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
