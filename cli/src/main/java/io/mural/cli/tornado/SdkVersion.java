package io.mural.cli.tornado;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A version of TornadoVM, such as {@code 5.2.0-jdk25}: major and minor number, and the JDK it was made for.
 *
 * @param text all of it
 */
record SdkVersion(int major, int minor, int jdk, String text) {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\b.*?(?:-jdk(\\d{1,3}))?");

    /** Versions that name no JDK are for any. */
    private static final int ANY = 0;

    static Optional<SdkVersion> of(String text) {
        var parts = VERSION.matcher(text);
        return parts.matches()
                ? Optional.of(
                        new SdkVersion(number(parts.group(1)), number(parts.group(2)), number(parts.group(3)), text))
                : Optional.empty();
    }

    private static int number(String digits) {
        return digits == null ? ANY : Integer.parseInt(digits);
    }

    boolean isBefore(SdkVersion other) {
        return major < other.major || major == other.major && minor < other.minor;
    }

    /** Whether it runs on a JDK of this number. */
    boolean runsOn(int feature) {
        return jdk == ANY || jdk == feature;
    }
}
