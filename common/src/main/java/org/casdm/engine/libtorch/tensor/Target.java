package org.casdm.engine.libtorch.tensor;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.casdm.engine.Arithmetic;
import org.casdm.engine.Arithmetic.Precision;
import org.casdm.network.nd4j.kernel.BlasThreads;

/**
 * Where LibTorch computes and with what numbers, and the way there and back.
 *
 * @param device index of the GPU, or {@link org.casdm.engine.Device#CPU}
 * @param products type of the operands of products and convolutions
 * @param tf32 whether a GPU rounds float32 operands of products to 10 bits of mantissa
 * @param threads host threads
 */
public record Target(int device, ScalarType products, boolean tf32, int threads) {

    public static Target of(org.casdm.engine.Device device, Arithmetic arithmetic) {
        return new Target(
                device.index(),
                arithmetic.precision() == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float,
                arithmetic.precision() == Precision.TF32,
                arithmetic.threads());
    }

    /** Starts a GPU: pinned memory is made in a context that there is; without one, on the first GPU, which is another's. */
    public void start() {
        use();
        if (isGpu()) {
            Tensors.owned(() -> zeros(ScalarType.Float, 1)).releaseReference();
        }
    }

    /**
     * Before computing: sets the number of host threads, which LibTorch keeps for each thread, and on a GPU what it keeps
     * for the process: TF32, and cuDNN's search for the fastest convolution (shapes are fixed).
     */
    public void use() {
        // Setting it forgets what oneDNN has prepared.
        if (torch.get_num_threads() != threads) {
            torch.set_num_threads(threads);
        }
        if (!isGpu()) {
            BlasThreads.stayInCallersThreads();
        }
        if (isGpu()) {
            try (var context = torch.globalContext()) {
                context.setAllowTF32CuBLAS(tf32);
                context.setAllowTF32CuDNN(tf32);
                context.setBenchmarkCuDNN(true);
            }
        }
    }

    public boolean isGpu() {
        return device != org.casdm.engine.Device.CPU;
    }

    /** Whether products are computed in fewer bits than parameters have. */
    public boolean isMixed() {
        return products != ScalarType.Float;
    }

    private Device place() {
        return isGpu() ? new Device(DeviceType.CUDA, (byte) device) : new Device(DeviceType.CPU);
    }

    private TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type)).device(new DeviceOptional(place()));
    }

    /** Zeros of a type. */
    public Tensor zeros(ScalarType type, long... shape) {
        return torch.zeros(shape, options(type));
    }

    /** A float32 tensor of values from the heap. From pinned memory, so that a GPU fetches it while it computes. */
    public Tensor upload(float[] values, int start, long... shape) {
        var staging = staging(ScalarType.Float, shape);
        staging.data_ptr_float().put(values, start, Math.toIntExact(staging.numel()));
        return toDevice(staging);
    }

    /** Indices from the heap. */
    public Tensor upload(int[] values, int start, int count) {
        var staging = staging(ScalarType.Int, count);
        staging.data_ptr_int().put(values, start, count);
        return toDevice(staging);
    }

    /**
     * Images from the heap.
     *
     * @param values [images, height, width, channels]
     * @return [images, channels, height, width]
     */
    public Tensor uploadImages(float[] values, int first, int images, long height, long width, long channels) {
        int start = Math.toIntExact(first * height * width * channels);
        return inFormat(upload(values, start, images, height, width, channels).permute(0, 3, 1, 2));
    }

    private Tensor staging(ScalarType type, long... shape) {
        var options = new TensorOptions().dtype(new ScalarTypeOptional(type));
        return torch.empty(shape, isGpu() ? options.pinned_memory(new BoolOptional(true)) : options, formatOptional());
    }

    private static MemoryFormatOptional formatOptional() {
        return new MemoryFormatOptional();
    }

    private Tensor toDevice(Tensor staging) {
        return isGpu() ? staging.to(place(), staging.scalar_type(), true, false, formatOptional()) : staging;
    }

    /** Moves host memory, which is not copied on the CPU. */
    public Tensor fromHost(FloatPointer host, long length) {
        return toDevice(host(host, length));
    }

    /** Host memory as a tensor, without a copy. */
    public static Tensor host(Pointer host, long length) {
        return torch.from_blob(host, new long[] {length}, new TensorOptions(ScalarType.Float));
    }

    /** Images in the order of elements that convolutions work on best. */
    Tensor inFormat(Tensor images) {
        return images.contiguous(format());
    }

    /** The order of elements of images and kernels. */
    MemoryFormat format() {
        return channelsLast() ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
    }

    /** Whether channels are the innermost dimension, as tensor cores require. */
    public boolean channelsLast() {
        return isGpu();
    }

    /** A tensor as operand of a product; a change of type makes it contiguous. */
    public Tensor forProduct(Tensor tensor) {
        return isMixed() ? inFormat(tensor, MemoryFormat.Contiguous) : tensor;
    }

    /** Images as operand of a convolution: type and order of elements are changed in one pass. */
    public Tensor forConvolution(Tensor images) {
        return inFormat(images, format());
    }

    private Tensor inFormat(Tensor tensor, MemoryFormat format) {
        return tensor.to(products, false, false, new MemoryFormatOptional(format));
    }

    /** Float32 values on the heap, in C order. */
    public static void download(Tensor tensor, float[] values, int start) {
        var host = tensor.to(new Device(DeviceType.CPU), ScalarType.Float).contiguous(MemoryFormat.Contiguous);
        host.data_ptr_float().get(values, start, Math.toIntExact(host.numel()));
    }

    /** Images [images, channels, height, width] on the heap as [images, height, width, channels]. */
    public static void downloadImages(Tensor images, float[] values, int start) {
        download(images.permute(0, 2, 3, 1), values, start);
    }
}
