package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that mean harm, or are broken: after each the next request is answered. */
class HostileTest {
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

    @AfterEach
    void theNextRequestIsAnswered() throws Exception {
        assertThat(running.get("/health").statusCode()).isEqualTo(200);
    }

    private static Socket socket() throws IOException {
        var address = URI.create(running.address());
        var socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** A request hidden in a quoted extension of a chunk is not answered. */
    @Test
    void noRequestHidesInAnother() throws Exception {
        try (var socket = socket()) {
            socket.getOutputStream()
                    .write(("POST /mural/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n2;a=\"\r\nGET /health HTTP/1.1\r\n"
                                    + "Host: localhost\r\n\r\n\"\r\n{}\r\n0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answers).startsWith("HTTP/1.1 400").doesNotContain(" 200 ");
        }
    }

    /** Chunks come without a length to refuse beforehand: they are counted. */
    @Test
    void aBodyWithoutEndIsCutOff() throws Exception {
        var mega = new byte[1 << 20];
        Arrays.fill(mega, (byte) ' ');
        try (var socket = socket()) {
            var out = socket.getOutputStream();
            out.write(("POST /v1/images/generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            int sent = 0;
            try {
                for (; sent < 1000; sent++) {
                    out.write("100000\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    out.write(mega);
                    out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (SocketException e) {
                // It does not take them, as it should be.
            }
            assertThat(sent).as("MiB that were taken").isLessThan(200);
        }
    }

    /** 65535 x 65535 pixels in a file of a few bytes: refused by its header. */
    @Test
    void aPictureThatUnpacksToGigabytesIsNotUnpacked() throws Exception {
        var png = Base64.getEncoder().encodeToString(headerOfPng(65_535));
        var edit = running.post(
                "/v1/images/edits",
                "{\"prompt\": \"a\", \"images\": [{\"image_url\": \"data:image/png;base64," + png + "\"}]}");
        assertThat(edit.statusCode()).isEqualTo(400);
        assertThat(Running.json(edit).object("error").string("code")).isEqualTo("invalid_image");
        assertThat(Running.json(edit).object("error").string("message")).contains("65535x65535");
        assertThat(running.post("/sdapi/v1/img2img", "{\"prompt\": \"a\", \"init_images\": [\"" + png + "\"]}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(running.post(
                                "/mural/v1/jobs",
                                "{\"prompt\": \"a\", \"init_image\": \"data:image/png;base64," + png + "\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    private static byte[] headerOfPng(int side) throws IOException {
        var chunk = new ByteArrayOutputStream();
        var data = new DataOutputStream(chunk);
        data.writeBytes("IHDR");
        data.writeInt(side);
        data.writeInt(side);
        data.write(new byte[] {8, 2, 0, 0, 0});
        var sum = new CRC32();
        sum.update(chunk.toByteArray());
        var png = new ByteArrayOutputStream();
        var file = new DataOutputStream(png);
        file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        file.writeInt(13);
        file.write(chunk.toByteArray());
        file.writeInt((int) sum.getValue());
        return png.toByteArray();
    }

    @Test
    void namesThatLeaveTheFolderAreNoNames() throws Exception {
        for (var path : List.of(
                "/mural/v1/jobs/..%2f..%2fetc",
                "/mural/v1/jobs/x/pictures/..%2f1.png",
                "/mural/v1/jobs/%2e%2e/pictures/1.png",
                "/files/..%2f..%2fetc%2fpasswd",
                "/studio/..%2fstudio.css",
                "/studio/vendor/sha256.txt")) {
            assertThat(running.get(path).statusCode()).as(path).isIn(400, 404);
        }
        for (var field : List.of("\"model\": \"/etc/passwd\"", "\"loras\": [{\"name\": \"/etc/passwd\"}]")) {
            assertThat(running.post("/mural/v1/jobs", "{\"prompt\": \"a\", " + field + "}")
                            .statusCode())
                    .isIn(400, 404);
        }
        assertThat(running.post("/mural/v1/jobs", "{\"prompt\": \"a\", \"init_image\": \"/etc/passwd\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void deepAndForeignBodiesAreRefused() throws Exception {
        assertThat(running.post("/mural/v1/jobs", "{\"prompt\": " + "[".repeat(40) + "]".repeat(40) + "}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(running.post("/mural/v1/jobs", "{\"a\":".repeat(20_000)).statusCode())
                .isEqualTo(400);
        var form = running.send(running.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString("--x\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na"))
                .build());
        assertThat(form.statusCode()).isEqualTo(400);
        var parts = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            parts.append("--x\r\nContent-Disposition: form-data; name=\"f")
                    .append(i)
                    .append("\"\r\n\r\na\r\n");
        }
        var many = running.send(running.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString(parts + "--x--\r\n"))
                .build());
        assertThat(many.statusCode()).isEqualTo(400);
    }

    /** A byte now and then does not keep a connection; neither in a first header nor in a later one, nor in a body. */
    @Test
    @Tag("full")
    void drippingClientsAreCutOff() throws Exception {
        var later = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var body = "POST /mural/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100000\r\n\r\n";
        List<Thread> clients = new ArrayList<>();
        List<Throwable> kept = new ArrayList<>();
        for (var beginning : List.of("", later, body)) {
            clients.add(Thread.ofVirtual().start(() -> {
                try {
                    drip(beginning);
                } catch (Exception | AssertionError e) {
                    synchronized (kept) {
                        kept.add(e);
                    }
                }
            }));
        }
        for (var client : clients) {
            client.join();
        }
        assertThat(kept).isEmpty();
    }

    private static void drip(String beginning) throws Exception {
        try (var socket = socket()) {
            socket.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 90; i++) {
                try {
                    socket.getOutputStream().write(i == 0 ? 'G' : 'X');
                } catch (SocketException e) {
                    return;
                }
                Thread.sleep(1000);
            }
        }
        throw new AssertionError("kept for 90 seconds after: " + beginning);
    }

    /** More connections than there is room for, that send nothing: they go, and the next request has its place. */
    @Test
    @Tag("full")
    void idleConnectionsMakeRoom() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 512; i++) {
                idle.add(socket());
            }
            long begun = System.nanoTime();
            assertThat(running.get("/health").statusCode()).isEqualTo(200);
            System.out.printf("answered beside 512 idle connections after %.1f s%n", (System.nanoTime() - begun) / 1e9);
        } finally {
            for (var socket : idle) {
                socket.close();
            }
        }
    }
}
