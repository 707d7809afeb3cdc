package io.mural.tornado.device;

import io.mural.tensor.InputException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is said when a device did not do what it was given: one line, whatever TornadoVM and its compilers wrote. */
final class DeviceFailure {
    /** Of a compiler's words; the rest is in its log. */
    private static final int LONGEST = 300;

    private DeviceFailure() {}

    /** An execution that threw. */
    static RuntimeException thrown(Driver driver, String unit, List<Launch> launches, long bytes, RuntimeException e) {
        if (causes(e).anyMatch(DeviceFailure::isMemory)) {
            return new InputException(
                    "%s: its memory ran out in %s, with %.2f GiB of mural's arrays there; choose a smaller picture, or close"
                                    .formatted(driver.device(), unit, (double) bytes / (1L << 30))
                            + " other programs that use the device",
                    e);
        }
        return new IllegalStateException(text(driver, unit, launches, words(e)), e);
    }

    /** A call that failed without an error; the driver printed {@code line}. */
    static IllegalStateException printed(Driver driver, String unit, List<Launch> launches, String line) {
        return new IllegalStateException(text(driver, unit, launches, line.strip()));
    }

    /** A result that did not come. */
    static IllegalStateException nothing(Driver driver, String unit, List<Launch> launches) {
        return new IllegalStateException(
                text(
                        driver,
                        unit,
                        launches,
                        "its results did not arrive, so a launch or a copy failed without an error; update the device's driver"));
    }

    private static String text(Driver driver, String unit, List<Launch> launches, String reason) {
        var kernels = launches.stream()
                .map(launch -> launch.kernel().method())
                .distinct()
                .collect(Collectors.joining(", "));
        boolean library = launches.stream().anyMatch(launch -> launch.kernel().ofLibrary());
        return "%s: %s could not be run: %s; its kernels are %s%s, and `verbose` shows what the driver printed"
                .formatted(
                        driver.device(),
                        unit,
                        reason,
                        kernels,
                        library ? ", `gemm` java does without NVIDIA's libraries" : "");
    }

    /** The first line of what TornadoVM says, without colours, Java's stack and the generated source. */
    static String words(Throwable e) {
        var text = e.getMessage() == null ? e.toString() : e.getMessage();
        var plain = text.replaceAll("\u001B\\[[\\d;]*m", "").replaceFirst("(?s)Stack ?trace:.*", "");
        var line =
                plain.lines().map(String::strip).filter(each -> !each.isEmpty()).findFirst();
        return line.map(each -> each.length() > LONGEST ? each.substring(0, LONGEST) + "..." : each)
                .orElse(e.getClass().getSimpleName());
    }

    private static boolean isMemory(Throwable e) {
        return e.getClass().getSimpleName().contains("OutOfMemory")
                || e.getMessage() != null && e.getMessage().contains("OUT_OF_MEMORY");
    }

    private static Stream<Throwable> causes(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
    }
}
