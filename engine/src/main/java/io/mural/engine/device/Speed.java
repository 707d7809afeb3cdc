package io.mural.engine.device;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.DType;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How fast a device is, from about a second of work.
 *
 * @param linear operations a second in linear layers
 * @param attention operations a second in attention
 */
public record Speed(double linear, double attention) {
    private static final int ROWS = 1024;
    private static final int WIDTH = 768;
    private static final int HEADS = 6;
    private static final long WARM_NANOS = 300_000_000L;
    private static final long MEASURED_NANOS = 300_000_000L;

    public static Speed of(Supplier<Ops> device) {
        try (var ops = device.get()) {
            var weight = Matrix.of(
                    "calibration", DType.F32, WIDTH, WIDTH, MemorySegment.ofArray(new byte[WIDTH * WIDTH * 4]), 1);
            var layer = new Linear(weight, Optional.empty(), List.of());
            var x = ops.tensor(new float[ROWS * WIDTH], ROWS, WIDTH);
            var layout = AttentionLayout.dense(ROWS, ROWS);
            double linear = rate(
                    2.0 * ROWS * WIDTH * WIDTH,
                    () -> ops.unit("linear", () -> {
                        ops.linear(x, layer);
                    }));
            double attention = rate(
                    4.0 * layout.pairs() * WIDTH,
                    () -> ops.unit("attention", () -> {
                        ops.attention(
                                new AttentionCall(ops.empty(ROWS, WIDTH), x, x, x, HEADS, 1, layout, Optional.empty()));
                    }));
            return new Speed(linear, attention);
        }
    }

    private static double rate(double flops, Runnable work) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_NANOS) {
            work.run();
        }
        int runs = 0;
        start = System.nanoTime();
        while (System.nanoTime() - start < MEASURED_NANOS) {
            work.run();
            runs++;
        }
        return flops * runs / ((System.nanoTime() - start) / 1e9);
    }

    public double seconds(double linearFlops, double attentionFlops) {
        return linearFlops / linear + attentionFlops / attention;
    }
}
