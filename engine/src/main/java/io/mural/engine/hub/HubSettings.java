package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where models are kept and where they come from, by the environment variables of the hub's own tools.
 *
 * @param cache the folder that holds {@code models--ORG--NAME}
 * @param endpoint the hub's address
 * @param token what shows who asks; sent to the hub alone
 * @param offline whether the network is never touched
 * @param proxies the way to the hub
 * @param pace how downloads go about it
 */
public record HubSettings(
        Path cache, URI endpoint, Optional<String> token, boolean offline, ProxySelector proxies, Pace pace) {
    private static final String USUAL_ENDPOINT = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    /**
     * How downloads go about it.
     *
     * @param chunk bytes that one request asks for
     * @param connections requests at once
     * @param pause before a request that failed is made again; doubled each time
     * @param tries requests without a byte, one after the other, before a download is given up
     * @param silence how long a connection may bring nothing
     */
    public record Pace(long chunk, int connections, Duration pause, int tries, Duration silence) {
        public static final Pace USUAL = new Pace(32L << 20, 6, Duration.ofSeconds(1), 6, Duration.ofSeconds(60));
    }

    /**
     * @param environment variables such as {@code HF_HOME}
     * @param home the user's folder
     */
    public static HubSettings of(Map<String, String> environment, Path home) {
        var hub = value(environment, "HF_HOME")
                .map(text -> path(text, home))
                .orElseGet(() -> value(environment, "XDG_CACHE_HOME")
                        .map(text -> path(text, home))
                        .orElse(home.resolve(".cache"))
                        .resolve("huggingface"));
        var cache = value(environment, "HF_HUB_CACHE")
                .or(() -> value(environment, "HUGGINGFACE_HUB_CACHE"))
                .map(text -> path(text, home))
                .orElse(hub.resolve("hub"));
        var tokenFile = value(environment, "HF_TOKEN_PATH")
                .map(text -> path(text, home))
                .orElse(hub.resolve("token"));
        return new HubSettings(
                cache.toAbsolutePath(),
                endpoint(value(environment, "HF_ENDPOINT").orElse(USUAL_ENDPOINT)),
                value(environment, "HF_TOKEN")
                        .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
                        .or(() -> read(tokenFile))
                        .map(HubSettings::checked),
                value(environment, "HF_HUB_OFFLINE")
                        .map(text -> TRUE.contains(text.toUpperCase(Locale.ROOT)))
                        .orElse(false),
                Proxies.of(environment),
                Pace.USUAL);
    }

    /** The cache alone: what looks for models on this machine has no use for the rest. */
    public HubCache files() {
        return new HubCache(cache);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static Path path(String text, Path home) {
        return text.equals("~") ? home : text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
    }

    private static URI endpoint(String text) {
        try {
            var address = URI.create(text.replaceFirst("/+$", ""));
            if (address.getHost() != null
                    && ("https".equals(address.getScheme()) || "http".equals(address.getScheme()))) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // as below
        }
        throw new InputException("HF_ENDPOINT: " + Shown.quoted(text) + " is no address; give one such as "
                + USUAL_ENDPOINT + ", or unset it");
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
                    : Optional.empty();
        } catch (IOException e) {
            throw new InputException(
                    file + ": the token in it cannot be read: " + Shown.reason(e) + "; mend it, or set HF_TOKEN", e);
        }
    }

    /** It goes into a header of a request, where a line's end would begin another. */
    private static String checked(String token) {
        if (token.codePoints().allMatch(c -> c > ' ' && c < 0x7f)) {
            return token;
        }
        throw new InputException("the hub's token holds blanks or letters that no token has; set HF_TOKEN anew");
    }
}
