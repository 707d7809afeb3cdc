package io.mural.tensor.cpu;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.Conv;
import io.mural.tensor.GradientKernels;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Precision;
import io.mural.tensor.Rope;
import io.mural.tensor.RowMix;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.machine.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The operations with the Vector API, on several threads. Results are the same bytes whatever the number of threads
 * and whether a method has been compiled yet; they differ from {@link ScalarOps} by the bounds of docs/numerics.md.
 *
 * <p>Kernels compute on heap arrays that belong to the workers and are kept; nothing but small objects is allocated by
 * a call once the arrays have grown. Needs {@code --add-modules jdk.incubator.vector}.
 */
public final class VectorOps extends Ops {
    private final Threads threads;
    private final Scratch[] scratch;
    private final Gemm gemm;
    private final Gemv gemv;
    private final Attention attention;
    private final Optional<Attention> shortAttention;
    private final Norms norms;
    private final GroupNorm groupNorm;
    private final Conv2d conv2d;
    private final Elementwise elementwise;
    private final List<float[]> lowMemory = new ArrayList<>();
    private final ShortProducts shortProducts;

    /** In float32. @param threads how many threads compute, the caller's included */
    public VectorOps(Workspace workspace, int threads) {
        this(workspace, threads, Precision.F32, Kernels.NONE);
    }

    /**
     * @param threads how many threads compute, the caller's included
     * @param kernels what multiplies shorter formats; where they have none for the precision, it is float32
     */
    public VectorOps(Workspace workspace, int threads, Precision precision, Kernels kernels) {
        super(workspace);
        this.threads = new Threads(threads);
        this.scratch = new Scratch[threads];
        Arrays.setAll(scratch, i -> new Scratch());
        this.gemm = new Gemm(this.threads, scratch);
        this.gemv = new Gemv(this.threads, scratch);
        this.norms = new Norms(this.threads, scratch);
        this.groupNorm = new GroupNorm(this.threads, scratch);
        this.conv2d = new Conv2d(this.threads, scratch);
        this.elementwise = new Elementwise(this.threads, scratch);
        this.shortProducts = new ShortProducts(this.threads, scratch, precision, kernels);
        this.attention = new Attention(this.threads, scratch, WideAttention::new);
        this.shortAttention = shortProducts
                .ofAttention()
                .map(layout -> new Attention(this.threads, scratch, () -> new PairAttention(layout)));
    }

    /** Bits of a vector of this JVM on this processor. */
    public static int vectorBits() {
        return Lanes.BITS;
    }

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        var lows = new ArrayList<Tensor>();
        for (int i = 0; i < layer.adapters().size(); i++) {
            lows.add(low(x, layer.adapters().get(i), i));
        }
        shortProducts.takeNotice().ifPresent(this::notice);
        var tiles = x.rows() > Gemv.MOST_ROWS ? shortProducts.of(layer.weight()) : Optional.<TileGemm>empty();
        if (tiles.isPresent()) {
            tiles.get().linear(out, x, layer, lows, f);
        } else {
            product(out, x, layer, lows, f);
        }
    }

    /** {@code scale * (x down^T)}: [rows, rank], in memory kept for the adapters of this place in a layer's list. */
    private Tensor low(Tensor x, LowRank adapter, int place) {
        int size = Math.multiplyExact(x.rows(), adapter.rank());
        if (place == lowMemory.size()) {
            lowMemory.add(new float[size]);
        }
        lowMemory.set(place, Scratch.grown(lowMemory.get(place), size));
        var low = Tensor.of(MemorySegment.ofArray(lowMemory.get(place)), Shape.of(x.rows(), adapter.rank()));
        product(low, x, new Linear(adapter.down(), Optional.empty(), List.of()), List.of(), Activation.NONE);
        elementwise.scale(low, adapter.scale());
        return low;
    }

    private void product(Tensor out, Tensor x, Linear layer, List<Tensor> lows, Activation f) {
        if (x.rows() <= Gemv.MOST_ROWS) {
            gemv.linear(out, x, layer, lows, f);
        } else {
            gemm.linear(out, x, layer, lows, f);
        }
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {
        elementwise.embedding(out, table, ids);
    }

    @Override
    protected void activateKernel(Tensor x, Activation f) {
        elementwise.activate(x, f);
    }

    @Override
    protected void addKernel(Tensor x, Tensor y) {
        elementwise.add(x, y);
    }

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {
        elementwise.multiply(x, y);
    }

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {
        elementwise.addGated(x, gate, y);
    }

    @Override
    protected void copyKernel(Tensor out, Tensor x) {
        elementwise.copy(out, x);
    }

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {
        elementwise.mixRows(out, x, mix);
    }

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {
        norms.layer(out, x, gain, shift, gainOffset, eps);
    }

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {
        norms.rms(out, x, weight, eps);
    }

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {
        norms.rope(x, weight, eps, rope);
    }

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {
        norms.rope(x, rope);
    }

    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        return groupNorm.moments(x, groups);
    }

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        groupNorm.run(out, x, moments, weight, bias, eps, f);
    }

    @Override
    protected void attentionKernel(AttentionCall call) {
        shortAttention.filter(it -> shortProducts.areMet()).orElse(attention).run(call);
    }

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        conv2d.run(out, x, conv, stride, padding, added);
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {
        elementwise.upsample2x(out, x);
    }

    @Override
    public GradientKernels gradients() {
        return new VectorGradients(threads, scratch);
    }

    @Override
    public void close() {
        threads.close();
        super.close();
    }
}
