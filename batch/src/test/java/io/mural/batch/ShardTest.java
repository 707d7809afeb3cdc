package io.mural.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where numbers have other digits, files have the same names. */
class ShardTest {
    private final Locale before = Locale.getDefault();

    @BeforeEach
    void otherDigits() {
        Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab"));
        assertThat(String.format("%d", 3)).isEqualTo("\u0663");
    }

    @AfterEach
    void back() {
        Locale.setDefault(before);
    }

    @Test
    void tablesOfShardsHaveTheSameNamesEverywhere() {
        assertThat(Folder.table(Path.of("out"), new Shard(3, 16)))
                .isEqualTo(Path.of("out/table/part-00003-of-00016.jsonl"));
    }
}
