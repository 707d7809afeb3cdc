package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.Activation;
import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Linear;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tornado.device.LibraryUse;
import io.mural.tornado.device.Storage;
import io.mural.tornado.kernels.CuBlasTasks;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Products by cuBLAS, as the emulator does them, against those of the Java kernel; and which of the two is taken. */
class LibraryProductsTest {
    /** [rows, in, out, elements of cuBLAS's arrays]: whole, in parts of rows, of columns, of both, one by one. */
    private static final int[][] SIZES = {
        {1, 1, 1, 64},
        {13, 37, 67, 1 << 14},
        {207, 31, 13, 1 << 11},
        {7, 29, 530, 1 << 11},
        {67, 29, 131, 1 << 10},
        {300, 16, 400, 1 << 13},
        {5, 61, 3, 61},
    };

    private static LibraryUse always(int staging) {
        return new LibraryUse.CuBlas(false, 0, staging, System::nanoTime, Map.of());
    }

    private static LibraryUse never() {
        return new LibraryUse.None(Optional.empty());
    }

    private static TornadoOps open(LibraryUse use) {
        return Pictures.open(Storage.BF16, use, Workspace.poisoned());
    }

    @TestFactory
    Stream<DynamicTest> everySize() {
        return Stream.of(SIZES)
                .map(size -> same(
                        List.of(size[0], size[1], size[2]) + ", parts of " + size[3],
                        size[3],
                        ops -> linear(ops, size, layer(size, true, 0), Activation.NONE)));
    }

    @TestFactory
    Stream<DynamicTest> activationsAndNoBias() {
        return Stream.of(Activation.values())
                .map(f -> same(
                        f.name(), 1 << 10, ops -> linear(ops, SIZES[1], layer(SIZES[1], f != Activation.SILU, 0), f)));
    }

    /** Their second product adds to what is there. */
    @TestFactory
    Stream<DynamicTest> adapters() {
        return Stream.of(1, 2)
                .map(count -> same(
                        count + " adapters",
                        1 << 10,
                        ops -> linear(ops, SIZES[4], layer(SIZES[4], true, count), Activation.GELU_TANH)));
    }

    @TestFactory
    Stream<DynamicTest> partsOfWiderTensors() {
        int[] size = {61, 30, 77};
        var layer = layer(size, true, 1);
        return Stream.of(same("columns of wider tensors", 1 << 11, ops -> {
            var x = ops.tensor(whole(61 * 50, 5), 61, 50).columns(11, 41);
            var wide = ops.tensor(whole(61 * 90, 3), 61, 90);
            ops.linear(wide.columns(7, 84), x, layer, Activation.NONE);
            return wide;
        }));
    }

    /** A row of the weight that has no room in cuBLAS's array is the kernel's, also when cuBLAS is to do it all. */
    @Test
    void longRowsAreTheKernels() {
        int[] size = {3, 65, 5};
        try (var ops = open(always(64))) {
            int before = ops.graphs().size();
            assertThat(ops.read(linear(ops, size, layer(size, true, 0), Activation.NONE)))
                    .hasSize(15);
            assertThat(ops.graphs().size()).isGreaterThan(before);
            assertThat(ops.graphs().kernels()).contains("gemmBF16").doesNotContain("cublasGemmExBF16");
        }
    }

    /** Parts of one size are constants of one task: a second product of the same shape, by other weights, builds nothing. */
    @Test
    void productsOfASizeShareAGraph() {
        try (var ops = open(always(1 << 12))) {
            var first = layer(SIZES[1], true, 0);
            var second = layer(SIZES[1], true, 0);
            ops.unit("a", () -> ops.read(linear(ops, SIZES[1], first, Activation.NONE)));
            ops.unit("b", () -> ops.read(linear(ops, SIZES[1], second, Activation.NONE)));
            int graphs = ops.graphs().size();
            ops.unit("a", () -> ops.read(linear(ops, SIZES[1], first, Activation.NONE)));
            ops.unit("b", () -> ops.read(linear(ops, SIZES[1], second, Activation.NONE)));
            assertThat(ops.graphs().size()).isEqualTo(graphs);
            assertThat(ops.graphs().kernels()).contains("cublasGemmExBF16").doesNotContain("gemmBF16");
        }
    }

