package io.mural.model.hierarchical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OfficialBlockMapTest {
    @Test
    void savesWhatThePaperSays() {
        var map = new OfficialBlockMap(512, 512, 512);
        assertThat(map.tokens()).isEqualTo(512 + 262144 + 16384);
        assertThat(map.saving()).isCloseTo(130.4, within(0.05));
    }

    @Test
    void computesABlockWhereverOnePairIsWanted() {
        var map = new OfficialBlockMap(128, 48, 32);
        int picture = 48 * 32;
        int first = 128 + picture;
        var layout = map.layout();
        for (var block : layout.blocks()) {
            for (int keyBlock = 0; keyBlock < map.tokens(); keyBlock += 64) {
                boolean wanted = false;
                for (int q = block.from(); q < block.to(); q++) {
                    for (int k = keyBlock; k < Math.min(keyBlock + 64, map.tokens()); k++) {
                        wanted |= wanted(q, k, first);
                    }
                }
                int key = keyBlock;
                boolean computed = block.runs().stream().anyMatch(run -> run.from() <= key && key < run.to());
                assertThat(computed)
                        .as("queries %d, keys %d", block.from(), key)
                        .isEqualTo(wanted);
            }
        }
    }

    /** Of 128 text tokens, 48 x 32 picture tokens and 12 x 8 guide tokens, from the definition. */
    private static boolean wanted(int q, int k, int first) {
        if (q < 128) {
            return k < first;
        }
        if (q < first) {
            int[] query = place(q - 128, 32, 16);
            if (k < 128) {
                return true;
            }
            if (k < first) {
                int[] key = place(k - 128, 32, 16);
                return Math.abs(query[0] - key[0]) <= 8 && Math.abs(query[1] - key[1]) <= 8;
            }
            int under = query[0] / 4 / 4 * 2 + query[1] / 4 / 4;
            return Math.abs((k - first) / 16 - under) <= 1;
        }
        if (k < first) {
            return false;
        }
        int[] query = place(q - first, 8, 4);
        int[] key = place(k - first, 8, 4);
        return Math.abs(query[0] - key[0]) <= 2 && Math.abs(query[1] - key[1]) <= 2;
    }

    private static int[] place(int position, int width, int window) {
        int index = position / (window * window);
        int inside = position % (window * window);
        int across = width / window;
        return new int[] {index / across * window + inside / window, index % across * window + inside % window};
    }

    @Test
    void otherSizesAreRefused() {
        assertThatThrownBy(() -> new OfficialBlockMap(512, 40, 48)).hasMessageContaining("multiples of 256 pixels");
    }
}
