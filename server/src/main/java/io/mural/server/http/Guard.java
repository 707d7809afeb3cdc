package io.mural.server.http;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.Request;

/** Who may ask: hosts, origins, tokens. */
public final class Guard {
    private static final String COOKIE = "mural";
    private static final int MOST_SESSIONS = 1000;
    private static final int RANDOM_BYTES = 16;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final Set<String> hosts;
    private final Set<String> origins;
    private final Optional<byte[]> token;
    private final SecureRandom random = new SecureRandom();

    /** Sessions that gave the token once; the oldest are forgotten. */
    private final Set<String> sessions = Collections.synchronizedSet(Collections.newSetFromMap(new Recent()));

    private static final class Recent extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_SESSIONS;
        }
    }

    /**
     * @param hosts names under which the server may be asked, besides loopback's and the address asked
     * @param origins other sites whose pages may ask
     */
    public Guard(List<String> hosts, List<String> origins, Optional<String> token) {
        this.hosts = Set.copyOf(
                hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList());
        this.origins = Set.copyOf(origins);
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    public boolean asksForToken() {
        return token.isPresent();
    }

    void requireHost(Request request) {
        var name = Request.getServerName(request).toLowerCase(Locale.ROOT);
        boolean bound = request.getConnectionMetaData().getLocalSocketAddress() instanceof InetSocketAddress local
                && local.getAddress() != null
                && bare(local.getAddress().getHostAddress()).equals(bare(name));
        if (!bound && !LOOPBACK.contains(name) && !hosts.contains(name)) {
            throw new Refusal(
                    Refusal.Reason.HOST,
                    "the server does not answer under this Host; start it with allow-host to name another");
        }
    }

    private static String bare(String address) {
        return address.replace("[", "").replace("]", "").replaceFirst("%.*", "");
    }

    /** The origin that asks, if it is another site that may; refused if it may not. */
    Optional<String> otherOrigin(Request request) {
        var origin = request.getHeaders().get("Origin");
        var own = (request.isSecure() ? "https" : "http") + "://"
                + request.getHeaders().get("Host");
        if (origin == null || origin.equalsIgnoreCase(own)) {
            return Optional.empty();
        }
        if (!origins.contains(origin)) {
            throw new Refusal(
                    Refusal.Reason.ORIGIN, "pages of this Origin may not ask; start the server with cors to allow it");
        }
        return Optional.of(origin);
    }

    void requireToken(Request request) {
        if (token.isEmpty() || mayPass(request)) {
            return;
        }
        throw new Refusal(Refusal.Reason.NO_TOKEN, "the token is missing or wrong; send it as Authorization: Bearer");
    }

    private boolean mayPass(Request request) {
        var header = request.getHeaders().get("Authorization");
        if (header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return isToken(header.substring(7).strip());
        }
        if (header != null && header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return isToken(password(header.substring(6).strip()));
        }
        return Request.getCookies(request).stream()
                .anyMatch(cookie -> cookie.getName().equals(COOKIE) && sessions.contains(cookie.getValue()));
    }

    private static String password(String basic) {
        try {
            var pair = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            // Not base64, so no password.
            return "";
        }
    }

    private boolean isToken(String given) {
        return token.isPresent() && MessageDigest.isEqual(token.get(), given.getBytes(StandardCharsets.UTF_8));
    }

    /** Opens a session for a page that knows the token: the value of the header Set-Cookie. */
    public String session(String given) {
        if (!isToken(given)) {
            throw new Refusal(Refusal.Reason.NO_TOKEN, "token", "the token is wrong");
        }
        var session = randomName();
        sessions.add(session);
        return COOKIE + "=" + session + "; HttpOnly; SameSite=Strict; Path=/";
    }

    /** A name that nobody guesses. */
    public String randomName() {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
