package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.ScalarOps;
import io.mural.tornado.device.AttentionGroups;
import io.mural.tornado.device.AttentionUse;
import io.mural.tornado.kernels.CuDnnTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Attention by cuDNN, as the emulator does it, against the oracle; and when it is the kernel's. */
@Tag("full")
class LibraryAttentionTest {
    private static final String CUDNN = "sdpaForward";
    private static final String KERNEL = "attention";
    /** Half the distance from 1 to the next float16. */
    private static final double HALF = 0x1p-11;

    /** What attends: normally distributed numbers times a magnitude each. */
    private record Case(
            int heads, int keyHeads, int headDim, AttentionLayout layout, float qSize, float kSize, float vSize) {
        Case(int heads, int keyHeads, int headDim, AttentionLayout layout) {
            this(heads, keyHeads, headDim, layout, 1, 1, 1);
        }

        float scale() {
            return (float) (1 / Math.sqrt(headDim));
        }

        float[] q() {
            return normal(layout.queries() * heads * headDim, qSize);
        }

        float[] k() {
            return normal(layout.keys() * keyHeads * headDim, kSize);
        }

        float[] v() {
            return normal(layout.keys() * keyHeads * headDim, vSize);
        }

        float[] run(Ops ops, Optional<Tensor> bias) {
            var q = ops.tensor(q(), layout.queries(), heads * headDim);
            var k = ops.tensor(k(), layout.keys(), keyHeads * headDim);
            var v = ops.tensor(v(), layout.keys(), keyHeads * headDim);
            var out = ops.empty(layout.queries(), heads * headDim);
            ops.attention(new AttentionCall(out, q, k, v, heads, scale(), layout, bias));
            return ops.read(out);
        }

        float[] run(Ops ops) {
            return run(ops, Optional.empty());
        }

        /**
         * Of every element (docs/numerics.md): rounded q and k move a score by 2 HALF scale |q| |k|, and so the mean by
         * twice that; weights, v and the result are rounded once; a thousandth for what float32 adds.
         */
        double bound() {
            double score = scale() * longest(q(), headDim) * longest(k(), headDim);
            return 1.001 * (4 * score + 3 + layout.keys() * 0x1p-14) * HALF * longest(v(), 1);
        }

        /** Of all elements, root mean square (docs/numerics.md). */
        double deviation() {
            return 2 * Math.max(1, qSize * kSize) * HALF * vSize;
        }
    }

    private static AttentionUse.CuDnn use(int staging) {
        return new AttentionUse.CuDnn(false, 0, staging, System::nanoTime, headDim -> Optional.empty(), Map.of());
    }

    private static TornadoOps open(AttentionUse use) {
        return Pictures.open(use, Workspace.poisoned());
    }

    @TestFactory
    Stream<DynamicTest> denseAtAwkwardSizes() {
        return Stream.of(new int[] {16, 1}, new int[] {39, 70}, new int[] {67, 257}, new int[] {207, 131})
                .flatMap(size -> Stream.of(8, 24, 128)
                        .map(headDim -> alike(
                                size[0] + " x " + size[1] + ", heads of " + headDim,
                                new Case(3, 3, headDim, AttentionLayout.dense(size[0], size[1])),
                                1 << 17)));
    }

    /** Arrays that hold all heads, two, and one. */
    @TestFactory
    Stream<DynamicTest> partsOfHeads() {
        return Stream.of(5 * 70 * 24, 2 * 70 * 24 + 1, 70 * 24)
                .map(staging ->
                        alike("arrays of " + staging, new Case(5, 5, 24, AttentionLayout.dense(39, 70)), staging));
    }

    @TestFactory
    Stream<DynamicTest> headsThatShareKeys() {
        return Stream.of(1, 2, 3)
                .map(keyHeads -> alike(
                        keyHeads + " key heads", new Case(6, keyHeads, 16, AttentionLayout.dense(37, 61)), 1 << 13));
    }

    /** Windows of 16 tokens with halos and a guide: inner ones, edges and corners; many in an array, and one. */
    @TestFactory
    Stream<DynamicTest> hierarchical() {
        var geometry = new HierarchicalGeometry(4, 2, 2, 1, HierarchicalGeometry.ALL, 1);
        var order = new WindowOrder(20, 13, geometry.window());
        var layout = HierarchicalLayout.of(geometry, 17, order, geometry.guideSide(20), geometry.guideSide(13));
        return Stream.of(1 << 16, 1 << 13)
                .map(staging -> alike("arrays of " + staging, new Case(2, 2, 16, layout.picture()), staging));
    }

