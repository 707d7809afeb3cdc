package io.mural.tensor;

import io.mural.tensor.GradientKernels.AttentionGradients;
import io.mural.tensor.GradientKernels.GroupNormGradients;
import io.mural.tensor.GradientKernels.GroupNormOperands;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Operations that can be differentiated: each call goes on to a device and is noted; {@link #backward} replays the notes
 * from the last to the first and so gives the gradient of everything that was declared trained. Models know nothing of
 * it.
 *
 * <p>A note is made only where an input depends on something trained. What a note needs again is kept by reference, and
 * copied only when an operation is about to overwrite it. Units at a chosen depth (the blocks of a transformer) are not
 * noted but run again when their turn comes in the backward pass, from what they overwrote, which is kept instead
 * (gradient checkpointing, arXiv 1604.06174): memory is one residual stream a block and the notes of a single block.
 */
public final class TapeOps extends Tape {
    /** No unit is run again: everything is noted. */
    public static final int EVERYTHING = 0;
    /** The units of blocks, inside that of a whole model, are run again. */
    public static final int BLOCKS = 2;

    private final Map<Moments, MomentsGradient> momentsGradients = new IdentityHashMap<>();

    /** Gradients of the means and variances of one {@link Moments}. */
    private record MomentsGradient(double[] means, double[] variances) {}

    /**
     * @param device computes; closed with this
     * @param depth of the units that run again: {@link #BLOCKS}, or {@link #EVERYTHING}
     */
    public TapeOps(Ops device, int depth) {
        super(device, depth);
    }

    @Override
    public void pass(Runnable body) {
        super.pass(body);
        momentsGradients.clear();
    }

    // --- linear layers ----------------------------------------------------------------------------------------------

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        var gradients = new LinearGradients(layer);
        boolean depends = active(x) || gradients.any();
        if (!depends) {
            overwritten(out);
            device.linearKernel(out, x, layer, f);
            return;
        }
        if (!writesNotes()) {
            writing(out, true);
            device.linearKernel(out, x, layer, f);
            return;
        }
        var dx = active(x);
        var input = gradients.any() ? Optional.of(keep(x)) : Optional.<TapeMemory.Kept>empty();
        var before = f == Activation.NONE ? Optional.<Tensor>empty() : Optional.of(allocate(out.shape()));
        var backward = overwriting(out, g -> {
            before.ifPresent(a -> kernels.activation(g, a, f));
            gradients.run(g, x, dx, input);
        });
        note(backward, input.stream().toList());
        writing(out, true);
        if (before.isPresent()) {
            device.linearKernel(before.get(), x, layer, Activation.NONE);
            device.copyKernel(out, before.get());
            device.activateKernel(out, f);
        } else {
            device.linearKernel(out, x, layer, f);
        }
    }

    /** Where the gradients of a linear layer go. */
    private final class LinearGradients {
        private final Linear layer;
        private final Optional<Tensor> weight;
        private final Optional<Tensor> bias;
        private final boolean adapters;

        LinearGradients(Linear layer) {
            this.layer = layer;
            weight = trained(layer.weight());
            bias = layer.bias().filter(TapeOps.this::active);
            adapters = layer.adapters().stream()
                    .anyMatch(a ->
                            trained(a.down()).isPresent() || trained(a.up()).isPresent());
        }

        boolean any() {
            return weight.isPresent() || bias.isPresent() || adapters;
        }

        void run(Tensor g, Tensor x, boolean dx, Optional<TapeMemory.Kept> input) {
            if (dx) {
                kernels.product(memory.sumOf(x), g, layer.weight());
            }
            weight.ifPresent(dw -> kernels.outer(dw, g, input.orElseThrow().value()));
            bias.ifPresent(b -> kernels.sumRows(memory.sumOf(b), g));
            for (var adapter : layer.adapters()) {
                lowRank(adapter, g, x, dx, input);
            }
        }

        private void lowRank(LowRank adapter, Tensor g, Tensor x, boolean dx, Optional<TapeMemory.Kept> input) {
            var down = leaves.of(adapter.down());
            var up = leaves.of(adapter.up());
            if (dx || down.isPresent()) {
                var low = memory.zeros(g.rows(), adapter.rank()); // s (d U)
                kernels.product(low, g, adapter.up());
                kernels.scale(low, adapter.scale());
                if (dx) {
                    kernels.product(memory.sumOf(x), low, adapter.down());
                }
                down.ifPresent(d -> kernels.outer(d, low, input.orElseThrow().value()));
                memory.release(low);
            }
            if (up.isPresent()) {
                var low = memory.zeros(g.rows(), adapter.rank()); // s (x D^T)
                var project = new Linear(adapter.down(), Optional.empty(), List.of());
                device.linearKernel(low, input.orElseThrow().value(), project, Activation.NONE);
                kernels.scale(low, adapter.scale());
                kernels.outer(up.get(), g, low);
                memory.release(low);
            }
        }
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {
        var dTable = trained(table);
        if (dTable.isEmpty()) {
            overwritten(out);
        } else {
            if (writesNotes()) {
                note(overwriting(out, g -> kernels.embedding(dTable.get(), ids, g)));
            }
            writing(out, true);
        }
        device.embeddingKernel(out, table, ids);
    }

    // --- element by element -----------------------------------------------------------------------------------------

    @Override
    protected void activateKernel(Tensor x, Activation f) {
        boolean depends = active(x);
        if (depends && writesNotes()) {
            var before = keep(x);
            note(() -> memory.gradient(x).ifPresent(g -> kernels.activation(g, before.value(), f)), before);
        }
        writing(x, depends);
        device.activateKernel(x, f);
    }

    @Override
    protected void addKernel(Tensor x, Tensor y) {
        boolean dy = active(y);
        if (dy && writesNotes()) {
            note(() -> memory.gradient(x).ifPresent(g -> {
                if (y.rows() == 1 && x.rows() > 1) {
                    kernels.sumRows(memory.sumOf(y), g);
                } else {
                    device.addKernel(memory.sumOf(y), g);
                }
            }));
        }
        writing(x, dy || active(x));
        device.addKernel(x, y);
    }

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {
        boolean dx = active(x);
        boolean dy = active(y);
        if ((dx || dy) && writesNotes()) {
            var xBefore = keep(x);
            var yBefore = keep(y);
            note(
                    () -> memory.gradient(x).ifPresent(g -> {
                        if (dy) {
                            kernels.addProduct(memory.sumOf(y), g, xBefore.value());
                        }
                        device.multiplyKernel(g, yBefore.value());
                    }),
                    xBefore,
                    yBefore);
        }
        writing(x, dx || dy);
        device.multiplyKernel(x, y);
    }

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {
        boolean dGate = active(gate);
        boolean dy = active(y);
        if ((dGate || dy) && writesNotes()) {
            var gateBefore = keep(gate);
            var yBefore = keep(y);
            note(
                    () -> memory.gradient(x).ifPresent(g -> {
                        if (dy) {
                            device.addGatedKernel(memory.sumOf(y), gateBefore.value(), g);
                        }
                        if (dGate) {
                            kernels.addProduct(memory.sumOf(gate), g, yBefore.value());
                        }
                    }),
                    gateBefore,
                    yBefore);
        }
        writing(x, dGate || dy || active(x));
        device.addGatedKernel(x, gate, y);
    }

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {
        if (active(x)) {
            if (writesNotes()) {
                note(overwriting(out, g -> kernels.mixRows(memory.sumOf(x), g, mix)));
            }
            writing(out, true);
        } else {
            overwritten(out);
        }
        device.mixRowsKernel(out, x, mix);
    }

    @Override
    protected void copyKernel(Tensor out, Tensor x) {
        if (active(x)) {
            if (writesNotes()) {
                note(overwriting(out, g -> device.addKernel(memory.sumOf(x), g)));
            }
            writing(out, true);
        } else {
            overwritten(out);
        }
        device.copyKernel(out, x);
    }

    // --- norms ------------------------------------------------------------------------------------------------------

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {
        boolean dx = active(x);
        boolean dGain = active(gain);
        boolean dShift = active(shift);
        if (!(dx || dGain || dShift)) {
            overwritten(out);
        } else {
            if (writesNotes()) {
                var xBefore = keep(x);
                var gainBefore = keep(gain);
                note(
                        overwriting(out, g -> {
                            kernels.layerNorm(
                                    wanted(dx, x),
                                    wanted(dGain, gain),
                                    g,
                                    xBefore.value(),
                                    gainBefore.value(),
                                    gainOffset,
                                    eps);
                            wanted(dShift, shift).ifPresent(sum -> kernels.sumRows(sum, g));
                        }),
                        xBefore,
                        gainBefore);
            }
            writing(out, true);
        }
        device.layerNormKernel(out, x, gain, shift, gainOffset, eps);
    }

    private Optional<Tensor> wanted(boolean wanted, Tensor tensor) {
        return wanted ? Optional.of(memory.sumOf(tensor)) : Optional.empty();
    }

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {
        boolean dx = active(x);
        boolean dWeight = active(weight);
        if (!(dx || dWeight)) {
            overwritten(out);
        } else {
            if (writesNotes()) {
                var xBefore = keep(x);
                note(rmsNormBackward(out, x, weight, eps, xBefore), xBefore);
            }
            writing(out, true);
        }
        device.rmsNormKernel(out, x, weight, eps);
    }

    /** The result may stand where {@code x} stood: its gradient then makes room for that of {@code x}. */
    private Runnable rmsNormBackward(Tensor out, Tensor x, Tensor weight, float eps, TapeMemory.Kept before) {
        boolean dx = active(x);
        boolean dWeight = active(weight);
        if (!out.overlaps(x)) {
            return overwriting(
                    out, g -> kernels.rmsNorm(wanted(dx, x), wanted(dWeight, weight), g, before.value(), weight, eps));
        }
        return () -> memory.gradient(out).ifPresent(given -> {
            var g = memory.copy(given);
            kernels.zero(given);
            kernels.rmsNorm(wanted(dx, x), wanted(dWeight, weight), g, before.value(), weight, eps);
            memory.release(g);
        });
    }

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {
        boolean depends = active(x);
        if (depends && writesNotes()) {
            note(() -> memory.gradient(x).ifPresent(g -> kernels.rope(g, rope)));
        }
        writing(x, depends);
        device.ropeKernel(x, rope);
    }

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {
        boolean dWeight = active(weight);
        boolean depends = active(x) || dWeight;
        if (depends && writesNotes()) {
            var before = keep(x);
            note(
                    () -> memory.gradient(x)
                            .ifPresent(g ->
                                    kernels.normRope(g, wanted(dWeight, weight), before.value(), weight, eps, rope)),
                    before);
        }
        writing(x, depends);
        device.normRopeKernel(x, weight, eps, rope);
    }

    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        var moments = device.momentsKernel(x, groups);
        if (active(x)) {
            runningUnit().ifPresent(TapeUnit::depend);
            if (writesNotes()) {
                var before = keep(x);
                var gradient = new MomentsGradient(new double[groups], new double[groups]);
                momentsGradients.put(moments, gradient);
                note(
                        () -> kernels.moments(
                                memory.sumOf(x), before.value(), moments, gradient.means(), gradient.variances()),
                        before);
            }
        }
        return moments;
    }

    private MomentsGradient gradientOf(Moments moments, boolean dx) {
        var gradient = momentsGradients.get(moments);
        if (gradient == null && dx) {
            throw new IllegalStateException("groupNorm: gradients do not pass through the moments of several parts;"
                    + " train with the picture as a whole");
        }
        return gradient == null
                ? new MomentsGradient(new double[moments.groups()], new double[moments.groups()])
                : gradient;
    }

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        boolean dx = active(x);
        boolean dWeight = active(weight);
        boolean dBias = active(bias);
        if (!(dx || dWeight || dBias)) {
            overwritten(out);
        } else {
            if (writesNotes()) {
                var before = keep(x);
                var ofMoments = gradientOf(moments, dx);
                var operands = new GroupNormOperands(weight, bias, eps, f);
                note(
                        overwriting(
                                out,
                                g -> kernels.groupNorm(
                                        new GroupNormGradients(
                                                wanted(dx, x),
                                                ofMoments.means(),
                                                ofMoments.variances(),
                                                wanted(dWeight, weight),
                                                wanted(dBias, bias)),
                                        g,
                                        before.value(),
                                        moments,
                                        operands)),
                        before);
            }
            writing(out, true);
        }
        device.groupNormKernel(out, x, moments, weight, bias, eps, f);
    }

    // --- attention --------------------------------------------------------------------------------------------------

    @Override
    protected void attentionKernel(AttentionCall call) {
        boolean dBias =
                call.distanceBias().isPresent() && active(call.distanceBias().get());
        boolean depends = active(call.q()) || active(call.k()) || active(call.v()) || dBias;
        if (depends) {
            writing(call.out(), true);
        } else {
            overwritten(call.out());
        }
        device.attentionKernel(call);
        if (depends && writesNotes()) {
            noteAttention(call, dBias);
        }
    }

    /** The result is needed again, so that this note is made after it was written. */
    private void noteAttention(AttentionCall of, boolean dBias) {
        boolean dq = active(of.q());
        boolean dk = active(of.k());
        boolean dv = active(of.v());
        var q = keep(of.q());
        var k = keep(of.k());
        var v = keep(of.v());
        var out = keep(of.out());
        var backward = overwriting(of.out(), g -> {
            var operands = new AttentionCall(
                    out.value(),
                    q.value(),
                    k.value(),
                    v.value(),
                    of.heads(),
                    of.scale(),
                    of.layout(),
                    of.distanceBias());
            var logSumExp = memory.zeros(of.heads(), of.q().rows());
            kernels.logSumExp(logSumExp, operands);
            var into = new AttentionGradients(
                    wanted(dq, of.q()),
                    wanted(dk, of.k()),
                    wanted(dv, of.v()),
                    of.distanceBias().flatMap(bias -> wanted(dBias, bias)));
            kernels.attention(into, g, logSumExp, operands);
            memory.release(logSumExp);
        });
        note(backward, q, k, v, out);
    }

    // --- pictures ---------------------------------------------------------------------------------------------------

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        boolean dx = active(x);
        boolean dBias = conv.bias().isPresent() && active(conv.bias().get());
        var dWeight = trained(conv.weight());
        boolean depends = dx || dBias || dWeight.isPresent();
        if (depends && writesNotes()) {
            var before = keep(x);
            Consumer<Tensor> backward = g -> {
                kernels.conv2d(wanted(dx, x), dWeight, g, before.value(), conv, stride, padding);
                conv.bias().flatMap(bias -> wanted(dBias, bias)).ifPresent(sum -> kernels.sumRows(sum, g));
            };
            note(added ? () -> memory.gradient(out).ifPresent(backward) : overwriting(out, backward), before);
        }
        if (depends || added) {
            writing(out, depends || active(out));
        } else {
            overwritten(out);
        }
        device.conv2dKernel(out, x, conv, stride, padding, added);
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {
        if (active(x)) {
            if (writesNotes()) {
                note(overwriting(out, g -> kernels.upsample2x(memory.sumOf(x), g)));
            }
            writing(out, true);
        } else {
            overwritten(out);
        }
        device.upsample2xKernel(out, x);
    }
}
