package io.mural.tensor;

import java.util.Optional;

/** Counts the floating-point operations of gradients for {@link PlanOps}; nothing is computed. */
final class PlanGradients implements GradientKernels {
    private final PlanOps plan;

    PlanGradients(PlanOps plan) {
        this.plan = plan;
    }

    @Override
    public void product(Tensor dx, Tensor g, Matrix weight) {
        plan.countLinear(2.0 * g.rows() * weight.rows() * weight.cols());
    }

    @Override
    public void outer(Tensor dWeight, Tensor g, Tensor x) {
        plan.countLinear(2.0 * g.rows() * g.cols() * x.cols());
    }

    /** The scores once. */
    @Override
    public void logSumExp(Tensor out, AttentionCall of) {
        plan.countAttention(2.0 * of.multiplyAdds());
    }

    /** Five products. */
    @Override
    public void attention(AttentionGradients into, Tensor g, Tensor logSumExp, AttentionCall of) {
        plan.countAttention(10.0 * of.multiplyAdds());
    }

    @Override
    public void conv2d(
            Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Conv conv, int stride, Padding padding) {
        int products = (dx.isPresent() ? 1 : 0) + (dWeight.isPresent() ? 1 : 0);
        plan.countConvolution(2.0 * products * g.rows() * conv.out() * conv.weight().cols());
    }

    @Override
    public void zero(Tensor x) {}

    @Override
    public void scale(Tensor x, float factor) {}

    @Override
    public void sumRows(Tensor row, Tensor g) {}

    @Override
    public void activation(Tensor g, Tensor a, Activation f) {}

    @Override
    public void embedding(Tensor dTable, int[] ids, Tensor g) {}

    @Override
    public void mixRows(Tensor dx, Tensor g, RowMix mix) {}

    @Override
    public void addProduct(Tensor sum, Tensor x, Tensor y) {}

    @Override
    public void layerNorm(
            Optional<Tensor> dx, Optional<Tensor> dGain, Tensor g, Tensor x, Tensor gain, float gainOffset, float eps) {}

    @Override
    public void rmsNorm(Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Tensor weight, float eps) {}

    @Override
    public void normRope(Tensor g, Optional<Tensor> dWeight, Tensor x, Tensor weight, float eps, Rope rope) {}

    @Override
    public void rope(Tensor g, Rope rope) {}

    @Override
    public void groupNorm(GroupNormGradients into, Tensor g, Tensor x, Moments moments, GroupNormOperands of) {}

    @Override
    public void moments(Tensor dx, Tensor x, Moments moments, double[] dMeans, double[] dVariances) {}

    @Override
    public void upsample2x(Tensor dx, Tensor g) {}
}
