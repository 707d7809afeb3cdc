package io.mural.tensor;

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
        var conv =
                new Conv(samples.matrix("conv.weight", dtype, size[3], k), samples.tensor(size[3]), size[2], size[4]);
        return Conformance.compareStored(
                dtype,
                "conv2d",
                "%s %d x %d, %d to %d channels, kernel %d, stride %d, %s"
                        .formatted(dtype, size[0], size[1], size[2], size[3], size[4], stride, padding),
                ops -> ops.conv2d(x, conv, stride, padding),
                Conformance.relativeTo(2 * k + 25, 4 + 2 * Math.sqrt(k)));
    }
}
