package io.mural.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {
    @Test
    void nothingThatSteersATerminalPasses() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            boolean steers = c <= 0x1f
                    || c >= 0x7f && c <= 0x9f
                    || c == 0x200e
                    || c == 0x200f
                    || c == 0x61c
                    || c >= 0x2028 && c <= 0x202e
                    || c >= 0x2066 && c <= 0x2069;
            if (steers) {
                assertThat(OneLine.of("a" + Character.toString(c) + "b"))
                        .as("U+%04X", c)
                        .isIn("a?b", "a b");
            }
        }
    }

    @Test
    void lettersOfAllScriptsAndEmojiStay() {
        for (var text : new String[] {"Grüße 東京", "שלום", "👩‍🎨", "نام‌ها", "e\u0301"}) {
            assertThat(OneLine.of(text)).isEqualTo(text);
        }
        assertThat(OneLine.of("two\r\nlines\nand\u0085three")).isEqualTo("two lines and three");
    }
}
