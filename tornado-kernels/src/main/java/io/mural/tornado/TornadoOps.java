package io.mural.tornado;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.Conv;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Rope;
import io.mural.tensor.RowMix;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tornado.device.ChunkMoments;
import io.mural.tornado.device.Graphs;
import io.mural.tornado.device.Grids;
import io.mural.tornado.device.MixTable;
import io.mural.tornado.device.Recorder;
import io.mural.tornado.device.Scratch;
import io.mural.tornado.device.Settings;
import io.mural.tornado.device.Trial;
import io.mural.tornado.kernels.ElementKernels;
import io.mural.tornado.kernels.Kernel;
import io.mural.tornado.kernels.NormKernels;
import io.mural.tornado.library.Attentions;
import io.mural.tornado.library.Product;
import io.mural.tornado.library.Products;
import java.util.Optional;
import java.util.Set;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Operations on a device of TornadoVM. They are recorded until a unit ends or values are read, and then run as one
 * task graph.
 */
final class TornadoOps extends Ops {
    private final Recorder recorder;
    private final Grids grids;
    private final Products products;
    private final Attentions attentions;
    private final Set<String> told;

    /**
     * @param settings how weights are stored and what they may take
     * @param workspace tells whether memory is to be poisoned; nothing is taken from it
     */
    TornadoOps(TornadoDevice device, Settings settings, Workspace workspace) {
        this(new Recorder(device, settings), Grids.of(device), settings, workspace);
    }

    private TornadoOps(Recorder recorder, Grids grids, Settings settings, Workspace workspace) {
        super(workspace.over(recorder.memory()));
        this.recorder = recorder;
        this.grids = grids;
        told = settings.told();
        var trial = new Trial(recorder, grids, scratch(), this::notice, this::detail);
        products = new Products(recorder, grids, settings.library(), trial, this::once);
        attentions = new Attentions(recorder, grids, settings.attention(), trial, this::once);
        recorder.onNotice(this::notice);
        recorder.watch(this::reported);
    }

    /** Tells what holds for every call of a kind, in this stage and the next, the first time. */
    private void once(String line) {
        if (told.add(line)) {
            notice(line);
        }
    }

    private Scratch scratch() {
        return new Scratch() {
            @Override
            public Tensor take(int rows, int columns) {
                return empty(rows, columns);
            }

            @Override
            public void giveBack(Tensor tensor) {
                workspace().release(tensor);
            }
        };
    }

    /** The graphs it runs, and the traffic they count. */
    Graphs graphs() {
        return recorder.graphs();
    }

    // --- memory and units -------------------------------------------------------------------------------------------

    @Override
    public Tensor tensor(float[] values, int... dims) {
        var out = empty(dims);
        if (values.length != out.shape().size()) {
            throw new IllegalArgumentException(values.length + " values for a tensor " + out.shape());
        }
        recorder.send(out, values, grids);
        return out;
    }

    @Override
    public float[] read(Tensor tensor) {
        return recorder.holds(tensor) ? recorder.fetch(tensor, grids) : tensor.toArray();
    }

    @Override
    protected void enter(String unit) {
        recorder.flush();
        recorder.name(unit);
    }

    @Override
    protected void leave(String unit) {
        recorder.flush();
    }

    @Override
    public void close() {
        recorder.close();
        super.close();
    }

