package io.mural.evaluate.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.model.edit.Region;
import io.mural.tensor.InputException;
import org.junit.jupiter.api.Test;

class BorderTest {
    private static final int WIDTH = 20;
    private static final int HEIGHT = 12;

    private interface Gray {
        int at(int x, int y);
    }

    private static Border of(Region region, int fade, Gray gray) {
        var border = new Border(WIDTH, HEIGHT, region, fade);
        for (int y = 0; y < HEIGHT; y++) {
            var row = new byte[WIDTH * 3];
            for (int x = 0; x < row.length; x++) {
                row[x] = (byte) gray.at(x / 3, y);
            }
            border.row(row, 0);
        }
        return border;
    }

    @Test
    void aStepIsSeenWhereItIs() {
        // a slope of 2 to the right, and 30 more inside
        var region = new Region(5, 4, 10, 8);
        var border = of(region, 0, (x, y) -> 2 * x + (x >= 5 && x < 15 && y >= 4 ? 30 : 0));
        assertThat(border.columns().across()).isCloseTo(32, within(1e-9));
        assertThat(border.columns().own()).isCloseTo(2, within(1e-9));
        assertThat(border.columns().ratio()).isCloseTo(16, within(1e-9));
        // rows are alike but at the upper side; the lower one is the picture's own
        assertThat(border.rows().across()).isCloseTo(30, within(1e-9));
        assertThat(border.rows().ratio()).isInfinite();
    }

    @Test
    void aStepThatFadesInIsSpreadOverItsPixels() {
        var region = new Region(5, 0, 15, 12);
        Gray fading = (x, y) -> x < 5 ? 0 : Math.min(30, 10 * (x - 4));
        assertThat(of(region, 2, fading).columns().across()).isCloseTo(10, within(1e-9));
        assertThat(of(region, 2, fading).columns().own()).isZero();
        assertThat(of(region, 1, fading).columns().ratio()).isCloseTo(1, within(1e-9));
        assertThat(of(region, 2, (x, y) -> 7).columns().ratio()).isEqualTo(1);
        assertThat(of(region, 2, (x, y) -> 7).rows().across()).isZero();
    }

    @Test
    void aRectangleBeyondThePictureIsRefused() {
        assertThatThrownBy(() -> new Border(WIDTH, HEIGHT, new Region(0, 0, 21, 12), 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("reaches beyond the picture of 20x12");
    }
}
