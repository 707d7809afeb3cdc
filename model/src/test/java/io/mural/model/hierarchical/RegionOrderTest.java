package io.mural.model.hierarchical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegionOrderTest {
    private static final HierarchicalGeometry GEOMETRY = new HierarchicalGeometry(4, 2, 2, 1, -1, 1);

    @Test
    void allOfAPictureIsTheOrderOfItsWindowsWithTheSamePattern() {
        var windows = new WindowOrder(7, 10, 4);
        var region = new RegionOrder(7, 10, 4, 2, (row, column) -> true);
        assertThat(region.tokens()).isEqualTo(70);
        for (int row = 0; row < 7; row++) {
            for (int column = 0; column < 10; column++) {
                assertThat(region.position(row, column)).isEqualTo(windows.position(row, column));
            }
        }
        var all = HierarchicalLayout.of(GEOMETRY, 3, windows, 4, 5).picture();
        var some = HierarchicalLayout.of(GEOMETRY, 3, region, 4, 5).picture();
        assertThat(some.blocks()).isEqualTo(all.blocks());
        assertThat(some.keys()).isEqualTo(all.keys());
    }

    @Test
    void oneWindowComesWithItsHaloAlone() {
        var region = new RegionOrder(12, 12, 4, 2, (row, column) -> row == 5 && column == 6);
        assertThat(region.tokens()).isEqualTo(8 * 8);
        assertThat(region.parts()).hasSize(9);
        assertThat(region.position(1, 1)).isNegative();
        assertThat(region.position(2, 2)).isZero();
        for (int i = 0; i < region.tokens(); i++) {
            assertThat(region.position(region.row(i), region.column(i))).isEqualTo(i);
        }
    }

    @Test
    void aHaloBetweenTwoWindowsIsNoRectangle() {
        // windows (0, 0) and (1, 1): the corner of window (0, 1) far from both is left out
        var region = new RegionOrder(8, 8, 4, 1, (row, column) -> row == 0 && column == 0 || row == 7 && column == 7);
        assertThat(region.tokens()).isEqualTo(25 + 25 - 4);
        assertThat(region.position(0, 7)).isNegative();
        assertThat(region.position(3, 7)).isNotNegative();
        assertThat(region.position(0, 4)).isNotNegative();
    }

    @Test
    void tokensComeBackToTheirPlaces() {
        var region = new RegionOrder(4, 8, 4, 0, (row, column) -> column > 3);
        var raster = new float[4 * 8 * 2];
        for (int i = 0; i < raster.length; i++) {
            raster[i] = i + 1;
        }
        var back = region.toRaster(region.fromRaster(raster));
        for (int i = 0; i < raster.length; i++) {
            assertThat(back[i]).isEqualTo(i / 2 % 8 > 3 ? raster[i] : 0);
        }
    }
}
