package org.casdm.engine.libtorch.device;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A GPU as nvidia-smi lists it, in the order of the PCI bus.
 *
 * @param index nvidia-smi's number, from 0
 * @param uuid such as "GPU-8b1a0a4c-..."
 * @param name such as "NVIDIA A100-SXM4-40GB"
 * @param capability compute capability such as "8.0"
 * @param memoryBytes its memory; 0 where it has none of its own
 */
record SmiGpu(int index, String uuid, String name, String capability, long memoryBytes) {

    private static final String[] QUERY = {
        "--query-gpu=index,uuid,name,compute_cap,memory.total", "--format=csv,noheader,nounits"
    };

    /**
     * All GPUs of the machine.
     *
     * @throws IOException if nvidia-smi fails or prints something else
     */
    static List<SmiGpu> query(CudaMachine machine) throws IOException {
        var gpus = new ArrayList<SmiGpu>();
        for (var line : machine.nvidiaSmi(QUERY).lines().toList()) {
            gpus.add(parse(line));
        }
        return gpus;
    }

    private static SmiGpu parse(String line) throws IOException {
        var fields = line.split(",");
        try {
            var mebibytes = fields[4].strip();
            return new SmiGpu(
                    Integer.parseInt(fields[0].strip()),
                    fields[1].strip(),
                    fields[2].strip(),
                    fields[3].strip(),
                    // "[N/A]" for GPUs that share the processor's memory.
                    mebibytes.startsWith("[") ? 0 : Long.parseLong(mebibytes) << 20);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("nvidia-smi lists its GPUs in an unknown form: " + line, e);
        }
    }

    /** Whether an entry of CUDA_VISIBLE_DEVICES names this GPU: its number, or the beginning of its UUID. */
    boolean isNamed(String entry) {
        return entry.equals(Integer.toString(index)) || entry.startsWith("GPU-") && uuid.startsWith(entry);
    }

    /** A part (MIG instance) of such a GPU; how much memory it has is not known here. */
    SmiGpu part() {
        return new SmiGpu(index, uuid, name + " (MIG instance)", capability, 0);
    }
}