    /** A picture of 4096 x 4096 with windows of 256, as published; and where the text's rows have no room. */
    @Test
    void aLargePictureIsFewGroups() {
        var geometry = HierarchicalGeometry.FLUX1;
        var order = new WindowOrder(256, 256, geometry.window());
        int guide = geometry.guideSide(256);
        var layout = HierarchicalLayout.of(geometry, 512, order, guide, guide).picture();
        var groups = AttentionGroups.of(layout.blocks(), (1 << 24) / 128);
        assertThat(groups.rest()).isEmpty();
        assertThat(groups.pairs()).isEqualTo(layout.pairs());
        assertThat(groups.groups())
                .hasSizeBetween(4, AttentionGroups.MOST_GROUPS)
                .extracting(AttentionGroups.Group::size)
                .contains(new AttentionGroups.Size(256, 1680), new AttentionGroups.Size(512, 512 + 256 * 256));
        assertThat(AttentionGroups.of(layout.blocks(), 1 << 16).rest())
                .singleElement()
                .isEqualTo(layout.blocks().getFirst());
    }

    @TestFactory
    Stream<DynamicTest> windows() {
        return Stream.of(1 << 16, 3000)
                .map(staging -> alike("arrays of " + staging, new Case(2, 1, 8, windowed()), staging));
    }

