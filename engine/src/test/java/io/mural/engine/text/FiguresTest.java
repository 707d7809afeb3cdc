package io.mural.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "52428800, 50.0 MiB",
        "1073741823, 1.0 GiB",
        "23622320128, 22.0 GiB",
        "9223372036854775807, 8388608 TiB"
    })
    void bytes(long bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"999, 999", "5146176, 5.1 million", "11901408320, 11.9 billion"})
    void counts(long count, String text) {
        assertThat(Figures.count(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.004, 0.00 s",
        "9.994, 9.99 s",
        "9.996, 10.0 s",
        "99.94, 99.9 s",
        "99.96, 1:40",
        "3599.6, 1:00:00",
        "3729, 1:02:09"
    })
    void durations(double seconds, String text) {
        assertThat(Figures.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"2.0, 2", "2.5, 2.5", "-1.0, -1", "0.1, 0.1", "1e300, 1.0E300"})
    void numbers(double value, String text) {
        assertThat(Figures.number(value)).isEqualTo(text);
    }
}
