package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenAI's image routes: what they answer, and a row of the error table each. */
class OpenAiTest {
    private static final String PATH = "/v1/images/generations";

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

    @Test
    void picturesComeWithTheirSeedsAndWhatTheyTook() throws Exception {
        var answer = running.post(
                PATH,
                "{\"prompt\": \"a calm sea\", \"n\": 2, \"size\": \"32x48\", \"steps\": 1, \"seed\": 7, \"user\":"
                        + " \"x\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Mural-Model")).contains("mural-nano");
        assertThat(answer.headers().firstValue("Mural-Ignored")).contains("user");
        var json = Running.json(answer);
        assertThat(json.string("size")).isEqualTo("32x48");
        assertThat(json.string("output_format")).isEqualTo("png");
        var data = json.objects("data");
        assertThat(data).hasSize(2);
        assertThat(data.get(0).longInteger("seed")).isEqualTo(7);
        assertThat(data.get(1).longInteger("seed")).isEqualTo(8);
        assertThat(data.get(0).string("b64_json")).isNotEqualTo(data.get(1).string("b64_json"));
        var png = Base64.getDecoder().decode(data.get(0).string("b64_json"));
        var image = ImageIO.read(new java.io.ByteArrayInputStream(png));
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(32, 48);
        var usage = json.object("usage");
        // 2 x 3 tokens of 16 pixels a side, two pictures; the prompt's are counted by its tokenizer.
        assertThat(usage.integer("output_tokens")).isEqualTo(12);
        assertThat(usage.integer("input_tokens")).isBetween(4, 8);
    }

    @Test
    void linksLeadToThePicture() throws Exception {
        var answer = Running.json(running.post(
                PATH,
                "{\"prompt\": \"a hill\", \"size\": \"32x32\", \"steps\": 1, \"response_format\": \"url\","
                        + " \"output_format\": \"jpeg\", \"output_compression\": 80, \"model\": \"dall-e-3\"}"));
        var url = answer.objects("data").getFirst().string("url");
        assertThat(url).startsWith(running.server.address() + "/files/");
        var picture = running.bytes(url.substring(running.server.address().length()));
        assertThat(picture.statusCode()).isEqualTo(200);
        assertThat(picture.headers().firstValue("Content-Type")).contains("image/jpeg");
        assertThat(ImageIO.read(new java.io.ByteArrayInputStream(picture.body()))
                        .getWidth())
                .isEqualTo(32);
        assertThat(running.get("/files/other.png").statusCode()).isEqualTo(404);
    }

    @Tag("full")
    @Test
    void aStreamShowsPreviewsThenThePicture() throws Exception {
        var answer = running.post(
                PATH,
                "{\"prompt\": \"a hill\", \"size\": \"32x32\", \"steps\": 4, \"stream\": true, \"partial_images\": 2}");
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        var names =
                answer.body().lines().filter(line -> line.startsWith("event: ")).toList();
        assertThat(names)
                .containsExactly(
                        "event: image_generation.partial_image",
                        "event: image_generation.partial_image",
                        "event: image_generation.completed");
        assertThat(answer.body()).contains("\"partial_image_index\":1").doesNotContain("[DONE]");
    }

    @Tag("full")
    @Test
    void editsStartFromThePictureThatIsSent() throws Exception {
        var first = Running.json(
                running.post(PATH, "{\"prompt\": \"a hill\", \"size\": \"32x32\", \"steps\": 1, \"seed\": 1}"));
        var png = Base64.getDecoder().decode(first.objects("data").getFirst().string("b64_json"));
        var form = new java.io.ByteArrayOutputStream();
        for (var field : List.of("prompt=a hill in snow", "steps=2", "seed=3", "strength=0.5")) {
            var pair = field.split("=", 2);
            form.write(("--b\r\nContent-Disposition: form-data; name=\"" + pair[0] + "\"\r\n\r\n" + pair[1] + "\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        form.write(
                "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        form.write(png);
        form.write("\r\n--b--\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        var answer = running.send(running.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.toByteArray()))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var job = answer.headers().firstValue("Mural-Job").orElseThrow();
        var request = Running.json(running.get("/mural/v1/jobs/" + job)).object("request");
        assertThat(request.number("strength")).isEqualTo(0.5);
        assertThat(request.string("init_image")).isEqualTo("input-1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        {}                                                   | 400 | missing_required_parameter | prompt
        {"prompt": " "}                                      | 400 | invalid_value              | prompt
        {"prompt": "a", "n": 11}                             | 400 | invalid_value              | n
        {"prompt": "a", "n": "2"}                            | 400 | invalid_value              | n
        {"prompt": "a", "size": "100"}                       | 400 | invalid_value              | size
        {"prompt": "a", "size": "100x100"}                   | 400 | invalid_value              | size
        {"prompt": "a", "size": "8192x64"}                   | 400 | picture_too_large          | size
        {"prompt": "a", "colour": "red"}                     | 400 | unknown_parameter          | colour
        {"prompt": "a", "background": "transparent"}         | 400 | unsupported_parameter      | background
        {"prompt": "a", "output_format": "webp"}             | 400 | unsupported_parameter      | output_format
        {"prompt": "a", "output_compression": 5}             | 400 | unsupported_parameter      | output_compression
        {"prompt": "a", "partial_images": 1}                 | 400 | invalid_value              | partial_images
        {"prompt": "a", "guidance": 3}                       | 400 | invalid_value              | guidance
        {"prompt": "a", "strength": 0.5}                     | 400 | invalid_value              | strength
        {"prompt": "a", "seed": -1}                          | 400 | invalid_value              | seed
        {"prompt": "a", "loras": [{"name": "../x"}]}         | 400 | invalid_value              | loras
        {"prompt": "a", "model": "other"}                    | 404 | model_not_found            | model
        {"prompt": "a", "prompt": "b"}                       | 400 | invalid_json               |
        {"prompt": "a"} x                                    | 400 | invalid_json               |
        {"prompt":                                           | 400 | invalid_json               |
        """)
    void whatIsWrongIsNamed(String body, int status, String code, String param) throws Exception {
        var answer = running.post(PATH, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        var error = Running.json(answer).object("error");
        assertThat(error.keys()).containsExactly("message", "type", "param", "code");
        assertThat(error.string("code")).isEqualTo(code);
        assertThat(error.string("param", "")).isEqualTo(param == null ? "" : param);
        assertThat(error.string("message"))
                .doesNotContain(Running.NANO.toString())
                .doesNotContain("--")
                .doesNotContain("\n");
    }

    @Test
    void editsWithoutAPictureAreRefused() throws Exception {
        var path = "/v1/images/edits";
        assertThat(code(running.post(path, "{\"prompt\": \"a\"}"), 400)).isEqualTo("missing_required_parameter");
        assertThat(code(
                        running.post(
                                path,
                                "{\"prompt\": \"a\", \"images\": [{\"image_url\": \"http://example.org/a.png\"}]}"),
                        400))
                .isEqualTo("invalid_value");
        assertThat(code(running.post(path, "{\"prompt\": \"a\", \"mask\": {\"file_id\": \"x\"}}"), 400))
                .isEqualTo("unsupported_parameter");
        assertThat(code(
                        running.post(
                                path,
                                "{\"prompt\": \"a\", \"images\": [{\"image_url\": \"data:image/png;base64,AAAA\"}]}"),
                        400))
                .isEqualTo("invalid_image");
        assertThat(code(running.post("/v1/images/variations", "{}"), 404)).isEqualTo("not_found");
    }

    /** Where a mask is transparent the picture is painted; everywhere else it keeps its bytes. */
    @Test
    void aMaskSaysWhatIsPainted() throws Exception {
        var picture = Painted.plain(64, 48, 0x336699);
        var mask = Painted.halves(64, 48, 0xff000000, 0x00ffffff);
        var form = new java.io.ByteArrayOutputStream();
        part(form, "prompt", "", "a green hill".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        part(form, "steps", "", "2".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        part(form, "size", "", "64x48".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        part(form, "image", "; filename=\"a.png\"", picture);
        part(form, "mask", "; filename=\"mask.png\"", mask);
        form.write("--b--\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        var answer = running.send(running.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.toByteArray()))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertPainted(Running.json(answer).objects("data").getFirst().string("b64_json"));
        var json = running.post(
                "/v1/images/edits",
                "{\"prompt\": \"a green hill\", \"steps\": 2, \"feather\": 0, " + images(picture, mask) + "}");
        assertThat(json.statusCode()).as(json.body()).isEqualTo(200);
        assertPainted(Running.json(json).objects("data").getFirst().string("b64_json"));
    }

    private static void part(java.io.ByteArrayOutputStream form, String name, String more, byte[] content)
            throws java.io.IOException {
        form.write(("--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        form.write(content);
        form.write("\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static String images(byte[] picture, byte[] mask) {
        return "\"images\": [{\"image_url\": \"" + Painted.dataUrl(picture) + "\"}], \"mask\": {\"image_url\": \""
                + Painted.dataUrl(mask) + "\"}";
    }

    private static void assertPainted(String base64) throws Exception {
        var image = Painted.image(Base64.getDecoder().decode(base64));
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(64, 48);
        assertThat(Painted.others(image, 0, 24, 0x336699)).isZero();
        assertThat(Painted.others(image, 24, 48, 0x336699)).isGreaterThan(400);
    }

    @Test
    void masksThatMakeNoSenseAreNamed() throws Exception {
        var picture = Painted.plain(64, 48, 0x336699);
        var mask = Painted.halves(64, 48, 0xff000000, 0);
        mask(picture, Painted.halves(32, 48, 0xff000000, 0), "", "invalid_value", "mask has 32x48");
        mask(picture, Painted.plain(64, 48, 0), "", "invalid_value", "opaque everywhere");
        mask(picture, "no picture".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "", "invalid_image", "mask");
        mask(picture, java.util.Arrays.copyOf(mask, mask.length / 2), "", "invalid_image", "damaged");
        mask(picture, mask, ", \"size\": \"32x32\"", "invalid_value", "keeps its 64x48");
        mask(picture, mask, ", \"feather\": -1", "invalid_value", "feather");
    }

    private static void mask(byte[] picture, byte[] mask, String more, String code, String words) throws Exception {
        var answer = running.post("/v1/images/edits", "{\"prompt\": \"a\", " + images(picture, mask) + more + "}");
        assertThat(code(answer, 400)).isEqualTo(code);
        assertThat(Running.json(answer).object("error").string("message")).contains(words);
    }

    @Test
    void otherMediaTypesAreRefused() throws Exception {
        var answer = running.send(running.request(PATH)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"a\"}"))
                .build());
        assertThat(code(answer, 415)).isEqualTo("unsupported_media_type");
        assertThat(code(running.get(PATH), 405)).isEqualTo("method_not_allowed");
    }

    @Test
    void modelsAreListed() throws Exception {
        var list = Running.json(running.get("/v1/models"));
        assertThat(list.string("object")).isEqualTo("list");
        var model = list.objects("data").getFirst();
        assertThat(model.string("id")).isEqualTo("mural-nano");
        assertThat(model.object("mural").string("family")).isEqualTo("flux1");
        assertThat(running.get("/v1/models/mural-nano").statusCode()).isEqualTo(200);
        assertThat(code(running.get("/v1/models/other"), 404)).isEqualTo("model_not_found");
    }

    private static String code(java.net.http.HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Running.json(answer).object("error").string("code");
    }
}