    /** Six windows alike, in two of which a run is cut, and one that is smaller. */
    private static AttentionLayout windowed() {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < 6; i++) {
            int from = 31 * i;
            var runs = i % 3 == 0
                    ? List.of(new Run(0, 150))
                    : List.of(new Run(0, 5), new Run(from, from + 100), new Run(from + 101, from + 146));
            blocks.add(new Block(from, from + 31, runs));
        }
        blocks.add(new Block(186, 207, List.of(new Run(3, 200))));
        return AttentionLayout.of(311, blocks);
    }

    /** float16 ends at 65504: magnitudes are brought into its range by powers of two. */
    @TestFactory
    Stream<DynamicTest> magnitudesBeyondFloat16() {
        var dense = AttentionLayout.dense(39, 70);
        return Stream.of(
                alike("large v", new Case(2, 2, 16, dense, 1, 1, 1e7f), 1 << 14),
                alike("small v", new Case(2, 2, 16, dense, 1, 1, 1e-9f), 1 << 14),
                alike("large q, small k", new Case(2, 2, 16, dense, 3e6f, 1e-6f, 1), 1 << 14),
                alike("small q, large k", new Case(2, 2, 16, dense, 1e-7f, 4e6f, 1), 1 << 14),
                alike("no q, large k", new Case(2, 2, 16, dense, 0, 1e9f, 1), 1 << 14),
                alike("nothing", new Case(2, 2, 16, dense, 0, 0, 0), 1 << 14));
    }

    /** As in layers: q, k and v are columns of one tensor, the result those of another. */
    @Test
    void columnsOfWiderTensors() {
        var attention = new Case(2, 2, 24, AttentionLayout.dense(61, 61));
        var values = normal(61 * 150, 1);
        var results = new ArrayList<float[]>();
        for (var each : List.of(use(1 << 14), new AttentionUse.None(Optional.empty()))) {
            try (var ops = open(each)) {
                var x = ops.tensor(values, 61, 150);
                var wide = ops.tensor(values.clone(), 61, 150);
                var out = wide.columns(40, 88);
                ops.attention(new AttentionCall(
                        out,
                        x.columns(1, 49),
                        x.columns(49, 97),
                        x.columns(99, 147),
                        2,
                        attention.scale(),
                        attention.layout(),
                        Optional.empty()));
                results.add(ops.read(wide));
            }
        }
        requireAlike(results.get(1), results.get(0), attention);
    }

    /** The text's rows see more than an array holds; windows are batched all the same. */
    @Test
    void blocksWithoutRoomAreTheKernels() {
        var layout = windowed();
        var attention = new Case(2, 2, 8, layout);
        try (var oracle = new ScalarOps(new Workspace());
                var ops = open(use(196 * 8))) {
            requireAlike(attention.run(oracle), attention.run(ops), attention);
            assertThat(ops.graphs().kernels()).contains(CUDNN, KERNEL);
        }
    }

    @TestFactory
    Stream<DynamicTest> theKernelDoesWhatCuDnnDoesNot() {
        var dense = AttentionLayout.dense(31, 31);
        return Stream.of(
                kernels("heads of 13", new Case(2, 2, 13, dense), false, use(1 << 14)),
                kernels("heads of 264", new Case(1, 1, 264, dense), false, use(1 << 14)),
                kernels("a distance bias", new Case(2, 2, 8, dense), true, use(1 << 14)),
                kernels("no room", new Case(2, 2, 8, dense), false, use(31 * 8 - 1)),
                kernels(
                        "blocks of single queries",
                        new Case(2, 2, 8, AttentionLayout.causal(50)),
                        false,
                        use(1 << 14)));
    }

    private static DynamicTest kernels(String what, Case attention, boolean biased, AttentionUse use) {
        return DynamicTest.dynamicTest(what, () -> {
            try (var ops = open(use);
                    var without = open(new AttentionUse.None(Optional.empty()))) {
                assertThat(attention.run(ops, bias(ops, attention, biased)))
                        .isEqualTo(attention.run(without, bias(without, attention, biased)));
                assertThat(ops.graphs().kernels()).contains(KERNEL).doesNotContain(CUDNN);
            }
        });
    }

    private static Optional<Tensor> bias(Ops ops, Case attention, boolean biased) {
        int cols = attention.layout().queries() + attention.layout().keys() - 1;
        return biased
                ? Optional.of(ops.tensor(normal(attention.heads() * cols, 1), attention.heads(), cols))
                : Optional.empty();
    }

    /** Found by a trial of its own before the first attention with heads of a size; said, and asked once. */
    @Test
    void aDeviceWithoutPlansIsTheKernels() {
        var asked = new ArrayList<Integer>();
        var notices = new ArrayList<String>();
        var use = new AttentionUse.CuDnn(
                false,
                0,
                1 << 14,
                System::nanoTime,
                headDim -> {
                    asked.add(headDim);
                    return Optional.of("too old");
                },
                Map.of());
        try (var ops = open(use)) {
            ops.onNotice(notices::add);
            new Case(2, 2, 8, AttentionLayout.dense(31, 31)).run(ops);
            new Case(3, 3, 8, AttentionLayout.dense(32, 31)).run(ops);
            assertThat(ops.graphs().kernels()).contains(KERNEL).doesNotContain(CUDNN);
        }
        assertThat(asked).containsExactly(8);
        assertThat(notices).containsOnly("too old");
    }

    @Test
    void theTrialTellsWhatCuDnnSays() {
        var device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        assertThat(CuDnnTasks.refusal(device, 64)).isEmpty();
        assertThat(CuDnnTasks.refusal(device, 12))
                .hasValueSatisfying(reason -> assertThat(reason)
                        .startsWith(
                                "cuDNN does not do attention with heads of 12 here, mural's kernel does; `gemm` java")
                        .endsWith("cuDNN takes multiples of 8 up to 256"));
    }

    @Test
    void withoutTheSdksModuleThereIsNone() {
        assertThat(CuDnnTasks.missing())
                .contains(
                        "cuDNN is missing, the TornadoVM SDK has no module tornado.cudnn; attention is done by mural's"
                                + " kernel; install a release for CUDA");
    }

    @Test
    void itsAbsenceIsSaidWhereItWasToBeExpected() {
        var notices = new ArrayList<String>();
        try (var ops = open(new AttentionUse.None(Optional.of("no cuDNN here")))) {
            ops.onNotice(notices::add);
            new Case(2, 2, 8, AttentionLayout.dense(31, 31)).run(ops);
        }
        assertThat(notices).containsExactly("no cuDNN here");
    }

    // --- the choice -------------------------------------------------------------------------------------------------

    /** A clock under which the runs of the kernel, which come first, take {@code kernel} and cuDNN's {@code library}. */
    private static LongSupplier clock(long kernel, long library) {
        var asked = new int[1];
        var now = new long[1];
        return () -> now[0] += asked[0]++ < 8 ? kernel : library;
    }

    private static AttentionUse measured(LongSupplier clock, Map<AttentionUse.Shape, Boolean> wins) {
        return new AttentionUse.CuDnn(true, 2 * 64 * 61 * 8, 1 << 12, clock, headDim -> Optional.empty(), wins);
    }

    private static final Case MEASURED = new Case(2, 2, 8, AttentionLayout.dense(64, 61));

    private static List<String> details(LongSupplier clock, boolean expectLibrary) {
        var details = new ArrayList<String>();
        var notices = new ArrayList<String>();
        try (var ops = open(measured(clock, new HashMap<>()))) {
            ops.onDetail(details::add);
            ops.onNotice(notices::add);
            MEASURED.run(ops);
            ops.graphs().kernels().clear();
            MEASURED.run(ops);
            var kernels = ops.graphs().kernels();
            assertThat(kernels.contains(CUDNN)).isEqualTo(expectLibrary);
            assertThat(kernels.contains(KERNEL)).isEqualTo(!expectLibrary);
        }
        assertThat(notices).isEmpty();
        return details;
    }

    @Test
    void theFasterIsTakenAndSaidOnce() {
        assertThat(details(clock(5_000_000, 2_000_000), true))
                .singleElement()
                .asString()
                .startsWith("attention of 64 queries to 61 keys, 2 heads of 8: cuDNN 2.000 ms, ")
                .endsWith("e-04 off the Java kernel, which takes 5.000 ms; cuDNN is used");
        assertThat(details(clock(1_000_000, 2_000_000), false))
                .singleElement()
                .asString()
                .endsWith("which takes 1.000 ms; the kernel is used");
    }

    @Test
    void whatWasMeasuredHoldsForLaterOperations() {
        var wins = new HashMap<AttentionUse.Shape, Boolean>();
        for (int picture = 0; picture < 2; picture++) {
            var details = new ArrayList<String>();
            try (var ops = open(measured(clock(9, 1), wins))) {
                ops.onDetail(details::add);
                MEASURED.run(ops);
                assertThat(ops.graphs().kernels()).contains(CUDNN);
            }
            assertThat(details).hasSize(1 - picture);
        }
        assertThat(wins)
                .containsOnly(Map.entry(
                        new AttentionUse.Shape(2, 8, 1, 64 * 61, List.of(new AttentionUse.Batch(64, 61, 1))), true));
    }

    @Test
    void smallOnesAreTheKernels() {
        try (var ops = open(measured(clock(9, 1), new HashMap<>()))) {
            ops.onDetail(line -> assertThat(line).isNull());
            new Case(2, 2, 8, AttentionLayout.dense(63, 61)).run(ops);
            assertThat(ops.graphs().kernels()).contains(KERNEL).doesNotContain(CUDNN);
        }
    }

    /** 2049 is no float16: where products cancel, what is left is the rounding. A result like that is refused, aloud. */
    @Test
    void aResultThatIsFarOffIsRefused() {
        var notices = new ArrayList<String>();
        try (var ops = open(measured(clock(9, 1), new HashMap<>()))) {
            ops.onNotice(notices::add);
            var q = new float[64 * 16];
            var k = new float[61 * 16];
            var v = new float[61 * 16];
            for (int i = 0; i < q.length; i++) {
                q[i] = i % 2 == 0 ? 2049 : -2048;
            }
            for (int i = 0; i < k.length; i++) {
                k[i] = i < 16 ? 8 : 0;
                v[i] = i < 16 ? 1 : 0;
            }
            var out = ops.empty(64, 16);
            ops.attention(new AttentionCall(
                    out,
                    ops.tensor(q, 64, 16),
                    ops.tensor(k, 61, 16),
                    ops.tensor(v, 61, 16),
                    2,
                    1,
                    MEASURED.layout(),
                    Optional.empty()));
            assertThat(ops.read(out)).containsOnly(1);
        }
        assertThat(notices)
                .containsExactly(
                        "attention of 64 queries to 61 keys, 2 heads of 8: cuDNN is 9.8e-01 off the Java kernel,"
                                + " which is used instead");
    }

    /** All attention of transformers and decoder by cuDNN. */
    @Test
    void aPicture() {
        assertThat(Pictures.psnr(() -> Pictures.open(use(1 << 14), new Workspace())))
                .isGreaterThan(50);
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    private static DynamicTest alike(String what, Case attention, int staging) {
        return DynamicTest.dynamicTest(what, () -> {
            try (var oracle = new ScalarOps(new Workspace());
                    var ops = open(use(staging))) {
                requireAlike(attention.run(oracle), attention.run(ops), attention);
                assertThat(ops.graphs().kernels()).contains(CUDNN);
            }
        });
    }

    private static void requireAlike(float[] expected, float[] actual, Case attention) {
        assertThat(actual).hasSameSizeAs(expected);
        double bound = attention.bound();
        double squares = 0;
        double worst = -1;
        int at = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs((double) actual[i] - expected[i]);
            squares += error * error;
            if (!(error <= worst)) {
                worst = error;
                at = i;
            }
        }
        assertThat(worst)
                .as("error of element %d: expected %s, actual %s, bound %.3e", at, expected[at], actual[at], bound)
                .isLessThanOrEqualTo(bound);
        assertThat(Math.sqrt(squares / expected.length))
                .as("root mean square error")
                .isLessThanOrEqualTo(attention.deviation());
    }

    /** The longest vector of {@code size} elements. */
    private static double longest(float[] values, int size) {
        double longest = 0;
        for (int i = 0; i < values.length; i += size) {
            double sum = 0;
            for (int j = i; j < i + size; j++) {
                sum += (double) values[j] * values[j];
            }
            longest = Math.max(longest, Math.sqrt(sum));
        }
        return longest;
    }

    private static float[] normal(int count, float size) {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = size * (float) random.nextGaussian();
        }
        return values;
    }
}
