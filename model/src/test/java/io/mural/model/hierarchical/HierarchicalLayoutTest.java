package io.mural.model.hierarchical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HierarchicalLayoutTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c", "d"})
    void pairsAreThoseOfTheReferenceCases(String name) {
        try (var values = Checkpoint.open(Path.of("../goldens/cases/flux1-hierarchical-" + name + ".safetensors"))) {
            var params = Json.parse(name, values.metadata().get("params"));
            var geometry = HierarchicalGeometry.of(params, HierarchicalGeometry.FLUX1);
            var order = new WindowOrder(params.integer("height"), params.integer("width"), geometry.window());
            int text = Math.toIntExact(
                    values.info("in.encoder_hidden_states").shape().get(1));
            var layout = HierarchicalLayout.of(
                    geometry, text, order, params.integer("guidance_height"), params.integer("guidance_width"));
            assertThat(layout.pairs()).isEqualTo(params.integer("allowed_pairs"));
        }
    }

    @Tag("full")
    @Test
    void everyPairIsThatOfTheDefinition() {
        var random = new Random(7);
        for (int i = 0; i < 400; i++) {
            var geometry = new HierarchicalGeometry(
                    1 + random.nextInt(6),
                    1 + random.nextInt(5),
                    random.nextInt(9),
                    random.nextInt(4) - 1,
                    random.nextInt(5) - 1,
                    1);
            var order = new WindowOrder(1 + random.nextInt(15), 1 + random.nextInt(15), geometry.window());
            int text = 1 + random.nextInt(3);
            int guideHeight = geometry.guideSide(order.height());
            int guideWidth = geometry.guideSide(order.width());
            var layout = HierarchicalLayout.of(geometry, text, order, guideHeight, guideWidth);
            var what = geometry + " " + order;
            int tokens = order.tokens();
            var picture = mask(layout.picture());
            for (int q = 0; q < text + tokens; q++) {
                for (int k = 0; k < text + tokens + guideHeight * guideWidth; k++) {
                    boolean expected = q < text
                            ? k < text + tokens
                            : windowSees(geometry, order, guideWidth, text, raster(order, q - text), k);
                    assertThat(picture[q][k]).as("%s: %d to %d", what, q, k).isEqualTo(expected);
                }
            }
            var guide = mask(layout.guide());
            for (int q = 0; q < guide.length; q++) {
                for (int k = 0; k < guide.length; k++) {
                    int distance = Math.max(
                            Math.abs(q / guideWidth - k / guideWidth), Math.abs(q % guideWidth - k % guideWidth));
                    boolean expected = geometry.guidanceRadius() < 0 || distance <= geometry.guidanceRadius();
                    assertThat(guide[q][k]).as("%s: guide %d to %d", what, q, k).isEqualTo(expected);
                }
            }
        }
    }

    /** Whether the picture's token at {@code query} (raster) sees key {@code k} of [T, X, G], from the definition. */
    private static boolean windowSees(
            HierarchicalGeometry geometry, WindowOrder order, int guideWidth, int text, int query, int k) {
        int window = geometry.window();
        int top = query / order.width() / window * window;
        int left = query % order.width() / window * window;
        int bottom = Math.min(top + window, order.height());
        int right = Math.min(left + window, order.width());
        if (k < text) {
            return true;
        }
        if (k < text + order.tokens()) {
            int key = raster(order, k - text);
            int row = key / order.width();
            int column = key % order.width();
            int halo = geometry.halo();
            return row >= top - halo && row < bottom + halo && column >= left - halo && column < right + halo;
        }
        int key = k - text - order.tokens();
        int row = key / guideWidth;
        int column = key % guideWidth;
        int halo = geometry.guidanceHalo();
        double ratio = geometry.ratio();
        return halo < 0
                || row >= Math.floor(top / ratio) - halo
                        && row < Math.ceil(bottom / ratio) + halo
                        && column >= Math.floor(left / ratio) - halo
                        && column < Math.ceil(right / ratio) + halo;
    }

    /** The raster index of the token at a position, by search. */
    private static int raster(WindowOrder order, int position) {
        for (int token = 0; token < order.tokens(); token++) {
            if (order.position(token / order.width(), token % order.width()) == position) {
                return token;
            }
        }
        throw new AssertionError("no token at " + position);
    }

    private static boolean[][] mask(AttentionLayout layout) {
        var mask = new boolean[layout.queries()][layout.keys()];
        for (var block : layout.blocks()) {
            for (int q = block.from(); q < block.to(); q++) {
                for (var run : block.runs()) {
                    java.util.Arrays.fill(mask[q], run.from(), run.to(), true);
                }
            }
        }
        return mask;
    }

    @Test
    void oneWindowOverAllIsDense() {
        var geometry = new HierarchicalGeometry(8, 4, 0, HierarchicalGeometry.ALL, HierarchicalGeometry.ALL, 1);
        var layout = HierarchicalLayout.of(geometry, 3, new WindowOrder(8, 8, 8), 2, 2);
        var window = layout.picture().blocks().getLast();
        assertThat(window.runs()).containsExactly(new AttentionLayout.Run(0, 3 + 64 + 4));
        assertThat(layout.guide().pairs()).isEqualTo(16);
    }

    @Test
    void workGrowsLinearlyWithTheTokens() {
        var geometry = HierarchicalGeometry.FLUX1;
        var small = HierarchicalLayout.of(geometry, 512, new WindowOrder(128, 128, 16), 32, 32);
        var large = HierarchicalLayout.of(geometry, 512, new WindowOrder(512, 512, 16), 128, 128);
        double growth = (double) large.picture().pairs() / small.picture().pairs();
        assertThat(growth).isBetween(16.0, 16.0 * 1.1);
    }

    @Test
    void aGuideThatDoesNotFitSaysWhatWould() {
        var geometry = HierarchicalGeometry.FLUX1;
        var order = new WindowOrder(64, 64, 16);
        assertThatThrownBy(() -> HierarchicalLayout.of(geometry, 1, order, 16, 12))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("12x16")
                .hasMessageContaining("must be 16x16");
        assertThatThrownBy(() -> HierarchicalLayout.of(geometry, 1, order, 65, 16))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("larger than the picture");
        assertThatThrownBy(() -> geometry.withRatio(0)).hasMessageContaining("ratio of 0");
        assertThatThrownBy(() -> new HierarchicalGeometry(4, 4, 2, 1, -2, 1)).hasMessageContaining("guidance radius");
        assertThatThrownBy(() -> new HierarchicalGeometry(4, 4, 2, 1, -1, Double.NaN))
                .hasMessageContaining("NTK");
    }
}
