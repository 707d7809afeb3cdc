package io.mural.engine.hub;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Proxies as most programs take them: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}. */
final class Proxies extends ProxySelector {
    private static final int HTTP_PORT = 80;

    private final Optional<Proxy> https;
    private final Optional<Proxy> http;
    private final List<String> none;

    private Proxies(Optional<Proxy> https, Optional<Proxy> http, List<String> none) {
        this.https = https;
        this.http = http;
        this.none = none;
    }

    /** Those of the environment; where it names none, those that the JVM was started with. */
    static ProxySelector of(Map<String, String> environment) {
        var all = proxy(environment, "ALL_PROXY");
        var https = proxy(environment, "HTTPS_PROXY").or(() -> all);
        var http = proxy(environment, "HTTP_PROXY").or(() -> all);
        var usual = ProxySelector.getDefault();
        if (https.isEmpty() && http.isEmpty() && usual != null) {
            return usual;
        }
        var none = value(environment, "NO_PROXY")
                .map(text -> Arrays.stream(text.split(","))
                        .map(host -> host.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                        .filter(host -> !host.isEmpty())
                        .toList())
                .orElse(List.of());
        return new Proxies(https, http, none);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
                .or(() -> Optional.ofNullable(environment.get(name)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static Optional<Proxy> proxy(Map<String, String> environment, String name) {
        return value(environment, name).map(text -> {
            try {
                var address = URI.create(text.contains("://") ? text : "http://" + text);
                if ("http".equals(address.getScheme()) && address.getHost() != null && address.getUserInfo() == null) {
                    int port = address.getPort() < 0 ? HTTP_PORT : address.getPort();
                    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.getHost(), port));
                }
            } catch (IllegalArgumentException e) {
                // as below
            }
            // The value may hold a password and is not repeated.
            throw new InputException(name + " names no proxy that can be used; give one as http://HOST:PORT, without"
                    + " a user's name");
        });
    }

    @Override
    public List<Proxy> select(URI address) {
        var host = address.getHost().toLowerCase(Locale.ROOT);
        boolean direct =
                none.stream().anyMatch(each -> each.equals("*") || host.equals(each) || host.endsWith("." + each));
        var proxy = "https".equals(address.getScheme()) ? https : http;
        return List.of(direct ? Proxy.NO_PROXY : proxy.orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException e) {
        // The request itself fails and says so.
    }
}
