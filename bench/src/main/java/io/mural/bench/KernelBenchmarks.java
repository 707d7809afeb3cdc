package io.mural.bench;

import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The kernels that a picture spends its time in, at sizes of FLUX.1-dev at 1024 pixels and its autoencoder. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 7, time = 1)
public class KernelBenchmarks {
    /** Operations and operands of one kind of work. */
    @State(Scope.Benchmark)
    public abstract static class Prepared {
        @Param("1")
        public int threads;

        private Operands operands;
        private VectorOps ops;
        private Runnable call;

        abstract String work();

        @Setup
        public void prepare() {
            operands = new Operands();
            ops = new VectorOps(new Workspace(), threads);
            call = Work.parse(work()).prepare(ops, operands);
        }

        @TearDown
        public void close() {
            ops.close();
            operands.close();
        }

        void run() {
            call.run();
        }
    }

    public static class Gemm extends Prepared {
        @Param({
            "gemm:BF16:512:3072:3072",
            "gemm:F32:512:3072:3072",
            "gemm:F16:512:3072:3072",
            "gemm:F8_E4M3:512:3072:3072",
            "gemm:Q8_0:512:3072:3072",
            "gemm:Q5_0:512:3072:3072",
            "gemm:Q4_K:512:3072:3072",
            "gemm:BF16:1536:3072:12288",
            "gemm:Q8_0:1536:3072:12288",
            "gemm:Q4_K:1536:3072:12288",
            "gemm:BF16:1:3072:18432",
            "gemm:Q8_0:1:3072:18432",
            "gemm:Q4_K:1:3072:18432"
        })
        public String work;

        @Override
        String work() {
            return work;
        }
    }

    public static class Attention extends Prepared {
        @Param({"attention:4:128:4096", "attention:6:32:288"})
        public String work;

        @Override
        String work() {
            return work;
        }
    }

    public static class Conv2d extends Prepared {
        @Param({"conv2d:128:512:512", "conv2d:512:128:128", "conv2d:256:16:16"})
        public String work;

        @Override
        String work() {
            return work;
        }
    }

    public static class Norms extends Prepared {
        @Param({"layer_norm:4096:3072", "group_norm:512:128"})
        public String work;

        @Override
        String work() {
            return work;
        }
    }

    @Benchmark
    public void gemm(Gemm prepared) {
        prepared.run();
    }

    @Benchmark
    public void attention(Attention prepared) {
        prepared.run();
    }

    @Benchmark
    public void conv2d(Conv2d prepared) {
        prepared.run();
    }

    @Benchmark
    public void norm(Norms prepared) {
        prepared.run();
    }
}