    // --- linear layers ----------------------------------------------------------------------------------------------

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        boolean plain = layer.adapters().isEmpty();
        product(out, x, layer.weight(), layer.bias(), plain ? f : Activation.NONE, 1, 0);
        for (var adapter : layer.adapters()) {
            adapt(out, x, adapter);
        }
        if (!plain && f != Activation.NONE) {
            activateKernel(out, f);
        }
    }

    private void adapt(Tensor out, Tensor x, LowRank adapter) {
        var low = empty(x.rows(), adapter.rank());
        product(low, x, adapter.down(), Optional.empty(), Activation.NONE, 1, 0);
        product(out, low, adapter.up(), Optional.empty(), Activation.NONE, adapter.scale(), 1);
        workspace().release(low);
    }

    /** {@code out = f(alpha x weight^T + beta out + bias)} */
    private void product(
            Tensor out, Tensor x, Matrix weight, Optional<Tensor> bias, Activation f, float alpha, float beta) {
        products.record(new Product(out, x, weight, bias, code(f), alpha, beta));
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {
        var numbers = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            numbers[i] = ids[i];
        }
        var rows = tensor(numbers, 1, ids.length);
        recorder.launch(recorder.storage().embedding())
                .ints(out.rows(), out.cols())
                .out(out)
                .vector(Optional.of(rows))
                .weight(table, 1)
                .run(grids.elements(out));
        workspace().release(rows);
    }

    // --- element by element -----------------------------------------------------------------------------------------

    @Override
    protected void activateKernel(Tensor x, Activation f) {
        recorder.launch(Kernel.ACTIVATE)
                .ints(x.rows(), x.cols())
                .out(x)
                .ints(code(f))
                .run(grids.elements(x));
    }

    @Override
    protected void addKernel(Tensor x, Tensor y) {
        recorder.launch(Kernel.ADD).ints(x.rows(), x.cols()).out(x).rowOrAll(y).run(grids.elements(x));
    }

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {
        recorder.launch(Kernel.MULTIPLY).ints(x.rows(), x.cols()).out(x).in(y).run(grids.elements(x));
    }

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {
        recorder.launch(Kernel.ADD_GATED)
                .ints(x.rows(), x.cols())
                .out(x)
                .rowOrAll(gate)
                .in(y)
                .run(grids.elements(x));
    }

    @Override
    protected void copyKernel(Tensor out, Tensor x) {
        recorder.launch(Kernel.COPY).ints(x.rows(), x.cols()).out(out).in(x).run(grids.elements(x));
    }

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {
        recorder.launch(Kernel.MIX_ROWS)
                .ints(out.rows(), out.cols())
                .out(out)
                .in(x)
                .constant(recorder.constants().of(mix, MixTable.of(mix)))
                .run(grids.elements(out));
    }

    // --- norms ------------------------------------------------------------------------------------------------------

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {
        recorder.launch(Kernel.LAYER_NORM)
                .ints(x.rows(), x.cols())
                .out(out)
                .in(x)
                .vector(Optional.of(gain))
                .vector(Optional.of(shift))
                .floats(eps, gainOffset)
                .run(grids.rows(x.rows()));
    }

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {
        recorder.launch(Kernel.RMS_NORM)
                .ints(x.rows(), x.cols())
                .out(out)
                .in(x)
                .vector(Optional.of(weight))
                .floats(eps)
                .run(grids.rows(x.rows()));
    }

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {
        int headDim = weight.cols();
        int heads = x.cols() / headDim;
        var launch = recorder.launch(Kernel.NORM_ROPE)
                .ints(x.rows(), headDim, heads)
                .out(x)
                .vector(Optional.of(weight))
                .in(rope.cos())
                .in(rope.sin())
                .floats(eps);
        switch (rope.pairs()) {
            case ADJACENT -> launch.ints(1, 2);
            case HALVES -> launch.ints(headDim / 2, 1);
        }
        launch.run(grids.rows(x.rows() * heads));
    }

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {
        int headDim = 2 * rope.cos().cols();
        int heads = x.cols() / headDim;
        var launch = recorder.launch(Kernel.ROPE)
                .ints(x.rows(), headDim, heads)
                .out(x)
                .in(rope.cos())
                .in(rope.sin());
        switch (rope.pairs()) {
            case ADJACENT -> launch.ints(1, 2);
            case HALVES -> launch.ints(headDim / 2, 1);
        }
        launch.run(grids.elements(x));
    }

    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        int chunks = Math.ceilDiv(x.rows(), NormKernels.CHUNK);
        var parts = empty(chunks, groups * ChunkMoments.FIELDS);
        recorder.launch(Kernel.MOMENTS)
                .ints(x.rows(), x.cols())
                .offset(parts)
                .in(x)
                .ints(groups)
                .run(grids.rows(chunks * groups));
        var moments = ChunkMoments.merge(read(parts), x.rows(), groups, x.cols() / groups);
        workspace().release(parts);
        return moments;
    }

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        recorder.launch(Kernel.GROUP_NORM)
                .ints(x.rows(), x.cols())
                .out(out)
                .in(x)
                .vector(Optional.of(weight))
                .vector(Optional.of(bias))
                .floats(ChunkMoments.factors(moments, eps))
                .ints(x.cols() / moments.groups(), code(f))
                .run(grids.elements(x));
    }

    // --- attention --------------------------------------------------------------------------------------------------

    @Override
    protected void attentionKernel(AttentionCall call) {
        attentions.record(call);
    }

    // --- pictures ---------------------------------------------------------------------------------------------------

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        recorder.launch(recorder.storage().conv())
                .offset(out)
                .vector(Optional.of(x))
                .weight(conv.weight(), conv.kernel())
                .vector(conv.bias())
                .ints(out.rows(), conv.in(), conv.out(), conv.kernel(), stride, padding.before())
                .ints(x.shape().dim(0), x.shape().dim(1), out.shape().dim(1), added ? 1 : 0)
                .run(grids.tiles(out.rows(), conv.out()));
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {
        recorder.launch(Kernel.UPSAMPLE)
                .ints(out.rows(), out.cols())
                .out(out)
                .in(x)
                .ints(out.shape().dim(1))
                .run(grids.elements(out));
    }

    private static int code(Activation f) {
        return switch (f) {
            case NONE -> 0;
            case SILU -> ElementKernels.SILU;
            case GELU_TANH -> ElementKernels.GELU_TANH;
            case QUICK_GELU -> ElementKernels.QUICK_GELU;
            case RELU -> ElementKernels.RELU;
        };
    }
}