    // --- the choice
    // ---------------------------------------------------------------------------------------------------

    private static final int[] MEASURED = {64, 65, 66};

    /** A clock under which the runs of the kernel, which come first, take {@code kernel} and cuBLAS's {@code library}. */
    private static LongSupplier clock(long kernel, long library) {
        var asked = new int[1];
        var now = new long[1];
        return () -> now[0] += asked[0]++ < 8 ? kernel : library;
    }

    private static LibraryUse measured(LongSupplier clock, Map<LibraryUse.Size, Boolean> wins) {
        return new LibraryUse.CuBlas(true, 64 * 64 * 64, 1 << 12, clock, wins);
    }

    private static List<String> details(LongSupplier clock, boolean expectLibrary) {
        var details = new ArrayList<String>();
        var notices = new ArrayList<String>();
        try (var ops = open(measured(clock, new HashMap<>()))) {
            ops.onDetail(details::add);
            ops.onNotice(notices::add);
            var layer = layer(MEASURED, true, 0);
            var x = ops.tensor(whole(64 * 65, 5), 64, 65);
            ops.read(ops.linear(x, layer));
            ops.graphs().kernels().clear();
            ops.read(ops.linear(x, layer));
            var kernels = ops.graphs().kernels();
            assertThat(kernels.contains("cublasGemmExBF16")).isEqualTo(expectLibrary);
            assertThat(kernels.contains("gemmBF16")).isEqualTo(!expectLibrary);
        }
        assertThat(notices).isEmpty();
        return details;
    }

    @Test
    void theFasterIsTakenAndSaidOnce() {
        assertThat(details(clock(5_000_000, 2_000_000), true))
                .containsExactly("products of [64, 65] x [65, 66]: cuBLAS 2.000 ms, 0.0e+00 off the Java kernel, which"
                        + " takes 5.000 ms; cuBLAS is used");
        assertThat(details(clock(1_000_000, 2_000_000), false))
                .singleElement()
                .asString()
                .endsWith("which takes 1.000 ms; the kernel is used");
    }

    /** The next picture's operations know what those of the first found out. */
    @Test
    void whatWasMeasuredHoldsForLaterOperations() {
        var wins = new HashMap<LibraryUse.Size, Boolean>();
        for (int picture = 0; picture < 2; picture++) {
            var details = new ArrayList<String>();
            try (var ops = open(measured(clock(9, 1), wins))) {
                ops.onDetail(details::add);
                ops.read(linear(ops, MEASURED, layer(MEASURED, true, 0), Activation.NONE));
                assertThat(ops.graphs().kernels()).contains("cublasGemmExBF16");
            }
            assertThat(details).hasSize(1 - picture);
        }
        assertThat(wins).containsOnly(Map.entry(new LibraryUse.Size(64, 65, 66), true));
    }

    /** They are not worth a measurement. */
    @Test
    void smallProductsAreTheKernels() {
        try (var ops = open(measured(clock(9, 1), new HashMap<>()))) {
            ops.onDetail(line -> assertThat(line).isNull());
            ops.read(linear(ops, new int[] {61, 65, 66}, layer(MEASURED, true, 0), Activation.NONE));
            assertThat(ops.graphs().kernels()).contains("gemmBF16").doesNotContain("cublasGemmExBF16");
        }
    }

