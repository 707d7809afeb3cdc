package io.mural.model.parity;

/**
 * How one reference case ended.
 *
 * @param component what was judged, such as {@code flux1-transformer}
 * @param name the case's own name
 * @param measure the quantity that was compared, such as {@code error}
 * @param value what was measured; NaN when unsupported or broken
 * @param bound what it must not pass
 * @param millis time the case took
 * @param detail more to know, possibly empty
 */
public record Outcome(
        String component,
        String name,
        Verdict verdict,
        String measure,
        double value,
        double bound,
        long millis,
        String detail) {

    public enum Verdict {
        PASS,
        FAIL,
        UNSUPPORTED
    }

    /** Passes when {@code error} is at most {@code bound}; NaN fails. */
    public static Outcome error(String component, String name, double error, double bound, long millis, String detail) {
        return new Outcome(component, name, verdict(error <= bound), "error", error, bound, millis, detail);
    }

    /** Passes when the peak signal-to-noise ratio is at least {@code bound} dB. */
    static Outcome psnr(String component, String name, double decibel, double bound, long millis, String detail) {
        return new Outcome(component, name, verdict(decibel >= bound), "psnr", decibel, bound, millis, detail);
    }

    /** Could not be read or run. */
    static Outcome broken(String component, String name, long millis, String reason) {
        return new Outcome(component, name, Verdict.FAIL, "error", Double.NaN, Double.NaN, millis, reason);
    }

    static Outcome unsupported(String component, String name) {
        return new Outcome(
                component,
                name,
                Verdict.UNSUPPORTED,
                "error",
                Double.NaN,
                Double.NaN,
                0,
                "this version does not know the component " + component);
    }

    private static Verdict verdict(boolean passed) {
        return passed ? Verdict.PASS : Verdict.FAIL;
    }
}
