package io.mural.server.jobs;

import io.mural.Format;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Addresses of pictures that nobody guesses, for an hour. */
public final class Links {
    private static final Duration LIFE = Duration.ofHours(1);

    private final Map<String, Link> links = new LinkedHashMap<>();

    /** A picture and the format it is asked for. */
    public record Link(Path png, Format format, Instant end) {}

    /** @param name drawn at random */
    public synchronized void add(String name, Path png, Format format) {
        links.values().removeIf(link -> link.end().isBefore(Instant.now()));
        links.put(name, new Link(png, format, Instant.now().plus(LIFE)));
    }

    public synchronized Optional<Link> find(String name) {
        return Optional.ofNullable(links.get(name)).filter(link -> link.end().isAfter(Instant.now()));
    }
}
