package io.mural.tensor.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Function;

/** How this JVM compiles: the vector kernels are fast only when its last compiler turns them into vector instructions. */
final class Compilation {
    private static final int LAST_LEVEL = 4;

    private Compilation() {}

    /** Why the vector kernels run many times slower than they could, one line with the remedy; empty if they do not. */
    static Optional<String> whySlow() {
        return whySlow(ManagementFactory.getCompilationMXBean() != null, Compilation::option);
    }

    /**
     * As the other.
     *
     * @param compiles whether the JVM compiles at all
     * @param option the value of a JVM's option; empty where it knows none of that name
     */
    static Optional<String> whySlow(boolean compiles, Function<String, Optional<String>> option) {
        if (!compiles) {
            return Optional.of(
                    "this JVM compiles nothing, which computes hundreds of times slower; start java without -Xint");
        }
        if (option.apply("TieredStopAtLevel").map(Integer::valueOf).orElse(LAST_LEVEL) < LAST_LEVEL) {
            return Optional.of(
                    "this JVM leaves out its last compiler, which computes many times slower; start java without"
                            + " -XX:TieredStopAtLevel");
        }
        if (option.apply("EnableVectorSupport").equals(Optional.of("false"))) {
            return Optional.of(
                    "this JVM makes no vector instructions, which computes many times slower; start java without"
                            + " -XX:-EnableVectorSupport");
        }
        return Optional.empty();
    }

    private static Optional<String> option(String name) {
        var options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return options == null
                    ? Optional.empty()
                    : Optional.of(options.getVMOption(name).getValue());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // another JVM, or a build without it
        }
    }
}
