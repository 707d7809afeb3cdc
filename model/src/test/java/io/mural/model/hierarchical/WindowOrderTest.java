package io.mural.model.hierarchical;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowOrderTest {
    @Test
    void isAPermutationThatTheInverseUndoes() {
        var random = new Random(3);
        for (int i = 0; i < 500; i++) {
            var order = new WindowOrder(1 + random.nextInt(40), 1 + random.nextInt(40), 1 + random.nextInt(20));
            var seen = new boolean[order.tokens()];
            for (int row = 0; row < order.height(); row++) {
                for (int column = 0; column < order.width(); column++) {
                    int position = order.position(row, column);
                    assertThat(seen[position])
                            .as("%s at %d, %d", order, row, column)
                            .isFalse();
                    seen[position] = true;
                }
            }
            var tokens = new float[order.tokens() * 3];
            for (int j = 0; j < tokens.length; j++) {
                tokens[j] = j;
            }
            var ordered = order.fromRaster(tokens);
            assertThat(order.toRaster(ordered)).isEqualTo(tokens);
            int row = random.nextInt(order.height());
            int column = random.nextInt(order.width());
            assertThat(ordered[order.position(row, column) * 3]).isEqualTo((row * order.width() + column) * 3f);
        }
    }

    @Test
    void windowsComeInRasterOrderAndAreCutOffAtTheEdges() {
        var order = new WindowOrder(3, 5, 2);
        var positions = new int[15];
        for (int i = 0; i < 15; i++) {
            positions[i] = order.position(i / 5, i % 5);
        }
        assertThat(positions).containsExactly(0, 1, 4, 5, 8, 2, 3, 6, 7, 9, 10, 11, 12, 13, 14);
        assertThat(order.start(1, 2)).isEqualTo(14);
    }
}
