package io.mural.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The operations models are made of. A backend extends this class with its kernels; what is here is common to all:
 * shapes are checked, results are allocated, units open and close scopes of the {@link Workspace}.
 *
 * <p>Matrices of activations are [tokens, features], pictures [height, width, channels]; all are float32. Results
 * are new tensors of the current unit unless the name of the parameter says {@code out} or the text says in place.
 * Used by one thread; kernels spread the work themselves.
 */
public abstract class Ops implements AutoCloseable {
    private final Workspace workspace;
    private Consumer<String> unitListener = name -> {};
    private Consumer<String> noticeListener = line -> {};
    private Consumer<String> detailListener = line -> {};
    private Supplier<Optional<String>> faults = Optional::empty;

    protected Ops(Workspace workspace) {
        this.workspace = workspace;
    }

    // --- memory and units -------------------------------------------------------------------------------------------

    public final Workspace workspace() {
        return workspace;
    }

    /** A tensor with undefined contents that lives as long as the current unit. */
    public final Tensor empty(int... dims) {
        return allocate(Shape.of(dims));
    }

    /** Every tensor of a unit comes from here. */
    protected Tensor allocate(Shape shape) {
        return workspace.allocate(shape);
    }

    /** A tensor of the current unit with the given values, row-major. */
    public Tensor tensor(float[] values, int... dims) {
        var tensor = empty(dims);
        tensor.copyFrom(values);
        return tensor;
    }

    /** The values of a tensor, row-major. */
    public float[] read(Tensor tensor) {
        return tensor.toArray();
    }

    /**
     * Runs one named part of a model, such as {@code transformer_blocks.7}: the scope of its activations and the
     * grain at which work can be cancelled by interrupting the thread.
     *
     * @throws CancellationException if the thread was interrupted
     */
    public void unit(String name, Runnable body) {
        unitOf(name, () -> {
            body.run();
            return List.of();
        });
    }

    /** As {@link #unit(String, Runnable)} with one result, which passes to the unit around this one. */
    public Tensor unit(String name, Supplier<Tensor> body) {
        return unitOf(name, () -> List.of(body.get())).getFirst();
    }

    /** As {@link #unit(String, Supplier)}; the memory of {@code consumed} is free for reuse afterwards. */
    public Tensor unit(String name, Tensor consumed, UnaryOperator<Tensor> body) {
        var result = unit(name, () -> body.apply(consumed));
        if (result != consumed) {
            release(consumed);
        }
        return result;
    }

    /** Gives the memory of a tensor back that nobody reads any more, before its unit ends. */
    protected void release(Tensor consumed) {
        workspace.release(consumed);
    }

    /** Tells {@code listener} the name of every unit as it begins: progress, profiles. */
    public final void onUnit(Consumer<String> listener) {
        unitListener = listener;
    }

    private List<Tensor> unitOf(String name, Supplier<List<Tensor>> body) {
        if (Thread.interrupted()) {
            throw new CancellationException("cancelled before " + name);
        }
        unitListener.accept(name);
        enter(name);
        openScope();
        List<Tensor> results = List.of();
        try {
            results = body.get();
            leave(name);
        } finally {
            closeScope(results);
        }
        return results;
    }

    /** Opens the scope of a unit: what is allocated from here on lives until {@link #closeScope}. */
    protected void openScope() {
        workspace.open();
    }

    /** Closes the scope of a unit; {@code kept} passes to the scope around it. */
    protected void closeScope(List<Tensor> kept) {
        workspace.close(kept);
    }

    /** Called when a unit begins: a device may have work in hand that belongs to the unit around it. */
    protected void enter(String unit) {}

    /** Called when a unit has ended well: what it recorded is complete. */
    protected void leave(String unit) {}

    /** Tells {@code listener} what the backend decides by itself and a user wants to know, one line each. */
    public final void onNotice(Consumer<String> listener) {
        noticeListener = listener;
    }

    /** For backends: tells a decision, see {@link #onNotice}. */
    protected final void notice(String line) {
        noticeListener.accept(line);
    }

    /** Tells {@code listener} how the backend came to what it decides by itself, one line each. */
    public final void onDetail(Consumer<String> listener) {
        detailListener = listener;
    }

    /** For backends: tells how a decision came about, see {@link #onDetail}. */
    protected final void detail(String line) {
        detailListener.accept(line);
    }

