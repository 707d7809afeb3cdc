package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.http.Limits;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what, and requests made to do harm. */
class GuardTest {
    @TempDir
    static Path output;

    private static Running running;

    @BeforeAll
    static void start() {
        running = Running.open(output, Optional.of("secret"), 4, Limits.usual());
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void withoutTheTokenOnlyHealthAnswers() throws Exception {
        assertThat(running.get("/health").statusCode()).isEqualTo(200);
        var refused = running.get("/v1/models");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(Running.json(refused).object("error").string("code")).isEqualTo("invalid_api_key");
        assertThat(with("Authorization", "Bearer secret")).isEqualTo(200);
        assertThat(with("Authorization", "Bearer secret2")).isEqualTo(401);
        assertThat(with("Authorization", "Basic YW55OnNlY3JldA==")).isEqualTo(200);
        var session = running.post("/mural/v1/session", "{\"token\": \"secret\"}");
        var cookie = session.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain("secret");
        assertThat(with("Cookie", cookie.substring(0, cookie.indexOf(';')))).isEqualTo(200);
        assertThat(running.post("/mural/v1/session", "{\"token\": \"x\"}").statusCode())
                .isEqualTo(401);
    }

    private static int with(String header, String value) throws Exception {
        return running.send(running.request("/v1/models").header(header, value).build())
                .statusCode();
    }

    @Test
    void pagesOfOtherSitesMayNotAsk() throws Exception {
        assertThat(origin("https://evil.example")).isEqualTo(403);
        assertThat(origin("null")).isEqualTo(403);
        assertThat(origin(running.server.address())).isEqualTo(200);
        var friend = running.send(running.request("/health")
                .header("Origin", "https://friend.example")
                .build());
        assertThat(friend.headers().firstValue("Access-Control-Allow-Origin")).contains("https://friend.example");
        assertThat(friend.headers().firstValue("Vary")).contains("Origin");
    }

    private static int origin(String origin) throws Exception {
        return running.send(running.request("/health").header("Origin", origin).build())
                .statusCode();
    }

    @Test
    void theHostMustBeOneOfOurs() throws Exception {
        assertThat(raw("GET /health HTTP/1.1\r\nHost: pictures.example\r\nConnection: close\r\n\r\n"))
                .contains(" 200 ");
        assertThat(raw("GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .contains(" 403 ", "forbidden_host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                "GET /health HTTP/1.1\nHost: localhost\n\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\nX : 1\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\n folded: 1\r\n\r\n",
                "POST /health HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "Content-Length: 1\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "GET /health HTTP/3.9\r\nHost: localhost\r\n\r\n",
                "GET /%2e%2e/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u0001\u0002\u0003\r\n\r\n"
            })
    void damagedRequestsAreRefused(String request) throws Exception {
        assertThat(raw(request)).containsPattern("^HTTP/1.1 (400|505) ");
        assertThat(running.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void manyAndLargeHeadersAreRefused() throws Exception {
        assertThat(raw("GET /health HTTP/1.1\r\nHost: localhost\r\n" + "X: 1\r\n".repeat(10_000) + "\r\n"))
                .contains(" 431 ");
        assertThat(raw("POST /mural/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000000000\r\n\r\n"))
                .contains(" 413 ", "request_too_large");
    }

    /** What is answered to bytes. */
    private static String raw(String request) throws IOException {
        var address = URI.create(running.server.address());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var buffer = new byte[8192];
            int count = socket.getInputStream().read(buffer);
            return count < 0 ? "" : new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
        }
    }
}
