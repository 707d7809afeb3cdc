package io.mural.tensor;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Convolutions of all kinds the models have, and upsampling. */
class PictureConformanceTest {
    /** [height, width, in, out, kernel] */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 1},
        {3, 3, 3, 16, 3},
        {8, 8, 16, 64, 3},
        {13, 7, 24, 3, 3},
        {9, 70, 8, 17, 3},
        {32, 33, 16, 16, 3},
        {5, 6, 128, 260, 3},
        {20, 50, 12, 40, 1},
        {17, 101, 5, 33, 3},
    };

    @TestFactory
    Stream<DynamicTest> convolutions() {
        return Stream.of(SIZES)
                .flatMap(size -> Stream.of(DType.F32, DType.BF16).flatMap(dtype -> {
                    var padding = size[4] == 1 ? Padding.NONE : Padding.SAME;
                    return compare(dtype, size, 1, padding);
                }));
    }

    @TestFactory
    Stream<DynamicTest> halving() {
        return Stream.of(new int[][] {{4, 4, 16, 16, 3}, {64, 30, 8, 24, 3}, {9, 13, 3, 5, 3}})
                .flatMap(size -> Stream.concat(
                        compare(DType.F16, size, 2, Padding.HALVING), compare(DType.F32, size, 2, Padding.SAME)));
    }

    @TestFactory
    Stream<DynamicTest> withoutPadding() {
        return compare(DType.F64, new int[] {10, 12, 6, 7, 3}, 1, Padding.NONE);
    }

    /** Into a picture that holds something, as the convolutions of several frames are added up; one without a bias. */
    @TestFactory
    Stream<DynamicTest> addedConvolutions() {
        return Stream.of(new int[][] {{1, 1, 1, 1, 1}, {13, 7, 24, 3, 3}, {9, 70, 8, 17, 3}, {5, 6, 128, 260, 3}})
                .flatMap(size -> Stream.of(DType.F32, DType.F16, DType.BF16).flatMap(dtype -> added(dtype, size)));
    }

    private static Stream<DynamicTest> added(DType dtype, int[] size) {
        var padding = size[4] == 1 ? Padding.NONE : Padding.SAME;
        var samples = new Samples(size[3]);
        var first = samples.tensor(size[0], size[1], size[2]);
        var second = samples.tensor(size[0], size[1], size[2]);
        var conv = conv(samples, dtype, size);
        var unbiased = new Conv(conv.weight(), Optional.empty(), conv.in(), conv.kernel());
        int k = conv.weight().cols();
        return Conformance.compareStored(
                dtype,
                "addConv2d",
                "%s %d x %d, %d to %d channels, kernel %d"
                        .formatted(dtype, size[0], size[1], size[2], size[3], size[4]),
                ops -> {
                    var out = ops.conv2d(first, unbiased, 1, padding);
                    ops.addConv2d(out, second, conv, 1, padding);
                    return out;
                },
                Conformance.relativeTo(2 * (2 * k + 25), 4 + 2 * Math.sqrt(2 * k)));
    }

    @TestFactory
    Stream<DynamicTest> upsample() {
        return Stream.of(new int[][] {{1, 1, 1}, {3, 5, 7}, {16, 31, 64}, {2, 300, 16}})
                .flatMap(size -> {
                    var x = new Samples(1).tensor(size[0], size[1], size[2]);
                    return Conformance.compare(
                            "upsample2x",
                            size[0] + " x " + size[1] + " x " + size[2],
                            ops -> ops.upsample2x(x),
                            Conformance.relativeTo(0, 0));
                });
    }

    /** As for linear layers: operands below 5, sums of magnitudes about k, here 2 k. */
    private static Stream<DynamicTest> compare(DType dtype, int[] size, int stride, Padding padding) {
        var samples = new Samples(size[2]);
        var x = samples.tensor(size[0], size[1], size[2]);
        int k = size[2] * size[4] * size[4];
        var conv = conv(samples, dtype, size);
        return Conformance.compareStored(
                dtype,
                "conv2d",
                "%s %d x %d, %d to %d channels, kernel %d, stride %d, %s"
                        .formatted(dtype, size[0], size[1], size[2], size[3], size[4], stride, padding),
                ops -> ops.conv2d(x, conv, stride, padding),
                Conformance.relativeTo(2 * k + 25, 4 + 2 * Math.sqrt(k)));
    }

    private static Conv conv(Samples samples, DType dtype, int[] size) {
        int k = size[2] * size[4] * size[4];
        var weight = samples.matrix("conv.weight", dtype, size[3], k);
        return new Conv(weight, Optional.of(samples.tensor(size[3])), size[2], size[4]);
    }
}