    /**
     * Lets a backend ask what its driver has reported beside it: drivers may print that a call failed, and go on.
     *
     * @param source the first such line so far; asked often
     */
    public final void watch(Supplier<Optional<String>> source) {
        faults = source;
    }

    /** For backends: the line of {@link #watch}. */
    protected final Optional<String> reported() {
        return faults.get();
    }

    // --- linear layers ----------------------------------------------------------------------------------------------

    /** {@code x weight^T + bias + adapters}: [rows, in] to [rows, out]. */
    public final Tensor linear(Tensor x, Linear layer) {
        return linear(x, layer, Activation.NONE);
    }

    /** {@code f(x weight^T + bias + adapters)}: [rows, in] to [rows, out]. */
    public final Tensor linear(Tensor x, Linear layer, Activation f) {
        var out = empty(x.rows(), layer.out());
        linear(out, x, layer, f);
        return out;
    }

    /** As {@link #linear(Tensor, Linear, Activation)}, into {@code out} [rows, out]; it must not overlap {@code x}. */
    public final void linear(Tensor out, Tensor x, Linear layer, Activation f) {
        if (x.cols() != layer.in()) {
            throw new IllegalArgumentException(
                    "linear: x is " + x.shape() + " but " + layer.weight().name() + " is [" + layer.out() + ", "
                            + layer.in() + "]; the inner sizes must agree");
        }
        requireShape("linear", "out", out, x.rows(), layer.out());
        linearKernel(out, x, layer, f);
    }

    protected abstract void linearKernel(Tensor out, Tensor x, Linear layer, Activation f);

    /** Rows {@code ids} of a table of embeddings: [ids, table.cols]. */
    public final Tensor embedding(Matrix table, int[] ids) {
        for (int id : ids) {
            if (id < 0 || id >= table.rows()) {
                throw new InputException("token id " + id + " has no row in " + table.name() + " [" + table.rows()
                        + ", " + table.cols() + "]; the tokenizer and the text encoder do not belong together");
            }
        }
        var out = empty(ids.length, table.cols());
        embeddingKernel(out, table, ids);
        return out;
    }

    protected abstract void embeddingKernel(Tensor out, Matrix table, int[] ids);

    // --- element by element -----------------------------------------------------------------------------------------

    /** {@code x = f(x)}, in place. */
    public final void activate(Tensor x, Activation f) {
        activateKernel(x, f);
    }

    protected abstract void activateKernel(Tensor x, Activation f);

    /** {@code x += y}, in place; {@code y} is as large as {@code x} or a single row for all rows. */
    public final void add(Tensor x, Tensor y) {
        requireRowOrSame("add", x, y);
        addKernel(x, y);
    }

    protected abstract void addKernel(Tensor x, Tensor y);

    /** {@code x = x * y} element by element, in place; sizes equal. */
    public final void multiply(Tensor x, Tensor y) {
        requireShape("multiply", "y", y, x.rows(), x.cols());
        multiplyKernel(x, y);
    }

    protected abstract void multiplyKernel(Tensor x, Tensor y);

    /** {@code x += gate * y}, in place: the residual of a modulated block; gate is one row. */
    public final void addGated(Tensor x, Tensor gate, Tensor y) {
        requireShape("addGated", "gate", gate, 1, x.cols());
        requireShape("addGated", "y", y, x.rows(), x.cols());
        addGatedKernel(x, gate, y);
    }

    protected abstract void addGatedKernel(Tensor x, Tensor gate, Tensor y);

    /** Copies {@code x} to {@code out} of the same sizes. */
    public final void copy(Tensor out, Tensor x) {
        requireShape("copy", "out", out, x.rows(), x.cols());
        copyKernel(out, x);
    }

    protected abstract void copyKernel(Tensor out, Tensor x);

    /** Weighted sums of rows, such as means over patches: [mix.inputs, cols] to [mix.outputs, cols]. */
    public final Tensor mixRows(Tensor x, RowMix mix) {
        if (x.rows() != mix.inputs()) {
            throw new IllegalArgumentException(
                    "mixRows: x is " + x.shape() + " but the mix is of " + mix.inputs() + " rows");
        }
        var out = empty(mix.outputs(), x.cols());
        mixRowsKernel(out, x, mix);
        return out;
    }

