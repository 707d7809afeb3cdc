package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mural.tensor.cpu.ScalarOps;
import io.mural.tornado.ShortFormats;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Compares every device of every backend with the scalar oracle, element by element, and sees to it that kernels write nothing
 * beside their results.
 */
final class Conformance {
    /** Half the distance from 1 to the next float32: the relative error of one rounding. */
    static final double U = 0x1p-24;

    /** Devices without an operation, as "device operation"; there is none. */
    private static final List<String> UNSUPPORTED = List.of();

    private static final String EMULATOR = "tornado:emulator";

    /** Which devices to compare, by the beginning of their names: all, or those that a further run of the suite is about. */
    private static final String DEVICES = System.getProperty("mural.test.devices", "");

    /** The kernels that the entries made so far call. */
    private static final Set<String> KERNELS = ConcurrentHashMap.newKeySet();

    private Conformance() {}

    /** The kernels, such as {@code linearKernel}, that the entries made so far call. */
    static Set<String> kernels() {
        return KERNELS;
    }

    /** What an entry calls, without computing it. */
    private static Set<String> kernels(String operation, Function<Ops, Tensor> run) {
        try (var planned = new GuardedOps(operation, new PlanOps())) {
            var unused = run.apply(planned);
            return planned.kernels();
        }
    }

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
        return compare(operation, sizes, new Entry(run, bound));
    }

    private static Stream<DynamicTest> compare(String operation, String sizes, Entry entry) {
        var tests = new ArrayList<DynamicTest>();
        KERNELS.addAll(kernels(operation, entry.run));
        for (var backend : ServiceLoader.load(Backend.class)) {
            if (!(backend.availability() instanceof Backend.Availability.Available available)) {
                continue;
            }
            for (var device : available.devices()) {
                if (device.name().equals("cpu:scalar")
                        || !device.name().startsWith(DEVICES)
                        || UNSUPPORTED.contains(device.name() + " " + operation)) {
                    continue;
                }
                tests.add(DynamicTest.dynamicTest(
                        operation + " " + sizes + " on " + device.name(),
                        () -> entry.compare(
                                operation + " " + sizes + " on " + device.name(),
                                backend.open(device.name(), 2, Workspace.poisoned()))));
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
        var entry = new Entry(run, bound);
        var devices = compare(operation, sizes, entry);
        if (!ShortFormats.has(weights) || !EMULATOR.startsWith(DEVICES)) {
            return devices;
        }
        var what = operation + " " + sizes + " on the emulator, which stores " + weights;
        return Stream.concat(
                devices,
                Stream.of(DynamicTest.dynamicTest(
                        what, () -> entry.compare(what, ShortFormats.open(weights, Workspace.poisoned())))));
    }

    /** What to run, how exact it has to be, and what the oracle makes of it, which is computed once for all devices. */
    private static final class Entry {
        private final Function<Ops, Tensor> run;
        private final Bound bound;
        private Optional<Tensor> expected = Optional.empty();

        Entry(Function<Ops, Tensor> run, Bound bound) {
            this.run = run;
            this.bound = bound;
        }

        void compare(String what, Ops opened) {
            try (var ops = new GuardedOps(what, opened)) {
                // without the Vector API's module the processor's device is the oracle
                assertThat(opened).isNotInstanceOf(ScalarOps.class);
                requireClose(what, expected(), onHost(ops, run.apply(ops)), bound);
            }
        }

        private Tensor expected() {
            if (expected.isEmpty()) {
                try (var oracle = new ScalarOps(Workspace.poisoned())) {
                    expected = Optional.of(onHost(oracle, run.apply(oracle)));
                }
            }
            return expected.get();
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
