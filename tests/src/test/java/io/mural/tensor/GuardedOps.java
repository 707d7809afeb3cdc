package io.mural.tensor;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs every kernel of a device with its result inside a larger tensor, and looks afterwards whether anything around it
 * changed, bit by bit. What lies around is NaN, so that a kernel which reads it shows in the result. A contiguous result stays
 * contiguous and as aligned as it was, with elements before and behind it; one in columns of a wider tensor gets other columns,
 * and rows above and below.
 */
final class GuardedOps extends Ops {
    /** No NaN that arithmetic makes. */
    private static final int SENTINEL = 0x7fc5a5a5;
    /** Elements before a contiguous result: a multiple of any vector. */
    private static final int BEFORE = 64;

    private static final int BEHIND = 67;
    private static final int LEFT = 5;
    private static final int RIGHT = 8;

    private final Ops device;
    private final String what;
    private final Set<String> kernels = new HashSet<>();

    /** @param what what is run, for messages */
    GuardedOps(String what, Ops device) {
        super(device.workspace());
        this.what = what;
        this.device = device;
    }

    /** The methods of {@link Ops} that have been called, kernels only. */
    Set<String> kernels() {
        return kernels;
    }

    @Override
    public Tensor tensor(float[] values, int... dims) {
        return device.tensor(values, dims);
    }

    @Override
    public float[] read(Tensor tensor) {
        return device.read(tensor);
    }

    @Override
    protected void enter(String unit) {
        device.enter(unit);
    }

    @Override
    protected void leave(String unit) {
        device.leave(unit);
    }

    @Override
    public void close() {
        device.close();
    }

    /** Runs a kernel that overwrites {@code out}. */
    void overwriting(String kernel, Tensor out, Consumer<Tensor> run) {
        guard(kernel, out, false, run);
    }

    /** Runs a kernel that changes {@code x}. */
    void changing(String kernel, Tensor x, Consumer<Tensor> run) {
        guard(kernel, x, true, run);
    }

    private void guard(String kernel, Tensor out, boolean filled, Consumer<Tensor> run) {
        kernels.add(kernel + "Kernel");
        boolean flat = out.contiguous();
        int left = flat ? BEFORE : LEFT;
        int rows = flat ? 1 : out.rows() + 2;
        int cols = flat ? Math.toIntExact(out.shape().size()) : out.cols();
        int width = left + cols + (flat ? BEHIND : RIGHT);
        var sentinels = new float[rows * width];
        Arrays.fill(sentinels, Float.intBitsToFloat(SENTINEL));
        var wide = device.tensor(sentinels, rows, width);
        var inner = flat ? wide : wide.rows(1, rows - 1);
        var view = inner.columns(left, left + cols);
        if (flat) {
            view = view.reshape(dims(out.shape()));
        }
        if (filled) {
            device.copyKernel(view, out);
        }
        run.accept(view);
        requireUntouched(kernel, device.read(wide), flat ? 0 : 1, rows, width, left, cols);
        device.copyKernel(out, view);
    }

    private void requireUntouched(String kernel, float[] values, int above, int rows, int width, int left, int cols) {
        for (int i = 0; i < values.length; i++) {
            int row = i / width;
            int col = i % width;
            boolean inside = row >= above && row < rows - above && col >= left && col < left + cols;
            if (!inside && Float.floatToRawIntBits(values[i]) != SENTINEL) {
                fail(
                        "%s: %s wrote %s beside its result, at row %d, column %d of it",
                        what, kernel, values[i], row - above, col - left);
            }
        }
    }

    private static int[] dims(Shape shape) {
        var dims = new int[shape.rank()];
        Arrays.setAll(dims, shape::dim);
        return dims;
    }

    // --- every kernel -----------------------------------------------------------------------------------------------

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        overwriting("linear", out, view -> device.linearKernel(view, x, layer, f));
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {
        overwriting("embedding", out, view -> device.embeddingKernel(view, table, ids));
    }

    @Override
    protected void activateKernel(Tensor x, Activation f) {
        changing("activate", x, view -> device.activateKernel(view, f));
    }

    @Override
    protected void addKernel(Tensor x, Tensor y) {
        changing("add", x, view -> device.addKernel(view, y));
    }

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {
        changing("multiply", x, view -> device.multiplyKernel(view, y));
    }

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {
        changing("addGated", x, view -> device.addGatedKernel(view, gate, y));
    }

    @Override
    protected void copyKernel(Tensor out, Tensor x) {
        overwriting("copy", out, view -> device.copyKernel(view, x));
    }

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {
        overwriting("mixRows", out, view -> device.mixRowsKernel(view, x, mix));
    }

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {
        overwriting("layerNorm", out, view -> device.layerNormKernel(view, x, gain, shift, gainOffset, eps));
    }

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {
        if (out == x) {
            changing("rmsNorm", x, view -> device.rmsNormKernel(view, view, weight, eps));
        } else {
            overwriting("rmsNorm", out, view -> device.rmsNormKernel(view, x, weight, eps));
        }
    }

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {
        changing("normRope", x, view -> device.normRopeKernel(view, weight, eps, rope));
    }

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {
        changing("rope", x, view -> device.ropeKernel(view, rope));
    }

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        overwriting("groupNorm", out, view -> device.groupNormKernel(view, x, moments, weight, bias, eps, f));
    }

    /** Its result is no tensor. */
    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        kernels.add("momentsKernel");
        return device.momentsKernel(x, groups);
    }

    @Override
    protected void attentionKernel(AttentionCall call) {
        overwriting("attention", call.out(), view -> device.attentionKernel(call.into(view)));
    }

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        if (added) {
            changing("conv2d", out, view -> device.conv2dKernel(view, x, conv, stride, padding, true));
        } else {
            overwriting("conv2d", out, view -> device.conv2dKernel(view, x, conv, stride, padding, false));
        }
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {
        overwriting("upsample2x", out, view -> device.upsample2xKernel(view, x));
    }
}
