package io.mural.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.IVersionProvider;

/**
 * What {@code mural --version} prints: mural's version and, where the build knew it, the commit, which the build writes
 * into a resource of three lines; and the JVM's version.
 */
public final class Version implements IVersionProvider {
    private static final String RESOURCE = "/io/mural/cli/version.txt";

    /** The version in the build file, such as {@code 0.1.0}. */
    public static String text() {
        return lines().getFirst();
    }

    /** The version of TornadoVM's SDK that mural works with, such as {@code 5.2.0-jdk25}: the third line. */
    public static String tornadoVm() {
        return lines().get(2);
    }

    private static List<String> lines() {
        try (var resource = Version.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is missing beside " + Version.class.getName());
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String[] getVersion() {
        var lines = lines();
        var commit = !lines.get(1).isBlank() ? "commit " + lines.get(1) + ", " : "";
        return new String[] {"mural " + lines.getFirst() + " (" + commit + "Java " + Runtime.version() + ")"};
    }
}
