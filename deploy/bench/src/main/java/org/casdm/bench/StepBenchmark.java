package org.casdm.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.casdm.cascade.ModelTensors;
import org.casdm.engine.Computer;
import org.casdm.engine.HostState;
import org.casdm.engine.nd4j.Nd4jEngine;
import org.casdm.lpips.Lpips;
import org.casdm.lpips.LpipsWeights;
import org.casdm.network.nd4j.LayerClock;
import org.casdm.optimizer.ExponentialMovingAverage;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/** Times the training step as a worker takes it: noise, both networks forward and backward, AdamW, EMA. */
public final class StepBenchmark {

    private static final int WARM_UP = 2;
    private static final double EMA_RATE = 0.9999;
    private static final double NANOSECONDS = 1e9;

    private final StepSettings settings;
    private final Computer computer;
    private final MeasuringClock clock = new MeasuringClock();
    private final Map<LayerClock.Kind, Long> nanoseconds = new EnumMap<>(LayerClock.Kind.class);
    private final Map<LayerClock.Kind, Long> operations = new EnumMap<>(LayerClock.Kind.class);
    private long optimizerNanoseconds;
    private double processorSeconds;

    /** @param computer what is measured; ND4J tells what each kind of layer takes too */
    public StepBenchmark(StepSettings settings, Computer computer) {
        this.settings = settings;
        this.computer = computer;
    }

    /** Runs; the result is what is printed as JSON. Times are medians or means of the timed steps, in seconds. */
    public Map<String, Object> run() throws IOException {
        return computer.engine() instanceof Nd4jEngine ? byLayers() : byEngine();
    }

    private Map<String, Object> byEngine() throws IOException {
        var plan = BenchGraphs.plan(settings, computer);
        var tensors = new ModelTensors(settings.model());
        long length = tensors.length();
        var batches = new BenchBatches(settings);
        var seconds = new double[settings.steps()];
        try (var parameters = new FloatPointer(length);
                var moments = new FloatPointer(2 * length);
                var step = computer.engine().trainingStep(plan, computer.device())) {
            settings.initialise(parameters);
            Pointer.memset(moments, 0, 2 * length * Float.BYTES);
            step.load(new HostState(
                    parameters,
                    new FloatPointer(moments).limit(length),
                    moments.getPointer(length).limit(length)));
            for (var i = 0; i < WARM_UP + settings.steps(); i++) {
                var batch = batches.engineBatch(i, 0);
                var processor = ProcessorTime.seconds();
                var start = System.nanoTime();
                step.step(batch, i, i);
                if (i >= WARM_UP) {
                    seconds[i - WARM_UP] = (System.nanoTime() - start) / NANOSECONDS;
                    processorSeconds += ProcessorTime.seconds() - processor;
                }
            }
        }
        return report(seconds, length);
    }

    private Map<String, Object> byLayers() throws IOException {
        try (var graph = BenchGraphs.create(settings)) {
            var rate = MatrixProductRate.gigaflops();
            settings.lpips()
                    .ifPresent(spec ->
                            graph.setLpips(new Lpips(spec, LpipsWeights.random(spec.trunk()), settings.threads())));
            graph.setClock(clock);
            var updates = new UpdateTimes();
            graph.setListeners(updates);
            var batches = new BenchBatches(settings);
            var ema = new ExponentialMovingAverage(EMA_RATE, graph.params().dup());
            var seconds = new double[settings.steps()];
            for (var step = 0; step < WARM_UP + settings.steps(); step++) {
                clock.takeCosts();
                updates.nanoseconds = 0;
                var processor = ProcessorTime.seconds();
                var start = System.nanoTime();
                graph.fit(batches.batch(step, 0));
                var update = System.nanoTime();
                ema.update(graph.params(), 1);
                var end = System.nanoTime();
                if (step >= WARM_UP) {
                    seconds[step - WARM_UP] = (end - start) / NANOSECONDS;
                    processorSeconds += ProcessorTime.seconds() - processor;
                    add(updates.nanoseconds + end - update);
                }
            }
            var report = report(seconds, graph.params().length());
            report.put("matrix_product_gflops", Rounding.digits(rate, 1));
            report.put("layers", layers(rate));
            return report;
        }
    }

    private void add(long ofOptimizer) {
        optimizerNanoseconds += ofOptimizer;
        clock.takeCosts().forEach((kind, cost) -> {
            nanoseconds.merge(kind, cost.nanoseconds(), Long::sum);
            operations.merge(kind, cost.operations(), Long::sum);
        });
    }

    private Map<String, Object> report(double[] seconds, long parameters) throws IOException {
        var median = Median.of(seconds);
        var report = new LinkedHashMap<String, Object>();
        report.put("program", "casdm");
        report.put("computer", computer.toString());
        report.put("config", config());
        report.put("parameters", parameters);
        report.put("seconds_per_step", Rounding.digits(median, 4));
        report.put("processor_seconds_per_step", Rounding.digits(processorSeconds / settings.steps(), 4));
        report.put("images_per_second", Rounding.digits(settings.batch() / median, 3));
        PeakMemory.mebibytes().ifPresent(peak -> report.put("peak_mib", peak));
        return report;
    }

    private Map<String, Object> config() {
        var config = settings.describe();
        config.put("lpips", settings.metric() != StepSettings.Metric.NONE);
        return config;
    }

    /** Mean milliseconds a step of each kind, and its share of the rate of matrix products where it has any. */
    private Map<String, Object> layers(double rate) {
        var layers = new LinkedHashMap<String, Object>();
        nanoseconds.forEach((kind, total) -> {
            // The optimizer runs while no layer does.
            var own = kind == LayerClock.Kind.REST ? total - optimizerNanoseconds : total;
            layers.put(kind.name().toLowerCase(Locale.ROOT), layer(own, operations.get(kind), rate));
        });
        layers.put("optimizer", layer(optimizerNanoseconds, 0, rate));
        return layers;
    }

    private Map<String, Object> layer(long time, long done, double rate) {
        var layer = new LinkedHashMap<String, Object>();
        layer.put("milliseconds", Rounding.digits(time / 1e6 / settings.steps(), 2));
        if (done > 0) {
            layer.put("gflop", Rounding.digits(done / 1e9 / settings.steps(), 3));
            layer.put("share_of_matrix_product_rate", Rounding.digits((double) done / time / rate, 3));
        }
        return layer;
    }

    /** DL4J tells when the gradients are there, and when the parameters have changed. */
    private static final class UpdateTimes extends BaseTrainingListener {

        private long gradientsAt;
        private long nanoseconds;

        @Override
        public void onGradientCalculation(Model model) {
            gradientsAt = System.nanoTime();
        }

        @Override
        public void iterationDone(Model model, int iteration, int epoch) {
            nanoseconds += System.nanoTime() - gradientsAt;
        }
    }
}
