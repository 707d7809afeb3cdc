package io.mural.weights.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final JsonObject CONFIG = Json.parse("config.json", """
        {"num_layers": 19, "eps": 1e-6, "theta": 10000, "whole": 64.0, "half": 0.5, "name": "flux", "bias": true,
         "axes": [16, 56, 56], "sigmas": [1, 0.5], "types": ["a", "b"], "patch": null, "big": 4294967296,
         "huge": 1000000000000000019884624838656, "rope": {"theta": "x", "list": [{"n": true}]}}\
        """);

    @Test
    void readsEachType() {
        assertThat(CONFIG.integer("num_layers")).isEqualTo(19);
        assertThat(CONFIG.integer("whole")).isEqualTo(64);
        assertThat(CONFIG.longInteger("big")).isEqualTo(1L << 32);
        assertThat(CONFIG.number("eps")).isEqualTo(1e-6);
        assertThat(CONFIG.number("theta")).isEqualTo(10000.0);
        assertThat(CONFIG.number("huge")).isEqualTo(1000000000000000019884624838656.0);
        assertThat(CONFIG.string("name")).isEqualTo("flux");
        assertThat(CONFIG.bool("bias")).isTrue();
        assertThat(CONFIG.integers("axes")).containsExactly(16, 56, 56);
        assertThat(CONFIG.numbers("sigmas")).containsExactly(1.0, 0.5);
        assertThat(CONFIG.strings("types")).containsExactly("a", "b");
        assertThat(CONFIG.object("rope").keys()).containsExactly("theta", "list");
        assertThat(CONFIG.object("rope").objects("list")).hasSize(1);
    }

    @Test
    void givesTheDefaultForAbsentAndNull() {
        assertThat(CONFIG.integer("patch", 2)).isEqualTo(2);
        assertThat(CONFIG.longInteger("absent", 3L)).isEqualTo(3);
        assertThat(CONFIG.number("absent", 0.25)).isEqualTo(0.25);
        assertThat(CONFIG.string("absent", "x")).isEqualTo("x");
        assertThat(CONFIG.bool("absent", true)).isTrue();
        assertThat(CONFIG.integers("absent", 1, 2)).containsExactly(1, 2);
        assertThat(CONFIG.numbers("absent", 1.5)).containsExactly(1.5);
        assertThat(CONFIG.strings("absent", List.of("y"))).containsExactly("y");
        assertThat(CONFIG.object("absent", CONFIG)).isSameAs(CONFIG);
        assertThat(CONFIG.objects("absent", List.of())).isEmpty();
        assertThat(CONFIG.has("patch")).isFalse();
        assertThat(CONFIG.integer("num_layers", 1)).isEqualTo(19);
    }

    @Test
    void namesFileKeyAndValueOfAWrongType() {
        fails(() -> CONFIG.integer("name"), "config.json: \"name\" is \"flux\", expected a whole number");
        fails(() -> CONFIG.integer("half"), "config.json: \"half\" is 0.5, expected a whole number");
        fails(() -> CONFIG.integer("big"), "config.json: \"big\" is 4294967296, expected a whole number of 32 bits");
        fails(() -> CONFIG.integer("gone"), "config.json: \"gone\" is missing, expected a whole number");
        fails(() -> CONFIG.string("patch"), "config.json: \"patch\" is missing, expected a text");
        fails(() -> CONFIG.string("rope"), "config.json: \"rope\" is an object, expected a text");
        fails(() -> CONFIG.integers("sigmas"), "config.json: \"sigmas[1]\" is 0.5, expected a whole number");
        fails(() -> CONFIG.object("rope").number("theta"), "config.json: \"rope.theta\" is \"x\", expected a number");
        fails(
                () -> CONFIG.object("rope").objects("list").get(0).string("n"),
                "config.json: \"rope.list[0].n\" is true, expected a text");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": 1, \"a\": 2} | s: the key \"a\" occurs twice (line 1, column 10)",
                "{\"a\": {\"b\": 1, \"b\": 2}} | s: the key \"b\" occurs twice (line 1, column 16)",
                "[1] | s: expected a JSON object, which begins with {",
                "`` | s: expected a JSON object, which begins with {",
                "{} {} | s: text after the end of the JSON object (line 1, column 4)",
                "{\"a\": NaN} | s: not valid JSON at line 1, column",
                "{\"a\": 1 | s: not valid JSON at line 1, column",
                "{\"a\\u000ab\": 1, \"a\\u000ab\": 2} | s: the key \"a\\u000ab\" occurs twice (line 1, column 17)",
            })
    void refusesBadText(String text, String message) {
        fails(() -> Json.parse("s", text), message);
    }

    @Test
    void refusesDeepNesting() {
        String deep = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";
        fails(
                () -> Json.parse("s", deep),
                "s: not valid JSON: Document nesting depth (65) exceeds the maximum allowed (64)");
    }

    @Test
    void readsALargeVocabulary(@TempDir Path folder) throws Exception {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int i = 0; i < 200_000; i++) {
            vocabulary.put("token " + i + " \u00e9\ud83d\ude00", i);
        }
        Path file = Files.writeString(folder.resolve("vocab.json"), Json.write(vocabulary));
        assertThat(Json.read(file).integerMap()).isEqualTo(vocabulary).hasSize(200_000);
    }

    @Test
    void skipsAByteOrderMarkAndRefusesOtherEncodings(@TempDir Path folder) throws Exception {
        Path marked = Files.writeString(folder.resolve("bom.json"), "\uFEFF{\"a\": 1}");
        assertThat(Json.read(marked).integer("a")).isEqualTo(1);
        Path latin = Files.write(folder.resolve("latin.json"), new byte[] {'{', '"', (byte) 0xe9, '"', ':', '1', '}'});
        fails(() -> Json.read(latin), latin + ": not valid UTF-8 text, so no JSON");
        Path gone = folder.resolve("gone.json");
        fails(() -> Json.read(gone), gone + ": cannot be read: no such file");
        fails(() -> Json.read(folder), folder + ": cannot be read: ");
    }

    @Test
    void writesWhatItReads() {
        String text = Json.write(CONFIG.asMap());
        assertThat(Json.parse("again", text).asMap()).isEqualTo(CONFIG.asMap());
        Map<String, Object> arrays = new LinkedHashMap<>();
        arrays.put("i", new int[] {1, -2});
        arrays.put("d", new double[] {0.5});
        arrays.put("f", 0.1f);
        arrays.put("quote", "\"\n\u2028");
        assertThat(Json.write(arrays)).isEqualTo("{\"i\":[1,-2],\"d\":[0.5],\"f\":0.1,\"quote\":\"\\\"\\n\\u2028\"}");
        assertThatThrownBy(() -> Json.write(Map.of("x", Double.NaN))).isInstanceOf(IllegalArgumentException.class);
    }

    private static void fails(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1e400}", "{\"a\":[1,-1e999]}", "{\"a\":{\"b\":179769313486231580793e400}}"})
    void aNumberBeyondAllIsNone(String text) {
        assertThatThrownBy(() -> Json.parse("x.json", text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("x.json: the number ")
                .hasMessageContaining("is larger than any that can be computed with (line 1, column ");
    }

    @Test
    void whatSteersATerminalIsWrittenAsAnEscape() {
        var text = "a\u009b31m\u202eb\u2066\u200f \u6d77 \ud83d\ude00\u200d";
        var json = Json.write(Map.of("a\u009d", text));
        assertThat(json).isEqualTo("{\"a\\u009d\":\"a\\u009b31m\\u202eb\\u2066\\u200f \u6d77 \ud83d\ude00\u200d\"}");
        assertThat(Json.parse("a", json).asMap()).isEqualTo(Map.of("a\u009d", text));
    }
}
