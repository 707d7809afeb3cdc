package io.mural.tensor;

/**
 * Runs a model without computing: the same code that makes a picture counts the memory its activations take and the
 * floating-point operations (a multiplication and an addition are two) of its matrix products, so that a request can
 * be judged before it starts.
 */
public final class PlanOps extends Ops {
    private double linearFlops;
    private double attentionFlops;
    private double convolutionFlops;

    public PlanOps() {
        super(Workspace.planned());
    }

    /** Bytes a real workspace would take from the operating system for the units run so far. */
    public long bytes() {
        return workspace().reservedBytes();
    }

    public double linearFlops() {
        return linearFlops;
    }

    public double attentionFlops() {
        return attentionFlops;
    }

    public double convolutionFlops() {
        return convolutionFlops;
    }

    @Override
    public GradientKernels gradients() {
        return new PlanGradients(this);
    }

    void countLinear(double flops) {
        linearFlops += flops;
    }

    void countAttention(double flops) {
        attentionFlops += flops;
    }

    void countConvolution(double flops) {
        convolutionFlops += flops;
    }

    /** Counts the tensor; the values are not looked at. */
    @Override
    public Tensor tensor(float[] values, int... dims) {
        return empty(dims);
    }

    /** There are no values to read. */
    @Override
    public float[] read(Tensor tensor) {
        return new float[0];
    }

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        linearFlops += 2.0 * x.rows() * layer.in() * layer.out();
        for (var adapter : layer.adapters()) {
            linearFlops += 2.0 * x.rows() * adapter.rank() * (layer.in() + layer.out());
        }
    }

    @Override
    protected void attentionKernel(AttentionCall call) {
        attentionFlops += 4.0 * call.multiplyAdds();
    }

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        convolutionFlops += 2.0 * out.rows() * conv.out() * conv.weight().cols();
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {}

    @Override
    protected void activateKernel(Tensor x, Activation f) {}

    @Override
    protected void addKernel(Tensor x, Tensor y) {}

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {}

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {}

    @Override
    protected void copyKernel(Tensor out, Tensor x) {}

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {}

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {}

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {}

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {}

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {}

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {}

    /** There are no values to have moments. */
    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        return new Moments((long) x.rows() * x.cols() / groups, new double[groups], new double[groups]);
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {}
}
