package io.mural.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.Running;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own library for Node, from npm, in a process of its own. */
@Tag("full")
class NodeClientTest {
    private static final String LIBRARY = "openai@7.55.0";

    /** A model that takes references. */
    private static final Path KLEIN = Path.of("../goldens/flux2-tiny");

    private static final int SIDE = 64;

    @TempDir
    Path folder;

    @Test
    void openAiForNodeDoesItsWork() throws Exception {
        Programs.require("node", "npm");
        var installed = Programs.run(
                folder,
                "npm",
                "install",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-package-lock",
                "--prefix",
                ".",
                LIBRARY);
        Programs.assume(installed.exit() == 0, "npm cannot install " + LIBRARY + ": " + installed.text());
        try (var script = NodeClientTest.class.getResourceAsStream("openai.mjs");
                var running = Running.open(folder.resolve("output"), List.of(Running.NANO, KLEIN))) {
            Files.copy(script, folder.resolve("openai.mjs"));
            var picture = folder.resolve("a.png");
            var made = Running.json(running.post(
                    "/v1/images/generations", "{\"prompt\": \"a hill\", \"size\": \"64x64\", \"steps\": 1}"));
            Files.write(
                    picture,
                    Base64.getDecoder().decode(made.objects("data").getFirst().string("b64_json")));
            var mask = Files.write(folder.resolve("mask.png"), Halves.mask(SIDE));
            var run =
                    Programs.run(folder, "node", "openai.mjs", running.address(), picture.toString(), mask.toString());
            assertThat(run.exit()).as(run.text()).isZero();
            var told = told(run.text());
            check(told);
            for (var what : List.of("masked edit", "masked edit with two pictures")) {
                var painted = told.get(what).strings("pictures");
                assertThat(painted).hasSize(1);
                Halves.assertPainted(
                        Files.readAllBytes(picture), Base64.getDecoder().decode(painted.getFirst()));
            }
        }
    }

    private static Map<String, JsonObject> told(String lines) {
        Map<String, JsonObject> told = new HashMap<>();
        lines.lines().filter(line -> line.startsWith("{")).forEach(line -> {
            var json = Json.parse("a line", line);
            told.put(json.string("what"), json);
        });
        return told;
    }

    private static void check(Map<String, JsonObject> told) {
        assertThat(told.get("models").strings("ids")).containsExactly("mural-nano", "flux2-tiny");
        var generated = told.get("generate").asMap();
        assertThat(generated.get("sides")).hasToString("[32, 32]");
        assertThat(generated.get("seeds")).hasToString("[7, 8]");
        assertThat(told.get("generate").integer("usage")).isPositive();
        assertThat(told.get("stream").strings("types"))
                .containsExactly(
                        "image_generation.partial_image",
                        "image_generation.partial_image",
                        "image_generation.completed");
        assertThat(told.get("edit").asMap().get("sides")).hasToString("[64]");
        assertThat(told.get("stream edit").strings("types")).containsExactly("image_edit.completed");
        assertError(told.get("unknown field"), "BadRequestError", 400, "unknown_parameter", "colour");
        assertError(told.get("unknown model"), "NotFoundError", 404, "model_not_found", "model");
        // The embedded model starts from one picture; several are sent in fields of another name.
        assertError(told.get("two pictures"), "BadRequestError", 400, "invalid_value", "image");
    }

    private static void assertError(JsonObject error, String kind, int status, String code, String param) {
        assertThat(error.string("kind")).isEqualTo(kind);
        assertThat(error.integer("status")).isEqualTo(status);
        assertThat(error.string("code")).isEqualTo(code);
        assertThat(error.string("param")).isEqualTo(param);
    }
}
