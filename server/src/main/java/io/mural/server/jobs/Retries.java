package io.mural.server.jobs;

import io.mural.server.http.Exchange;
import io.mural.server.http.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;

/** Finds the job that a request was sent for before: clients repeat requests that take long. */
public final class Retries {
    private static final Duration RETRY_LIFE = Duration.ofMinutes(10);
    private static final Duration KEY_LIFE = Duration.ofHours(24);

    private Retries() {}

    /** Where a job of this request comes from. */
    private static Job.Source source(Exchange exchange) {
        // Who asks is part of it: the same body with another token is another request.
        var who = exchange.header("Authorization").orElse("") + "\n";
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(who.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            var hash = HexFormat.of().formatHex(digest.digest(exchange.bodyRead()));
            return new Job.Source(exchange.path(), hash, exchange.header("Idempotency-Key"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * The job of the same request, if it says that it is sent again or has a key that was used; else the one that is made
     * for it. Two that come at the same moment get the same job.
     */
    public static Job job(Exchange exchange, Queue queue, Function<Job.Source, Job> made) {
        var source = source(exchange);
        if (source.key().isEmpty() && !isRetry(exchange)) {
            return made.apply(source);
        }
        queue.joining().lock();
        try {
            return find(exchange, queue, source).orElseGet(() -> made.apply(source));
        } finally {
            queue.joining().unlock();
        }
    }

    private static Optional<Job> find(Exchange exchange, Queue queue, Job.Source source) {
        if (source.key().isPresent()) {
            return byKey(queue, source);
        }
        return isRetry(exchange)
                ? queue.all().stream()
                        .filter(job -> job.source().route().equals(source.route())
                                && job.source().hash().equals(source.hash())
                                && mayJoin(job))
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isRetry(Exchange exchange) {
        return exchange.header("X-Stainless-Retry-Count")
                .filter(count -> count.matches("[1-9]\\d{0,5}"))
                .isPresent();
    }

    private static boolean mayJoin(Job job) {
        return switch (job.status()) {
            case QUEUED, RUNNING -> true;
            case DONE -> isYoung(job, RETRY_LIFE);
            case FAILED, CANCELLED -> false;
        };
    }

    private static boolean isYoung(Job job, Duration life) {
        return job.finished().orElseGet(Instant::now).isAfter(Instant.now().minus(life));
    }

    private static Optional<Job> byKey(Queue queue, Job.Source source) {
        var before = queue.all().stream()
                .filter(job -> job.source().key().equals(source.key())
                        && job.source().route().equals(source.route())
                        && isYoung(job, KEY_LIFE))
                .findFirst();
        before.filter(job -> !job.source().hash().equals(source.hash())).ifPresent(job -> {
            throw new Refusal(
                    Refusal.Reason.KEY_REUSED, "the Idempotency-Key was used for another request; draw a new one");
        });
        return before;
    }
}
