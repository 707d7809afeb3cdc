package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.http.Limits;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue: jobs are made in order, watched, cancelled, joined by retries, and survive the server. */
class JobsTest {
    private static final String JOBS = "/mural/v1/jobs";
    /** Long enough that it is not over before the test has done what it wants. */
    private static final String LONG = "{\"prompt\": \"a hill\", \"width\": 128, \"height\": 128, \"steps\": 1000}";

    private static final String SHORT = "{\"prompt\": \"a hill\", \"width\": 32, \"height\": 32, \"steps\": 1}";

    @TempDir
    Path output;

    @Test
    void aJobIsMadeWatchedAndRemoved() throws Exception {
        try (var running = Running.open(output)) {
            var made = running.post(JOBS, SHORT);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
            var id = Running.json(made).string("id");
            assertThat(made.headers().firstValue("Location")).contains(JOBS + "/" + id);
            var events = running.get(JOBS + "/" + id + "/events").body();
            assertThat(events).contains("event: plan", "event: stage", "event: step", "event: done", "event: end");
            assertThat(events).doesNotContain(output.toString());
            var job = running.await(id, "done");
            assertThat(job.objects("pictures")).hasSize(1);
            var picture = running.bytes(JOBS + "/" + id + "/pictures/1.png");
            assertThat(picture.statusCode()).isEqualTo(200);
            var part = running.send(running.request(JOBS + "/" + id + "/pictures/1.png")
                    .header("Range", "bytes=1-3")
                    .build());
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo("PNG");
            assertThat(running.bytes(JOBS + "/" + id + "/pictures/1.jpg")
                            .headers()
                            .firstValue("Content-Type"))
                    .contains("image/jpeg");
            var metrics = running.get("/metrics").body();
            assertThat(metrics).contains("mural_jobs_total{status=\"done\"} 1", "mural_pixels_total 1024");
            assertThat(running.delete(JOBS + "/" + id).statusCode()).isEqualTo(204);
            assertThat(running.get(JOBS + "/" + id).statusCode()).isEqualTo(404);
            try (var left = Files.list(output.resolve("jobs"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Tag("full")
    @Test
    void aRegionOfAPictureIsPaintedAsAnotherJob() throws Exception {
        try (var running = Running.open(output)) {
            var first = Running.json(running.post(
                            JOBS, "{\"prompt\": \"a calm sea\", \"width\": 64, \"height\": 64, \"steps\": 2}"))
                    .string("id");
            running.await(first, "done");
            var picture = JOBS + "/" + first + "/pictures/1";
            var before = Painted.image(running.bytes(picture + ".png").body());
            var made = running.post(
                    picture + "/regions",
                    "{\"x\": 0, \"y\": 32, \"width\": 64, \"height\": 32, \"prompt\": \"a meadow\", \"seed\": 5,"
                            + " \"steps\": 2}");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
            var second = Running.json(made).string("id");
            assertThat(made.headers().firstValue("Location")).contains(JOBS + "/" + second);
            // What it is made from stays when the job that made it goes.
            assertThat(running.delete(JOBS + "/" + first).statusCode()).isEqualTo(204);
            var request = running.await(second, "done").object("request");
            assertThat(request.string("region")).isEqualTo("0,32,64x32");
            assertThat(request.string("prompt")).isEqualTo("a meadow");
            var after = running.bytes(JOBS + "/" + second + "/pictures/1.png").body();
            assertThat(new String(after, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .doesNotContain(output.toString());
            int changed = 0;
            for (int y = 0; y < 64; y++) {
                for (int x = 0; x < 64; x++) {
                    boolean same = before.getRGB(x, y) == Painted.image(after).getRGB(x, y);
                    assertThat(same || y >= 32).isTrue();
                    changed += same ? 0 : 1;
                }
            }
            assertThat(changed).isGreaterThan(500);
            regionsThatMakeNoSenseAreNamed(running, JOBS + "/" + second + "/pictures/");
        }
    }

    private static void regionsThatMakeNoSenseAreNamed(Running running, String pictures) throws Exception {
        var whole = "{\"x\": 0, \"y\": 0, \"width\": 64, \"height\": 64";
        refused(running.post(pictures + "1/regions", "{\"x\": 0}"), 400, "missing_required_parameter");
        refused(
                running.post(pictures + "1/regions", whole.replace("\"x\": 0", "\"x\": 1") + "}"),
                400,
                "invalid_value");
        refused(running.post(pictures + "1/regions", whole.replace("64", "0") + "}"), 400, "invalid_value");
        refused(running.post(pictures + "1/regions", whole + ", \"colour\": 1}"), 400, "unknown_parameter");
        refused(running.post(pictures + "1/regions", whole + ", \"steps\": 0}"), 400, "invalid_value");
        refused(running.post(pictures + "2/regions", whole + "}"), 404, "not_found");
        var url = Painted.dataUrl(Painted.plain(32, 32, 0x102030));
        var job = "{\"prompt\": \"a\", \"init_image\": \"" + url + "\", ";
        refused(running.post(JOBS, job + "\"region\": \"0,0,64x64\"}"), 400, "invalid_value");
        refused(running.post(JOBS, job + "\"extend\": \"left=-1\"}"), 400, "invalid_value");
        refused(running.post(JOBS, job + "\"mask\": \"" + url.substring(0, 60) + "\"}"), 400, "invalid_image");
        refused(running.post(JOBS, "{\"prompt\": \"a\", \"region\": \"0,0,8x8\"}"), 400, "invalid_value");
    }

    private static void refused(java.net.http.HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Running.json(answer).object("error").string("code")).isEqualTo(code);
    }

    @Tag("full")
    @Test
    void jobsSurviveTheServerAndGiveTheSameBytes() throws Exception {
        String running1;
        String queued;
        try (var running = Running.open(output)) {
            running1 = id(running.post(JOBS, LONG));
            queued = id(running.post(
                    JOBS, "{\"prompt\": \"a hill\", \"width\": 32, \"height\": 32, \"steps\": 1, \"seed\": 5}"));
            running.await(running1, "running");
        }
        try (var running = Running.open(output)) {
            running.await(running1, "running");
            assertThat(Running.json(running.get(JOBS + "/" + queued)).integer("position"))
                    .isEqualTo(1);
            running.delete(JOBS + "/" + running1);
            running.await(running1, "cancelled");
            running.await(queued, "done");
            var again = id(running.post(
                    JOBS, "{\"prompt\": \"a hill\", \"width\": 32, \"height\": 32, \"steps\": 1, \"seed\": 5}"));
            running.await(again, "done");
            assertThat(running.bytes(JOBS + "/" + queued + "/pictures/1.png").body())
                    .isEqualTo(running.bytes(JOBS + "/" + again + "/pictures/1.png")
                            .body());
        }
    }

    @Test
    void aFullQueueSaysWhenToComeAgain() throws Exception {
        try (var running = Running.open(output, Optional.empty(), 2, Limits.usual())) {
            var first = id(running.post(JOBS, LONG));
            running.await(first, "running");
            var second = id(running.post(JOBS, SHORT));
            var third = id(running.post(JOBS, SHORT));
            var refused = running.post(JOBS, SHORT);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers()
                            .firstValue("Retry-After")
                            .map(Integer::parseInt)
                            .orElse(0))
                    .isPositive();
            assertThat(refused.headers().firstValue("x-should-retry")).contains("true");
            assertThat(Running.json(refused).object("error").string("code")).isEqualTo("queue_full");
            running.post(JOBS + "/" + third + "/move", "{\"position\": 0}");
            assertThat(Running.json(running.get(JOBS + "/" + second)).integer("position"))
                    .isEqualTo(2);
            running.delete(JOBS + "/" + second);
            running.await(second, "cancelled");
            running.delete(JOBS + "/" + first);
            running.await(third, "done");
        }
    }

    @Tag("full")
    @Test
    void aRetryJoinsTheJobOfTheFirstRequest() throws Exception {
        try (var running = Running.open(output)) {
            var body = "{\"prompt\": \"a hill\", \"size\": \"32x32\", \"steps\": 1}";
            var first = openAi(running, body, "X-Other", "1");
            var retried = openAi(running, body, "X-Stainless-Retry-Count", "1");
            var other = openAi(running, body, "X-Stainless-Retry-Count", "0");
            assertThat(job(retried)).isEqualTo(job(first)).isNotEqualTo(job(other));
            var keyed = openAi(running, body, "Idempotency-Key", "k");
            assertThat(job(openAi(running, body, "Idempotency-Key", "k"))).isEqualTo(job(keyed));
            var reused = openAi(running, body.replace("hill", "dale"), "Idempotency-Key", "k");
            assertThat(reused.statusCode()).isEqualTo(422);
            assertThat(Running.json(reused).object("error").string("code")).isEqualTo("idempotency_key_reused");
        }
    }

    private static HttpResponse<String> openAi(Running running, String body, String header, String value)
            throws Exception {
        return running.send(running.request("/v1/images/generations")
                .header("Content-Type", "application/json")
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static String job(HttpResponse<String> answer) {
        return answer.headers().firstValue("Mural-Job").orElseThrow();
    }

    private static String id(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return Running.json(answer).string("id");
    }
}
