package io.mural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WildcardsTest {
    @TempDir
    private Path folder;

    @Test
    void everyPartIsChosenAndTheSameSeedChoosesTheSame() {
        var none = new Wildcards(Optional.empty());
        var prompts = LongStream.range(0, 40)
                .mapToObj(seed -> none.resolve("a {red|green|{light|dark} blue} sea", seed))
                .collect(Collectors.toSet());
        assertThat(prompts)
                .containsExactlyInAnyOrder("a red sea", "a green sea", "a light blue sea", "a dark blue sea");
        assertThat(none.resolve("{a|b|c|d|e|f}", 7)).isEqualTo(none.resolve("{a|b|c|d|e|f}", 7));
        assertThat(none.resolve("{a} | {}", 1)).isEqualTo("{a} | {}");
        assertThat(none.resolve("a {|very }calm sea", 0)).matches("a (very)?\\s?calm sea");
    }

    @Test
    void filesGiveALineEach() throws IOException {
        Files.writeString(folder.resolve("colour.txt"), "# colours\nred\n\n__shade__ blue\n");
        Files.writeString(folder.resolve("shade.txt"), "dark\n");
        var wildcards = new Wildcards(Optional.of(folder));
        var prompts = LongStream.range(0, 20)
                .mapToObj(seed -> wildcards.resolve("a __colour__ sea", seed))
                .collect(Collectors.toSet());
        assertThat(prompts).containsExactlyInAnyOrder("a red sea", "a dark blue sea");
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        var wildcards = new Wildcards(Optional.of(folder));
        assertThatThrownBy(() -> wildcards.resolve("a __colour__ sea", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("colour.txt");
        assertThatThrownBy(() -> new Wildcards(Optional.empty()).resolve("__colour__", 0))
                .hasMessageContaining("`wildcards`");
        Files.writeString(folder.resolve("loop.txt"), "__loop__\n");
        assertThatThrownBy(() -> wildcards.resolve("__loop__", 0)).hasMessageContaining("without end");
        Files.writeString(folder.resolve("empty.txt"), "# nothing\n");
        assertThatThrownBy(() -> wildcards.resolve("__empty__", 0)).hasMessageContaining("holds no line");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a (calm:1.3) sea", "(sea:0.5)", "(a sea : 2)", "<lora:style:0.8> a sea"})
    void marksOfOtherProgramsAreRefused(String prompt) {
        assertThatThrownBy(() -> PromptMarks.none("prompt", prompt))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("`prompt`");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a sea (at 10:30)", "a screen (16:9)", "the words (see: below)", "((calm)) sea", "a <sea>"})
    void otherBracketsAreWords(String prompt) {
        assertThat(PromptMarks.none("prompt", prompt)).isEqualTo(prompt);
    }
}
