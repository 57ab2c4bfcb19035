package org.casdm.engine.libtorch.device;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** What {@link CudaCheck} asks a machine; tests give other answers. */
interface CudaMachine {

    /**
     * Loads a shared library as the dynamic linker finds it, for all that is loaded later.
     *
     * @param library a file name such as "libcudart.so.13", or a path
     * @return the linker's message if it cannot be loaded
     */
    Optional<String> load(String library);

    /**
     * What nvidia-smi prints.
     *
     * @throws IOException if it is not installed, fails or does not answer; the message says which
     */
    String nvidiaSmi(String... arguments) throws IOException;

    /** An environment variable of this process; empty if it is not set. */
    Optional<String> environment(String variable);

    /** The name of the machine. */
    String host();

    /** This process's machine. */
    static CudaMachine here() {
        return new Here();
    }

    /** This process's machine. */
    final class Here implements CudaMachine {

        /** nvidia-smi waits for good on a GPU that has failed; a machine with eight GPUs takes some seconds. */
        private static final int LONGEST_WAIT_SECONDS = 60;

        @Override
        public Optional<String> load(String library) {
            try {
                Loader.loadGlobal(library);
                return Optional.empty();
            } catch (UnsatisfiedLinkError e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public String nvidiaSmi(String... arguments) throws IOException {
            var printed = Files.createTempFile("nvidia-smi", ".txt");
            try {
                var command = Stream.concat(Stream.of("nvidia-smi"), Stream.of(arguments))
                        .toList();
                var process = start(
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile()));
                if (!process.waitFor(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IOException("nvidia-smi does not answer within " + LONGEST_WAIT_SECONDS + " s");
                }
                var text = Files.readString(printed).strip();
                if (process.exitValue() != 0) {
                    throw new IOException("nvidia-smi fails: " + text);
                }
                return text;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while nvidia-smi ran", e);
            } finally {
                Files.delete(printed);
            }
        }

        private static Process start(ProcessBuilder builder) throws IOException {
            try {
                return builder.start();
            } catch (IOException e) {
                throw new IOException("nvidia-smi cannot be started; is it installed?", e);
            }
        }

        @Override
        public Optional<String> environment(String variable) {
            return Optional.ofNullable(System.getenv(variable));
        }

        @Override
        public String host() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "this machine";
            }
        }
    }
}
