package io.mural.model.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyramidTest {
    @ParameterizedTest
    @CsvSource({
        "4096, 4096, 1024x1024 -> 4096x4096",
        "8192, 8192, 1024x1024 -> 4096x4096 -> 8192x8192",
        "16384, 16384, 1024x1024 -> 4096x4096 -> 16384x16384",
        "2048, 1152, 1024x576 -> 2048x1152",
        "3072, 3072, 1024x1024 -> 3072x3072",
        "6144, 6144, 768x768 -> 3072x3072 -> 6144x6144",
        "1616, 1200, 816x608 -> 1616x1200",
    })
    void growsByTheFullRatioButTheLast(int width, int height, String way) {
        assertThat(Pyramid.of(Grid.of(width, height, 16), 64 * 64, 4)).hasToString(way);
    }

    @Test
    void everyLevelIsCoveredByTheOneBefore() {
        for (int height = 1; height < 200; height += 7) {
            for (int width = 1; width < 200; width += 11) {
                var pyramid = Pyramid.of(new Grid(height, width, 16), 256, 4);
                var below = pyramid.base();
                for (var level : pyramid.levels()) {
                    assertThat(level.guide()).isEqualTo(below);
                    assertThat(below.height() * level.ratio())
                            .isGreaterThanOrEqualTo(level.grid().height());
                    assertThat(below.width() * level.ratio())
                            .isGreaterThanOrEqualTo(level.grid().width());
                    assertThat(level.ratio()).isBetween(2, 4);
                    below = level.grid();
                }
                assertThat(below).isEqualTo(new Grid(height, width, 16));
            }
        }
    }

    @Test
    void aRatioOfOneIsRefused() {
        assertThatThrownBy(() -> Pyramid.of(new Grid(64, 64, 16), 256, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("ratio of 1");
    }
}