    protected abstract void mixRowsKernel(Tensor out, Tensor x, RowMix mix);

    // --- norms ------------------------------------------------------------------------------------------------------

    /** {@code (x - mean) / sqrt(variance + eps) * weight + bias} over each row; weight and bias are [cols]. */
    public final Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
        requireShape("layerNorm", "weight", weight, 1, x.cols());
        requireShape("layerNorm", "bias", bias, 1, x.cols());
        var out = empty(x.rows(), x.cols());
        layerNormKernel(out, x, weight, bias, 0, eps);
        return out;
    }

    /** Layer norm without own weights, modulated: {@code norm(x) * (1 + scale) + shift}; both are one row. */
    public final Tensor modulatedNorm(Tensor x, Tensor shift, Tensor scale, float eps) {
        requireShape("modulatedNorm", "shift", shift, 1, x.cols());
        requireShape("modulatedNorm", "scale", scale, 1, x.cols());
        var out = empty(x.rows(), x.cols());
        layerNormKernel(out, x, scale, shift, 1, eps);
        return out;
    }

    /** {@code norm(x) * (gainOffset + gain) + shift}: with an offset of 0 or 1 the two layer norms above. */
    protected abstract void layerNormKernel(
            Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps);

    /** {@code x / sqrt(mean(x^2) + eps) * weight} over each row (RMSNorm, arXiv 1910.07467); weight is [cols]. */
    public final Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
        var out = empty(x.rows(), x.cols());
        rmsNorm(out, x, weight, eps);
        return out;
    }

    /**
     * As {@link #rmsNorm(Tensor, Tensor, float)}, into {@code out}, which may be {@code x} itself. Over queries or keys [tokens,
     * heads x headDim] it is the norm over all heads together; {@link #normRope} norms every head by itself.
     */
    public final void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
        requireShape("rmsNorm", "weight", weight, 1, x.cols());
        requireShape("rmsNorm", "out", out, x.rows(), x.cols());
        rmsNormKernel(out, x, weight, eps);
    }

    protected abstract void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps);

    /**
     * RMSNorm of every head of queries or keys, then the rotation of its position, in place.
     *
     * @param x [tokens, heads x headDim]
     * @param weight [headDim]
     * @param rope rows of the table for exactly these tokens
     */
    public final void normRope(Tensor x, Tensor weight, float eps, Rope rope) {
        int headDim = weight.cols();
        if (x.cols() % headDim != 0 || weight.rows() != 1 || headDim % 2 != 0) {
            throw new IllegalArgumentException(
                    "normRope: x is " + x.shape() + " but the weight of a head is " + weight.shape());
        }
        requireShape("normRope", "rope", rope.cos(), x.rows(), headDim / 2);
        normRopeKernel(x, weight, eps, rope);
    }

    protected abstract void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope);

    /**
     * The rotation of every token's position alone, in place, of every head of queries or keys.
     *
     * @param x [tokens, heads x headDim]
     * @param rope rows of the table for exactly these tokens; headDim is twice its columns
     */
    public final void rope(Tensor x, Rope rope) {
        int headDim = 2 * rope.cos().cols();
        if (rope.tokens() != x.rows() || x.cols() % headDim != 0) {
            throw new IllegalArgumentException("rope: x is " + x.shape() + " but the table is "
                    + rope.cos().shape() + ", for " + rope.tokens() + " tokens and heads of " + headDim);
        }
        ropeKernel(x, rope);
    }

    protected abstract void ropeKernel(Tensor x, Rope rope);

    /**
     * {@code f((x - mean) / sqrt(variance + eps) * weight + bias)} with mean and variance over all pixels and the
     * channels of a group (arXiv 1803.08494).
     *
     * @param x [height, width, channels]
     */
    public final Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation f) {
        return groupNorm(x, moments(x, groups), weight, bias, eps, f);
    }

    /** As the group norm above, with the mean and variance of a picture that {@code x} may be a part of. */
    public final Tensor groupNorm(Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        requireShape("groupNorm", "weight", weight, 1, x.cols());
        requireShape("groupNorm", "bias", bias, 1, x.cols());
        requireGroups("groupNorm", x, moments.groups());
        var out = allocate(x.shape());
        groupNormKernel(out, x, moments, weight, bias, eps, f);
        return out;
    }

    protected abstract void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f);

    /** Mean and squared deviations of every group of channels, over all pixels: what a group norm needs to know. */
    public final Moments moments(Tensor x, int groups) {
        requireGroups("moments", x, groups);
        return momentsKernel(x, groups);
    }

    protected abstract Moments momentsKernel(Tensor x, int groups);

    private static void requireGroups(String op, Tensor x, int groups) {
        if (x.cols() % groups != 0) {
            throw new IllegalArgumentException(
                    op + ": x is " + x.shape() + "; its channels do not divide into " + groups + " groups");
        }
    }

    // --- attention --------------------------------------------------------------------------------------------------

    /**
     * Attention over the pairs of a layout, with scores never held beyond a tile (online softmax, arXiv 1805.02867,
     * 2205.14135).
     */
    public final void attention(AttentionCall call) {
        attentionKernel(call);
    }

    protected abstract void attentionKernel(AttentionCall call);

    // --- pictures ---------------------------------------------------------------------------------------------------

    /** Convolution with zero padding: [height, width, in] to [outHeight, outWidth, out]. */
    public final Tensor conv2d(Tensor x, Conv conv, int stride, Padding padding) {
        var size = requireConvolution(x, conv, stride, padding);
        var out = allocate(size);
        conv2dKernel(out, x, conv, stride, padding, false);
        return out;
    }

    /**
     * {@code out += conv(x)}, in place: the convolution above, added to a picture [outHeight, outWidth, out]. A convolution
     * over frames is the sum of one for each of them.
     */
    public final void addConv2d(Tensor out, Tensor x, Conv conv, int stride, Padding padding) {
        var size = requireConvolution(x, conv, stride, padding);
        if (!out.shape().equals(size) || !out.contiguous()) {
            throw new IllegalArgumentException("addConv2d: out is " + out.shape() + "; expected " + size);
        }
        conv2dKernel(out, x, conv, stride, padding, true);
    }

    /** The size of the result. */
    private static Shape requireConvolution(Tensor x, Conv conv, int stride, Padding padding) {
        requirePicture("conv2d", x);
        if (x.cols() != conv.in()) {
            throw new IllegalArgumentException(
                    "conv2d: x is " + x.shape() + " but " + conv.weight().name() + " takes " + conv.in() + " channels");
        }
        return Shape.of(
                padding.outputSize(x.shape().dim(0), conv.kernel(), stride),
                padding.outputSize(x.shape().dim(1), conv.kernel(), stride),
                conv.out());
    }

    /** @param added whether the result is added to what {@code out} holds, or takes its place */
    protected abstract void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added);

    /** Every pixel four times: [height, width, channels] to [2 height, 2 width, channels] (nearest neighbour). */
    public final Tensor upsample2x(Tensor x) {
        requirePicture("upsample2x", x);
        var out = empty(2 * x.shape().dim(0), 2 * x.shape().dim(1), x.cols());
        upsample2xKernel(out, x);
        return out;
    }

    protected abstract void upsample2xKernel(Tensor out, Tensor x);

    // --- gradients --------------------------------------------------------------------------------------------------

    /** What differentiates these operations, or an error that says where it can be had. */
    public GradientKernels gradients() {
        throw new InputException("this device computes no gradients; train on `device` cpu");
    }

    // --- life and checks --------------------------------------------------------------------------------------------

    /** Releases the activations and what the backend holds beside them. */
    @Override
    public void close() {
        workspace.close();
    }

    private static void requireShape(String op, String what, Tensor tensor, int rows, int cols) {
        if (tensor.rows() != rows || tensor.cols() != cols) {
            throw new IllegalArgumentException(op + ": " + what + " is " + tensor.shape() + "; expected "
                    + Arrays.toString(new int[] {rows, cols}));
        }
    }

    private static void requireRowOrSame(String op, Tensor x, Tensor y) {
        if (y.cols() != x.cols() || y.rows() != 1 && y.rows() != x.rows()) {
            throw new IllegalArgumentException(op + ": x is " + x.shape() + " but y is " + y.shape());
        }
    }

    private static void requirePicture(String op, Tensor x) {
        if (x.shape().rank() != 3 || !x.contiguous()) {
            throw new IllegalArgumentException(op + ": x is " + x.shape() + "; expected [height, width, channels]");
        }
    }
}
