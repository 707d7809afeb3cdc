package io.mural.model.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UmT5TokenizerTest {
    private static final Path TOKENIZER = Path.of("../goldens/video/wan-tiny/tokenizer");
    private static final Path CASES = Path.of("../goldens/video/cases/tokenizers.json");

    @Test
    void theModelAloneGivesTheSameIds(@TempDir Path folder) throws IOException {
        for (var name : new String[] {"spiece.model", "tokenizer_config.json"}) {
            Files.copy(TOKENIZER.resolve(name), folder.resolve(name));
        }
        var tokenizer = UmT5Tokenizer.load(folder);
        for (var entry : Json.read(CASES).objects("umt5")) {
            assertThat(tokenizer.encode(entry.string("text"), 32).ids())
                    .as(entry.string("text"))
                    .isEqualTo(entry.integers("ids"));
        }
    }

    @Test
    void tidiesPrompts() {
        assertThat(UmT5Tokenizer.clean(" a\u3000 b &amp;amp; &lt;c&gt;\n")).isEqualTo("a b & <c>");
        assertThat(UmT5Tokenizer.clean("AT&T &notin; &#x41;&#129489;")).isEqualTo("AT&T ∉ A🧑");
        assertThat(UmT5Tokenizer.clean(" \t ")).isEmpty();
    }
}
