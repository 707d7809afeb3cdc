package io.mural.bench;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Conv;
import io.mural.tensor.DType;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One operation at one size: what is measured, here and at the peers. */
sealed interface Work
        permits Work.Gemm, Work.Attention, Work.Conv2d, Work.LayerNorm, Work.GroupNorm, ModelPart, TransformerStep {
    /** As {@code --work} takes it and results name it. */
    String name();

    /** Floating-point operations of a call; a multiplication and an addition are two. */
    double flops();

    /** What a peer needs to know to do the same. */
    Map<String, Object> request();

    /** Makes operands and returns a call. */
    Runnable prepare(Ops ops, Operands operands);

    /** A linear layer: x [m, k] by weights [n, k]. */
    record Gemm(DType dtype, int m, int k, int n) implements Work {
        @Override
        public String name() {
            return "gemm:%s:%d:%d:%d".formatted(dtype, m, k, n);
        }

        @Override
        public double flops() {
            return 2.0 * m * k * n;
        }

        @Override
        public Map<String, Object> request() {
            return Map.of("op", "gemm", "m", m, "k", k, "n", n);
        }

        @Override
        public Runnable prepare(Ops ops, Operands operands) {
            var x = operands.tensor(m, k);
            var layer = new Linear(operands.matrix(dtype, n, k), Optional.of(operands.tensor(n)), List.of());
            return () -> ops.unit("gemm", () -> {
                ops.linear(x, layer);
            });
        }
    }

    /** Dense attention. */
    record Attention(int heads, int headDim, int tokens) implements Work {
        @Override
        public String name() {
            return "attention:%d:%d:%d".formatted(heads, headDim, tokens);
        }

        @Override
        public double flops() {
            return 4.0 * tokens * tokens * heads * headDim;
        }

        @Override
        public Map<String, Object> request() {
            return Map.of("op", "attention", "heads", heads, "head_dim", headDim, "tokens", tokens);
        }

        @Override
        public Runnable prepare(Ops ops, Operands operands) {
            int hidden = heads * headDim;
            var q = operands.tensor(tokens, hidden);
            var k = operands.tensor(tokens, hidden);
            var v = operands.tensor(tokens, hidden);
            var layout = AttentionLayout.dense(tokens, tokens);
            float scale = (float) (1 / Math.sqrt(headDim));
            return () -> ops.unit("attention", () -> {
                ops.attention(
                        new AttentionCall(ops.empty(tokens, hidden), q, k, v, heads, scale, layout, Optional.empty()));
            });
        }
    }

    /** A 3x3 convolution of a square picture. */
    record Conv2d(int side, int in, int out) implements Work {
        @Override
        public String name() {
            return "conv2d:%d:%d:%d".formatted(side, in, out);
        }

        @Override
        public double flops() {
            return 2.0 * side * side * in * out * 9;
        }

        @Override
        public Map<String, Object> request() {
            return Map.of("op", "conv2d", "side", side, "in", in, "out", out);
        }

        @Override
        public Runnable prepare(Ops ops, Operands operands) {
            var x = operands.tensor(side, side, in);
            var conv = new Conv(operands.matrix(DType.F32, out, in * 9), Optional.of(operands.tensor(out)), in, 3);
            return () -> ops.unit("conv2d", () -> {
                ops.conv2d(x, conv, 1, Padding.SAME);
            });
        }
    }

    /** Layer norm of rows; bound by memory. */
    record LayerNorm(int rows, int cols) implements Work {
        @Override
        public String name() {
            return "layer_norm:%d:%d".formatted(rows, cols);
        }

        @Override
        public double flops() {
            return 8.0 * rows * cols;
        }

        @Override
        public Map<String, Object> request() {
            return Map.of("op", "layer_norm", "rows", rows, "cols", cols);
        }

        @Override
        public Runnable prepare(Ops ops, Operands operands) {
            var x = operands.tensor(rows, cols);
            var weight = operands.tensor(cols);
            return () -> ops.unit("layer_norm", () -> {
                ops.layerNorm(x, weight, weight, 1e-6f);
            });
        }
    }

    /** Group norm in 32 groups and SiLU of a square picture; bound by memory. */
    record GroupNorm(int side, int channels) implements Work {
        @Override
        public String name() {
            return "group_norm:%d:%d".formatted(side, channels);
        }

        @Override
        public double flops() {
            return 12.0 * side * side * channels;
        }

        @Override
        public Map<String, Object> request() {
            return Map.of("op", "group_norm", "side", side, "channels", channels);
        }

        @Override
        public Runnable prepare(Ops ops, Operands operands) {
            var x = operands.tensor(side, side, channels);
            var weight = operands.tensor(channels);
            return () -> ops.unit("group_norm", () -> {
                ops.groupNorm(x, 32, weight, weight, 1e-6f, Activation.SILU);
            });
        }
    }

    /** The work that {@link #name()} names. */
    static Work parse(String name) {
        var parts = List.of(name.split(":"));
        try {
            var part = ModelPart.kind(parts.getFirst());
            if (part.isPresent()) {
                return new ModelPart(part.get(), size(parts, 1));
            }
            return switch (parts.getFirst()) {
                case "gemm" -> new Gemm(DType.valueOf(parts.get(1)), size(parts, 2), size(parts, 3), size(parts, 4));
                case "attention" -> new Attention(size(parts, 1), size(parts, 2), size(parts, 3));
                case "conv2d" -> new Conv2d(size(parts, 1), size(parts, 2), size(parts, 3));
                case "layer_norm" -> new LayerNorm(size(parts, 1), size(parts, 2));
                case "step", "dense_step" -> step(parts);
                case "group_norm" -> new GroupNorm(size(parts, 1), size(parts, 2));
                default -> throw new IllegalArgumentException("no such operation");
            };
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    name + ": expected gemm:DTYPE:M:K:N, attention:HEADS:HEAD_DIM:TOKENS, conv2d:SIDE:IN:OUT, "
                            + "layer_norm:ROWS:COLS, group_norm:SIDE:CHANNELS, double_block:TOKENS, single_block:TOKENS, "
                            + "t5_layer:TOKENS, vae_decode:PIXELS, step:PIXELS[:DOUBLE:SINGLE], "
                            + "dense_step:PIXELS[:DOUBLE:SINGLE] or picture:STEPS",
                    e);
        }
    }

    private static Work step(List<String> parts) {
        boolean whole = parts.size() == 2;
        return new TransformerStep(
                parts.getFirst().startsWith("dense"),
                size(parts, 1),
                whole ? TransformerStep.DOUBLES : size(parts, 2),
                whole ? TransformerStep.SINGLES : size(parts, 3));
    }

    private static int size(List<String> parts, int index) {
        return Integer.parseInt(parts.get(index));
    }
}
