package io.mural.engine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @ParameterizedTest
    @CsvSource({
        "org/name, main, ",
        "org/name@v1.0, v1.0, ",
        "org/name@refs/pr/1, refs/pr/1, ",
        "org/name:a/b.gguf, main, a/b.gguf",
        "org/name@v1:b.gguf, v1, b.gguf",
        "org/name@" + COMMIT + ", " + COMMIT + ", ",
        "org/name@" + COMMIT + "/a/b.gguf, " + COMMIT + ", a/b.gguf",
        "org/name@" + COMMIT + ":b.gguf, " + COMMIT + ", b.gguf",
    })
    void namesAreRead(String text, String revision, String file) {
        var name = HubName.of(text).orElseThrow();
        assertThat(name.repository()).isEqualTo("org/name");
        assertThat(name.revision()).isEqualTo(revision);
        assertThat(name.file().orElse(null)).isEqualTo(file);
        assertThat(HubName.of(name.toString())).hasValue(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "org/name/more",
                "/org/name",
                "./org/name",
                "../name",
                "org/..",
                "org/na--me",
                "org/name@..",
                "org/name@a/../b",
                "org/name:../secret",
                "org/name:/etc/passwd",
                "org/name:a\\..\\b",
                "-org/name",
                "org/name.",
                "",
            })
    void othersAreNone(String text) {
        assertThat(HubName.of(text)).isEmpty();
    }

    @Test
    void aPathInACacheIsAName() {
        var path = Path.of("/somewhere/models--org--name/snapshots/" + COMMIT);
        assertThat(HubName.of(path).orElseThrow().recorded()).isEqualTo("org/name@" + COMMIT);
        assertThat(HubName.of(path.resolve("a/b.gguf")).orElseThrow().recorded())
                .isEqualTo("org/name@" + COMMIT + "/a/b.gguf");
        assertThat(HubName.of(Path.of("/somewhere/models--org--name/blobs"))).isEmpty();
    }
}
