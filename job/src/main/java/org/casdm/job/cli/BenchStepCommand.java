package org.casdm.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.casdm.job.bench.StepBenchmark;
import org.casdm.job.bench.StepSettings;
import org.casdm.lpips.LpipsSpec;
import org.casdm.lpips.Trunk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casdm bench step}. */
@Command(name = "step",
        description = "Times the training step of cas-dm on random pictures: seconds, memory, and what each kind of "
                + "layer takes of it.",
        footerHeading = "%nExamples:%n",
        footer = "  casdm bench step --channels 128 --batch 8 --lpips")
final class BenchStepCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--size", paramLabel = "PIXELS", defaultValue = "32",
            description = "Side of the pictures (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--channels", paramLabel = "N", defaultValue = "64",
            description = "Base width of both networks, a multiple of 32 (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(names = "--res-blocks", paramLabel = "N", defaultValue = "2",
            description = "Residual blocks in each level (default: ${DEFAULT-VALUE}).")
    private int residualBlocks;

    @Option(names = "--heads", paramLabel = "N", defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(names = "--mult", paramLabel = "N", split = ",", defaultValue = "1,2,2,2",
            description = "Width of each level as a multiple of the base width (default: ${DEFAULT-VALUE}).")
    private List<Integer> multipliers;

    @Option(names = "--attention", paramLabel = "N", split = ",", defaultValue = "2,4",
            description = "Downsampling factors with attention (default: ${DEFAULT-VALUE}).")
    private List<Integer> attention;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16",
            description = "Pictures a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of arithmetic (default: the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "8",
            description = "Steps that are timed, after two that are not (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--lpips", description = "With LPIPS (VGG-16, random weights) among the losses.")
    private boolean lpips;

    @Option(names = "--lpips-resize", description = "With LPIPS at 224 pixels, whatever the pictures have.")
    private boolean resize;

    @Override
    public Integer call() throws Exception {
        var report = new StepBenchmark(settings()).run();
        spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
        return ExitCode.DONE;
    }

    private StepSettings settings() {
        var metric = lpips || resize ? Optional.of(new LpipsSpec(Trunk.VGG,
                resize ? LpipsSpec.Resize.TO_224 : LpipsSpec.Resize.NONE)) : Optional.<LpipsSpec>empty();
        try {
            return new StepSettings(size, channels, residualBlocks, heads, multipliers, attention, batch, threads,
                    steps, metric);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
