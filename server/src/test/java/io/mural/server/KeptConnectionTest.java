package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A refused request does not end its connection unsaid: clients send the next one over the same connection, and would lose
 * it.
 */
class KeptConnectionTest {
    private static final Pattern ANSWER = Pattern.compile("HTTP/1\\.1 (\\d{3})");

    @TempDir
    static Path output;

    private static Running running;

    @BeforeAll
    static void start() {
        running = Running.open(output);
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/mural/v1/jobs          | application/json                | {\"a",
                "/mural/v1/jobs          | application/json                | {\"a\": 1}",
                "/mural/v1/jobs          | text/plain                      | a",
                "/v1/images/generations  | application/json                | {}",
                "/v1/images/edits        | multipart/form-data             | --x",
                "/v1/images/edits        | multipart/form-data; boundary=x | nothing of a form",
                "/v1/images/edits        | multipart/form-data; boundary=x | --x~Content-Disposition: form-data; name=a~~a",
                "/v1/images/edits        | multipart/form-data; boundary=x | --x~Content-Disposition: form-data~~a~--x--~",
                "/v1/images/edits        | multipart/form-data; boundary=x | --x~no header~~a~--x--~",
                "/sdapi/v1/txt2img       | application/json                | [1]",
                "/health                 | text/plain                      | a body where none is taken",
                "/nowhere                | text/plain                      | a body",
            })
    void refusedBodiesKeepIt(String path, String type, String body) throws Exception {
        assertThat(answers(path, type, body.replace("~", "\r\n"))).hasSize(3).allMatch(status -> status / 100 == 4);
    }

    @Test
    void soDoFormsOfTooManyParts() throws Exception {
        var parts = "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\na\r\n".repeat(100);
        assertThat(answers("/v1/images/edits", "multipart/form-data; boundary=x", parts + "--x--\r\n"))
                .containsExactly(400, 400, 400);
    }

    /** The statuses of what is answered to a request that is sent three times over one connection. */
    private static List<Integer> answers(String path, String type, String body) throws Exception {
        var request = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n";
        var address = URI.create(running.address());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(60_000);
            var requests = (request + "\r\n" + body).repeat(2) + request + "Connection: close\r\n\r\n" + body;
            socket.getOutputStream().write(requests.getBytes(StandardCharsets.ISO_8859_1));
            var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return ANSWER.matcher(text)
                    .results()
                    .map(match -> Integer.valueOf(match.group(1)))
                    .toList();
        }
    }
}
