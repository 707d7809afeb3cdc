package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.mural.tensor.cpu.VectorOps;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Once the arrays of the workers have grown, operations allocate nothing on the heap but small objects. */
class AllocationTest {
    private static final int CALLS = 30;
    /** A layout's tiles, the closures of a call, views of segments. */
    private static final long SMALL_OBJECTS = 20_000;

    @Tag("full")
    @Test
    void operationsReuseTheirMemory() {
        var samples = new Samples(7);
        var x = samples.tensor(130, 300);
        var weight = samples.matrix("proj", DType.BF16, 300, 300);
        var adapter = new LowRank(
                samples.matrix("lora_A", DType.F32, 16, 300), samples.matrix("lora_B", DType.F32, 300, 16), 0.5f);
        var layer = new Linear(weight, Optional.of(samples.tensor(300)), List.of(adapter));
        var blocks = new Linear(samples.matrix("blocks", DType.Q4_K, 300, 256), Optional.empty(), List.of());
        var picture = samples.tensor(40, 40, 32);
        var conv = new Conv(samples.matrix("conv", DType.F32, 32, 288), Optional.of(samples.tensor(32)), 32, 3);
        var channels = samples.tensor(32);
        var row = samples.tensor(300);
        var layout = AttentionLayout.dense(130, 130);
        // one thread: what is measured is the thread that calls
        try (var ops = new VectorOps(new Workspace(), 1)) {
            Runnable calls = () -> ops.unit("calls", () -> {
                var y = ops.linear(x, layer, Activation.SILU);
                ops.linear(x.rows(0, 2), layer);
                ops.linear(x.columns(0, 256), blocks);
                ops.linear(x.columns(0, 256).rows(0, 2), blocks);
                ops.attention(new AttentionCall(y, x, x, x, 3, 0.1f, layout, Optional.empty()));
                ops.layerNorm(y, row, row, 1e-6f);
                ops.rmsNorm(y, row, 1e-6f);
                ops.add(y, x);
                ops.addGated(y, row.reshape(1, 300), x);
                ops.conv2d(picture, conv, 1, Padding.SAME);
                ops.groupNorm(picture, 8, channels, channels, 1e-6f, Activation.SILU);
                ops.upsample2x(picture);
            });
            // Vectors are objects until the kernels are compiled; how many calls that takes is the JVM's to decide.
            // What a
            // call allocates then is always the same, so that a low number is no luck.
            long before = Long.MAX_VALUE;
            long perCall = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 100 && perCall > SMALL_OBJECTS * 12; attempt++) {
                before = allocated();
                for (int i = 0; i < CALLS; i++) {
                    calls.run();
                }
                perCall = (allocated() - before) / CALLS;
            }
            assertThat(perCall).as("bytes allocated by twelve operations").isLessThanOrEqualTo(SMALL_OBJECTS * 12);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
