package io.mural.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.text.Json;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTOMATIC1111's routes, asked as its clients ask: each body holds the fields that client sends. */
class A1111Test {
    private static final String TXT2IMG = "/sdapi/v1/txt2img";

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

    /** Open WebUI reads the options, changes one and sends all of them back, then asks for pictures. */
    @Test
    void openWebUiMakesPictures() throws Exception {
        var options = running.get("/sdapi/v1/options");
        assertThat(Running.json(options).string("sd_model_checkpoint")).isEqualTo("mural-nano");
        assertThat(running.post("/sdapi/v1/options", options.body()).body()).isEqualTo("null");
        var answer = running.post(
                TXT2IMG,
                "{\"prompt\": \"a calm sea\", \"batch_size\": 1, \"width\": 40, \"height\": 32, \"steps\": 1,"
                        + " \"negative_prompt\": \"fog\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Running.json(answer).strings("images")).hasSize(1);
        var info = Json.parse("info", Running.json(answer).string("info"));
        assertThat(info.integer("width")).isEqualTo(32);
        assertThat(info.string("negative_prompt")).isEqualTo("fog");
    }

    /** SillyTavern sends much besides, among it an address and a password of its own. */
    @Test
    void sillyTavernMakesPictures() throws Exception {
        var answer = running.post(
                TXT2IMG,
                "{\"url\": \"http://localhost:7860\", \"auth\": \"user:secret\", \"prompt\": \"a hill\","
                        + " \"negative_prompt\": \"\", \"sampler_name\": \"DPM++ 2M\", \"scheduler\": \"Karras\","
                        + " \"steps\": 1, \"cfg_scale\": 7, \"width\": 32, \"height\": 32, \"restore_faces\": false,"
                        + " \"enable_hr\": false, \"hr_upscaler\": \"Latent\", \"hr_scale\": 2, \"hr_additional_steps\":"
                        + " 0, \"denoising_strength\": 0.7, \"hr_second_pass_steps\": 0, \"seed\": -1,"
                        + " \"override_settings\": {\"CLIP_stop_at_last_layers\": 1, \"sd_model_checkpoint\":"
                        + " \"mural-nano.safetensors [0123abcd]\"}, \"override_settings_restore_afterwards\": true,"
                        + " \"clip_skip\": 1, \"save_images\": true, \"send_images\": true, \"do_not_save_grid\": false,"
                        + " \"do_not_save_samples\": false}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var ignored = answer.headers().firstValue("Mural-Ignored").orElseThrow();
        assertThat(ignored)
                .contains("sampler_name", "scheduler", "restore_faces", "auth")
                .doesNotContain("secret");
        assertThat(running.log).noneMatch(line -> line.contains("secret"));
        var progress = Running.json(running.get("/sdapi/v1/progress"));
        assertThat(progress.number("progress")).isZero();
        assertThat(progress.object("state").integer("job_count")).isZero();
    }

    /** LibreChat reads infotexts out of info; png-info gives the same text. */
    @Test
    void infoHoldsTheTextOfThePicture() throws Exception {
        var answer = Running.json(running.post(
                TXT2IMG,
                "{\"prompt\": \"a hill\", \"steps\": 1, \"width\": 32, \"height\": 32, \"cfg_scale\": 1,"
                        + " \"seed\": 4}"));
        var text =
                Json.parse("info", answer.string("info")).strings("infotexts").getFirst();
        assertThat(text).startsWith("a hill\nSteps: 1, Sampler: Euler").contains("Seed: 4");
        var image = answer.strings("images").getFirst();
        var read = Running.json(running.post("/sdapi/v1/png-info", "{\"image\": \"" + image + "\"}"));
        assertThat(read.string("info")).isEqualTo(text);
        assertThat(read.object("parameters").string("Seed")).isEqualTo("4");
    }

    @Test
    void imagesStartPictures() throws Exception {
        var first = Running.json(
                        running.post(TXT2IMG, "{\"prompt\": \"a hill\", \"steps\": 1, \"width\": 32, \"height\": 32}"))
                .strings("images")
                .getFirst();
        var body = "{\"prompt\": \"a hill\", \"steps\": 2, \"width\": 32, \"height\": 32, \"init_images\":"
                + " [\"data:image/png;base64," + first + "\"], \"denoising_strength\": 0.5";
        var answer = running.post("/sdapi/v1/img2img", body + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Running.json(answer).object("parameters").has("init_images")).isFalse();
        assertThat(running.post("/sdapi/v1/img2img", "{\"prompt\": \"a\"}").statusCode())
                .isEqualTo(422);
    }

    /** As a Krita plugin sends it; white is painted, or black when inverted, or what is opaque. */
    @Test
    void masksSayWhatIsPainted() throws Exception {
        var picture = Painted.dataUrl(Painted.plain(64, 48, 0x336699));
        var black = 0xff000000;
        for (var mask : java.util.List.of(
                Painted.dataUrl(Painted.halves(64, 48, black, 0xffffffff)),
                Painted.dataUrl(Painted.halves(64, 48, 0xffffffff, black))
                        + "\", \"inpainting_mask_invert\": 1, \"x\": \"",
                Painted.dataUrl(Painted.halves(64, 48, 0x00000000, black)))) {
            var answer = running.post(
                    "/sdapi/v1/img2img",
                    "{\"prompt\": \"a hill\", \"steps\": 3, \"width\": 512, \"height\": 48, \"mask_blur\": 1,"
                            + " \"inpainting_fill\": 1, \"denoising_strength\": 0.9, \"init_images\": [\"" + picture
                            + "\"], \"mask\": \"" + mask + "\"}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Mural-Ignored").orElse("")).contains("width", "inpainting_fill");
            assertThat(Running.json(answer).object("parameters").has("mask")).isFalse();
            var image = Painted.image(Base64.getDecoder()
                    .decode(Running.json(answer).strings("images").getFirst()));
            assertThat(image.getWidth()).isEqualTo(64);
            assertThat(Painted.others(image, 0, 24, 0x336699)).isZero();
            assertThat(Painted.others(image, 24, 48, 0x336699)).isGreaterThan(400);
        }
        var wrong = running.post(
                "/sdapi/v1/img2img",
                "{\"prompt\": \"a\", \"init_images\": [\"" + picture + "\"], \"mask\": \""
                        + Painted.dataUrl(Painted.plain(64, 48, 0)) + "\"}");
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("black everywhere");
    }

    @Test
    void interruptAnswersWithWhatCouldBeSeen() throws Exception {
        var answer = CompletableFuture.supplyAsync(() ->
                post(TXT2IMG, "{\"prompt\": \"a hill\", \"steps\": 1000, \"width\": 64, \"height\": 64, \"seed\": 1}"));
        for (int i = 0; i < 1000; i++) {
            var progress = Running.json(running.get("/sdapi/v1/progress"));
            if (progress.has("current_image")) {
                assertThat(Base64.getDecoder().decode(progress.string("current_image")))
                        .isNotEmpty();
                assertThat(progress.object("state").integer("sampling_steps")).isEqualTo(1000);
                break;
            }
            Thread.sleep(50);
        }
        assertThat(running.post("/sdapi/v1/interrupt", "{}").statusCode()).isEqualTo(200);
        assertThat(answer.get().statusCode()).isEqualTo(200);
        assertThat(Running.json(answer.get()).strings("images")).hasSize(1);
    }

    private static HttpResponse<String> post(String path, String body) {
        try {
            return running.post(path, body);
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sd-models",
                "samplers",
                "schedulers",
                "loras",
                "upscalers",
                "latent-upscale-modes",
                "sd-vae",
                "hypernetworks",
                "face-restorers",
                "prompt-styles",
                "embeddings",
                "scripts",
                "cmd-flags"
            })
    void listsAreThere(String name) throws Exception {
        assertThat(running.get("/sdapi/v1/" + name).statusCode()).isEqualTo(200);
    }

    @Test
    void errorsAreToldAsThere() throws Exception {
        var script = running.post(TXT2IMG, "{\"prompt\": \"a\", \"script_name\": \"x\"}");
        assertThat(script.statusCode()).isEqualTo(422);
        assertThat(Running.json(script).objects("detail").getFirst().string("msg"))
                .contains("script_name");
        var type = running.post(TXT2IMG, "{\"prompt\": \"a\", \"width\": \"x\"}");
        assertThat(type.statusCode()).isEqualTo(422);
        assertThat(Running.json(type).objects("detail").getFirst().strings("loc"))
                .containsExactly("body", "width");
        var other = running.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"other\"}");
        assertThat(other.statusCode()).isEqualTo(500);
        assertThat(Running.json(other).string("detail")).contains("mural-nano");
        assertThat(running.get("/sdapi/v1/other").body()).isEqualTo("{\"detail\":\"Not Found\"}");
    }
}
