package io.mural.engine.device;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a numbered device with parts left out: {@code tornado}, {@code tornado:opencl}, {@code tornado:1} and
 * {@code tornado:opencl:1}.
 */
public final class DeviceName {
    private static final Pattern NAME = Pattern.compile("tornado(:(?<backend>[a-z]+))?(:(?<index>\\d{1,4}))?");
    private static final Pattern NUMBERED = Pattern.compile("tornado:[a-z]+:\\d+");
    private static final String EMULATOR = "emulator"; // runs in any JVM

    private DeviceName() {}

    /** Whether the device is one of TornadoVM's, which needs a JVM of its own. */
    public static boolean needsTornadoVm(String name) {
        var parts = NAME.matcher(name);
        return parts.matches() && !EMULATOR.equals(parts.group("backend"));
    }

    /** The backend the name asks for; empty if any will do. */
    public static Optional<String> backend(String name) {
        var parts = NAME.matcher(name);
        return parts.matches() ? Optional.ofNullable(parts.group("backend")) : Optional.empty();
    }

    /** The whole name among those of the devices there are: of several that fit, the first or the one of its number. */
    public static Optional<String> resolve(String name, List<String> devices) {
        var parts = NAME.matcher(name);
        if (devices.contains(name) || !parts.matches()) {
            return devices.stream().filter(name::equals).findFirst();
        }
        String prefix = parts.group("backend") == null ? "tornado:" : "tornado:" + parts.group("backend") + ":";
        int index = parts.group("index") == null ? 0 : Integer.parseInt(parts.group("index"));
        return devices.stream()
                .filter(device ->
                        device.startsWith(prefix) && NUMBERED.matcher(device).matches())
                .skip(index)
                .findFirst();
    }
}