    /** 257 is no bfloat16: where sums cancel, what is left is the rounding. A result like that is refused, aloud. */
    @Test
    void aResultThatIsFarOffIsRefused() {
        var notices = new ArrayList<String>();
        try (var ops = open(measured(clock(9, 1), new HashMap<>()))) {
            ops.onNotice(notices::add);
            var values = new float[64 * 64];
            var ones = new float[64 * 64];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 2 == 0 ? 257 : -256;
                ones[i] = 1;
            }
            var layer = new Linear(matrix("w", 64, 64, ones), Optional.empty(), List.of());
            var result = ops.read(ops.linear(ops.tensor(values, 64, 64), layer));
            assertThat(result).containsOnly(32);
        }
        assertThat(notices)
                .containsExactly("products of [64, 64] x [64, 64]: cuBLAS is 1.0e+00 off the Java kernel, which is used"
                        + " instead");
    }

    @Test
    void withoutTheSdksModuleThereIsNone() {
        assertThat(CuBlasTasks.missing())
                .contains(
                        "cuBLAS is missing, the TornadoVM SDK has no module tornado.cublas; install a release for CUDA");
    }

    @Test
    void itsAbsenceIsSaidWhereItWasToBeExpected() {
        var notices = new ArrayList<String>();
        try (var ops = open(new LibraryUse.None(Optional.of("no cuBLAS here")))) {
            ops.onNotice(notices::add);
            ops.read(linear(ops, SIZES[0], layer(SIZES[0], true, 0), Activation.NONE));
        }
        assertThat(notices).containsExactly("no cuBLAS here");
    }

    // --- operands
    // -----------------------------------------------------------------------------------------------------

    /** Whole numbers whose products and sums bfloat16 holds exactly: results are the same to the bit. */
    private static DynamicTest same(String what, int staging, Function<Ops, Tensor> run) {
        return DynamicTest.dynamicTest(what, () -> {
            float[] expected;
            try (var ops = open(never())) {
                expected = ops.read(run.apply(ops));
            }
            try (var ops = open(always(staging))) {
                assertThat(ops.read(run.apply(ops))).isEqualTo(expected);
                assertThat(ops.graphs().kernels()).contains("cublasGemmExBF16").doesNotContain("gemmBF16");
            }
        });
    }

    private static Tensor linear(Ops ops, int[] size, Linear layer, Activation f) {
        return ops.linear(ops.tensor(whole(size[0] * size[1], 5), size[0], size[1]), layer, f);
    }

    private static Linear layer(int[] size, boolean bias, int adapters) {
        var all = Stream.iterate(0, i -> i < adapters, i -> i + 1)
                .map(i -> new LowRank(
                        matrix("lora_A.weight", 2 + i, size[1], sparse((2 + i) * size[1])),
                        matrix("lora_B.weight", size[2], 2 + i, whole(size[2] * (2 + i), 3)),
                        1 - 3 * i))
                .toList();
        var biases =
                Tensor.of(Arena.ofAuto().allocate((long) size[2] * Float.BYTES, 64), io.mural.tensor.Shape.of(size[2]));
        biases.copyFrom(whole(size[2], 9));
        return new Linear(
                matrix("proj.weight", size[2], size[1], whole(size[2] * size[1], 3)),
                bias ? Optional.of(biases) : Optional.empty(),
                all);
    }

    /** Numbers around zero. */
    private static float[] whole(int count, int range) {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(range) - range / 2;
        }
        return values;
    }

    /** Mostly zeros, so that what they are multiplied with twice stays small. */
    private static float[] sparse(int count) {
        var values = new float[count];
        for (int i = 0; i < count; i += 7) {
            values[i] = 1;
        }
        return values;
    }

    private static Matrix matrix(String name, int rows, int cols, float[] values) {
        var data = Arena.ofAuto().allocate((long) values.length * Short.BYTES, 64);
        for (int i = 0; i < values.length; i++) {
            data.set(Matrix.F16_LAYOUT, (long) i * Short.BYTES, FloatFormats.floatToBf16(values[i]));
        }
        return Matrix.of(name, DType.BF16, rows, cols, data, 1);
    }
}
