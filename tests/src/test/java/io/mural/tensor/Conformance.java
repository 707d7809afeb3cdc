package io.mural.tensor;

import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.cpu.ScalarOps;
import io.mural.tornado.ShortFormats;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Compares every device of every backend with the scalar oracle, element by element. */
final class Conformance {
    /** Half the distance from 1 to the next float32: the relative error of one rounding. */
    static final double U = 0x1p-24;

    /** Devices without an operation, as "device operation"; there is none. */
    private static final List<String> UNSUPPORTED = List.of();

    private Conformance() {}

    /** Largest error that an element may have, given its row, its column and what the oracle says. */
    @FunctionalInterface
    interface Bound {
        double at(int row, int col, float expected);
    }

    /** A bound for all elements alike. */
    static Bound relativeTo(double magnitude, double roundings) {
        return (row, col, expected) -> roundings * U * magnitude;
    }

    /** One test for each device: what {@code run} returns there against what it returns with the oracle. */
    static Stream<DynamicTest> compare(String operation, String sizes, Function<Ops, Tensor> run, Bound bound) {
        var tests = new ArrayList<DynamicTest>();
        for (var backend : ServiceLoader.load(Backend.class)) {
            if (!(backend.availability() instanceof Backend.Availability.Available available)) {
                continue;
            }
            for (var device : available.devices()) {
                if (device.name().equals("cpu:scalar") || UNSUPPORTED.contains(device.name() + " " + operation)) {
                    continue;
                }
                tests.add(DynamicTest.dynamicTest(
                        operation + " " + sizes + " on " + device.name(),
                        () -> compare(operation + " " + sizes, backend, device.name(), run, bound)));
            }
        }
        return tests.stream();
    }

    /**
     * The same for operations on weights in this format: also where the device stores them as they are, as GPUs do. So
     * no weight is rounded, and the bound is the same.
     */
    static Stream<DynamicTest> compareStored(
            DType weights, String operation, String sizes, Function<Ops, Tensor> run, Bound bound) {
        var devices = compare(operation, sizes, run, bound);
        if (!ShortFormats.has(weights)) {
            return devices;
        }
        var what = operation + " " + sizes + " on the emulator, which stores " + weights;
        return Stream.concat(
                devices,
                Stream.of(DynamicTest.dynamicTest(
                        what, () -> compare(what, ShortFormats.open(weights, Workspace.poisoned()), run, bound))));
    }

    private static void compare(String what, Backend backend, String device, Function<Ops, Tensor> run, Bound bound) {
        compare(what + " on " + device, backend.open(device, 2, Workspace.poisoned()), run, bound);
    }

    private static void compare(String what, Ops opened, Function<Ops, Tensor> run, Bound bound) {
        try (var oracle = new ScalarOps(Workspace.poisoned());
                var ops = opened) {
            var expected = run.apply(oracle);
            var actual = run.apply(ops);
            requireClose(what, expected, onHost(ops, actual), bound);
        }
    }

    /** The tensor where its elements can be read one by one. */
    private static Tensor onHost(Ops ops, Tensor tensor) {
        var copy = Tensor.of(Arena.ofAuto().allocate(tensor.shape().size() * Float.BYTES, 64), tensor.shape());
        copy.copyFrom(ops.read(tensor));
        return copy;
    }

    /** Fails naming the worst element: the one that exceeds its bound the most. */
    static void requireClose(String what, Tensor expected, Tensor actual, Bound bound) {
        if (!expected.shape().equals(actual.shape())) {
            fail("%s: the result is %s, the oracle's %s", what, actual.shape(), expected.shape());
        }
        double worst = 1;
        String report = null;
        for (int row = 0; row < expected.rows(); row++) {
            for (int col = 0; col < expected.cols(); col++) {
                float right = expected.get(row, col);
                float value = actual.get(row, col);
                double allowed = bound.at(row, col, right);
                double error = Math.abs((double) value - right);
                double excess = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / allowed;
                if (excess > worst || Double.isNaN(allowed)) {
                    worst = excess;
                    report = "%s: error %.3g, bound %.3g, index [%d, %d], expected %s, actual %s"
                            .formatted(what, error, allowed, row, col, right, value);
                }
            }
        }
        if (report != null) {
            fail(report);
        }
    }
}
