package org.casdm.engine;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.casdm.config.CasdmConfig;
import org.casdm.config.CasdmConfig.EngineChoice;

/** The engines of this program, found as services. */
public final class Engines {

    private static final String CPU_INSTEAD = "Set execution.device = cpu to compute on the CPU";

    private Engines() {}

    /** An engine's own class may be loaded before its native libraries; {@link Engine#devices} is what needs them. */
    static Engine named(EngineChoice choice) {
        return ServiceLoader.load(Engine.class, Engines.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(engine -> engine.name().equals(choice.text()))
                .findFirst()
                .orElseThrow(() -> new EngineException("This program has no engine " + choice.text()));
    }

    /**
     * An engine on this machine.
     *
     * @param engine the engine
     * @param request what was asked for
     * @param devices all that the engine finds
     * @param insteadOf why an engine with a GPU was not taken, where one was looked for; empty otherwise
     */
    public record Selection(Engine engine, EngineRequest request, List<Device> devices, Optional<String> insteadOf) {

        /** The GPUs, if computing on one is wanted or possible. */
        public List<Device> gpus() {
            return request.device() == CasdmConfig.Device.CPU
                    ? List.of()
                    : devices.stream().filter(device -> !device.isCpu()).toList();
        }

        /** The numbers of the GPUs that can be used. */
        public List<Integer> usableGpus() {
            return gpus().stream()
                    .filter(gpu -> gpu.refusal().isEmpty())
                    .map(Device::index)
                    .toList();
        }

        /**
         * A GPU by its number.
         *
         * @throws EngineException if there is none of this number, or the engine cannot use it
         */
        public Computer gpu(int index) {
            var gpu = gpus().stream()
                    .filter(device -> device.index() == index)
                    .findFirst()
                    .orElseThrow(() -> new EngineException(
                            gpus().isEmpty()
                                    ? "GPU " + index + " is assigned, but " + withoutGpu()
                                    : "GPU " + index + " is assigned, but the engine " + engine.name() + " sees "
                                            + gpus().size() + " GPUs: check CUDA_VISIBLE_DEVICES and the discovery"
                                            + " script"));
            gpu.refusal().ifPresent(refusal -> {
                throw new EngineException(refusal);
            });
            return new Computer(engine, gpu, Computer.precision(engine, gpu, request.precision()));
        }

        /**
         * The processor.
         *
         * @throws EngineException if a GPU was asked for, or the engine computes on GPUs only
         */
        public Computer cpu() {
            if (request.device() == CasdmConfig.Device.GPU) {
                throw new EngineException("execution.device is gpu, but " + withoutGpu());
            }
            var cpu = devices.stream()
                    .filter(Device::isCpu)
                    .findFirst()
                    .orElseThrow(() -> new EngineException("execution.device is cpu, but the engine " + engine.name()
                            + " of this job jar computes on GPUs: build it without -Pcuda, or set execution.engine ="
                            + " libtorch"));
            return new Computer(engine, cpu, Computer.precision(engine, cpu, request.precision()));
        }

        /** For a program that is the only one on its machine: the first GPU that can be used, else the processor. */
        public Computer local() {
            return usableGpus().stream().findFirst().map(this::gpu).orElseGet(this::cpu);
        }

        /** Why there is no GPU to compute on, and what to do. */
        private String withoutGpu() {
            var refused = devices.stream()
                    .flatMap(device -> device.refusal().stream())
                    .collect(Collectors.joining("; "));
            var why = insteadOf.orElse(refused.isEmpty() ? "it finds no GPU" : refused);
            return "the engine " + engine.name() + " computes on the CPU here: " + stripped(why) + ". " + CPU_INSTEAD;
        }

        private static String stripped(String sentence) {
            return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
        }
    }

    /**
     * Finds an engine on this machine; {@code auto} is LibTorch where it has a GPU that it can use, else ND4J.
     *
     * @throws EngineException if the engine that is asked for cannot be started; the message says what is missing
     */
    public static Selection select(EngineRequest request) {
        if (request.engine() != EngineChoice.AUTO) {
            var engine = named(request.engine());
            return new Selection(engine, request, engine.devices(), Optional.empty());
        }
        var nd4j = named(EngineChoice.ND4J);
        if (request.device() == CasdmConfig.Device.CPU) {
            return new Selection(nd4j, request, nd4j.devices(), Optional.empty());
        }
        String obstacle;
        try {
            var engine = named(EngineChoice.LIBTORCH);
            var found = new Selection(engine, request, engine.devices(), Optional.empty());
            if (!found.usableGpus().isEmpty()) {
                return found;
            }
            obstacle =
                    found.gpus().stream().flatMap(gpu -> gpu.refusal().stream()).collect(Collectors.joining("; "));
        } catch (EngineException e) {
            obstacle = e.getMessage();
        }
        return new Selection(
                nd4j, request, nd4j.devices(), obstacle.isEmpty() ? Optional.empty() : Optional.of(obstacle));
    }

    /** A constant's name as configuration files write it. */
    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
