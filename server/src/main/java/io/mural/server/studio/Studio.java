package io.mural.server.studio;

import io.mural.server.http.Exchange;
import io.mural.server.http.Routes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The page: its files, from the program itself. It asks no other host for anything. */
public final class Studio {
    private static final String ROOT = "/io/mural/server/studio/";
    private static final String POLICY = "default-src 'self'; img-src 'self' blob: data:;"
            + " style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static final List<String> FILES = List.of(
            "studio.css",
            "icon.svg",
            "studio.js",
            "api.js",
            "create.js",
            "queue.js",
            "library.js",
            "zoom.js",
            "vendor/lit.js",
            "vendor/openseadragon.js");

    public void addTo(Routes routes) {
        routes.addFree("GET", "/", exchange -> send(exchange, "index.html"));
        for (var file : FILES) {
            routes.addFree("GET", "/studio/" + file, exchange -> send(exchange, file));
        }
    }

    private static void send(Exchange exchange, String file) {
        exchange.header("Content-Security-Policy", POLICY);
        exchange.header("X-Frame-Options", "DENY");
        exchange.header("Referrer-Policy", "no-referrer");
        exchange.header("Cache-Control", "no-cache");
        exchange.answer(200, type(file), bytes(file));
    }

    private static String type(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> "text/javascript; charset=utf-8";
        };
    }

    private static byte[] bytes(String file) {
        try (var resource = Studio.class.getResourceAsStream(ROOT + file)) {
            if (resource == null) {
                throw new IllegalStateException(ROOT + file + " is missing in the program");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
