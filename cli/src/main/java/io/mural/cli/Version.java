package io.mural.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** What {@code mural --version} prints: mural's version, which the build writes into a resource, and the JVM's. */
final class Version implements IVersionProvider {
    /** The version in the build file, such as {@code 0.1.0}. */
    static String text() {
        try (var resource = Version.class.getResourceAsStream("version.txt")) {
            if (resource == null) {
                throw new IllegalStateException("version.txt is missing beside " + Version.class.getName());
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String[] getVersion() {
        return new String[] {"mural " + text() + " (Java " + Runtime.version() + ")"};
    }
}
