package io.mural.server.http;

import java.time.Duration;

/**
 * What a client may ask of the server.
 *
 * @param heartbeat after how long, and how often, an answer that is not ready shows that it will come
 * @param gone how long a job is kept for a client that went away
 */
public record Limits(
        int headerBytes,
        long jsonBytes,
        long formBytes,
        int formParts,
        long partBytes,
        int promptCharacters,
        int pictures,
        int steps,
        int references,
        int connections,
        Duration idle,
        Duration header,
        long uploadBytesPerSecond,
        long decodedPixels,
        Duration heartbeat,
        Duration gone) {

    /** As documented. */
    public static Limits usual() {
        return new Limits(
                16 << 10,
                64L << 20,
                256L << 20,
                64,
                50L << 20,
                32_000,
                10,
                1000,
                16,
                256,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                1024,
                1L << 29,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30));
    }

    /** The same with another rhythm, for tests. */
    public Limits paced(Duration otherHeartbeat, Duration otherGone) {
        return with(decodedPixels, otherHeartbeat, otherGone);
    }

    /** The same with another bound on the pixels of pictures that are decoded. */
    public Limits withDecodedPixels(long most) {
        return with(most, heartbeat, gone);
    }

    private Limits with(long otherDecodedPixels, Duration otherHeartbeat, Duration otherGone) {
        return new Limits(
                headerBytes,
                jsonBytes,
                formBytes,
                formParts,
                partBytes,
                promptCharacters,
                pictures,
                steps,
                references,
                connections,
                idle,
                header,
                uploadBytesPerSecond,
                otherDecodedPixels,
                otherHeartbeat,
                otherGone);
    }
}
