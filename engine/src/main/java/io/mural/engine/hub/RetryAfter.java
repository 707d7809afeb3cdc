package io.mural.engine.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** The header by which a server says when to come back: seconds, or a date (RFC 9110, section 10.2.3). */
final class RetryAfter {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int MOST_DOUBLINGS = 6;

    private RetryAfter() {}

    /**
     * @param pause where the server does not say
     * @param waits how often it was waited already
     */
    static Duration of(Optional<String> header, Duration pause, int waits) {
        var wait = header.flatMap(RetryAfter::parse).orElse(pause.multipliedBy(1L << Math.min(waits, MOST_DOUBLINGS)));
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    private static Optional<Duration> parse(String text) {
        if (text.strip().matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text.strip())));
        }
        try {
            var date = ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(Instant.now(), date.toInstant()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
