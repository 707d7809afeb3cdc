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
        assertThat(Pyramid.of(height / 16, width / 16, 64 * 64, 4)).hasToString(way);
    }

    @Test
    void everyLevelIsCoveredByTheOneBefore() {
        for (int height = 1; height < 200; height += 7) {
            for (int width = 1; width < 200; width += 11) {
                var pyramid = Pyramid.of(height, width, 256, 4);
                int below = pyramid.baseHeight();
                for (var level : pyramid.levels()) {
                    assertThat(level.guideHeight()).isEqualTo(below);
                    assertThat(level.guideHeight() * level.ratio()).isGreaterThanOrEqualTo(level.gridHeight());
                    assertThat(level.ratio()).isBetween(2, 4);
                    below = level.gridHeight();
                }
                assertThat(below).isEqualTo(height);
            }
        }
    }

    @Test
    void aRatioOfOneIsRefused() {
        assertThatThrownBy(() -> Pyramid.of(64, 64, 256, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("ratio of 1");
    }
}
