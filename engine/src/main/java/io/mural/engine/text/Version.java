package io.mural.engine.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Which mural this is, from the build: a resource of three lines. */
public final class Version {
    private static final String RESOURCE = "/io/mural/engine/text/version.txt";

    private Version() {}

    /** The version in the build file, such as {@code 0.1.0}. */
    public static String text() {
        return lines().getFirst();
    }

    /** The commit it was built from; empty where the build was not told. */
    public static String commit() {
        return lines().get(1).strip();
    }

    /** The version of TornadoVM's SDK that mural works with, such as {@code 5.2.0-jdk25}. */
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
}
