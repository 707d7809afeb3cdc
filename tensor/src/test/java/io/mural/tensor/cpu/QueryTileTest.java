package io.mural.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryTileTest {
    @Test
    void aDenseLayoutIsCutIntoTilesOfAboutOneSize() {
        var tiles = QueryTile.of(AttentionLayout.dense(600, 700), 10);
        assertThat(tiles).extracting(QueryTile::from).containsExactly(0, 150, 300, 450);
        assertThat(tiles).extracting(QueryTile::to).containsExactly(150, 300, 450, 600);
        assertThat(tiles).allSatisfy(tile -> assertThat(tile.limit(0)).isEqualTo(700));
    }

    @Test
    void tilesGrowWithTheWork() {
        assertThat(QueryTile.of(AttentionLayout.dense(4096, 4096), 24)).hasSize(4);
        assertThat(QueryTile.of(AttentionLayout.dense(1024, 1024), 1)).hasSize(8);
    }

    @Test
    void causalQueriesShareTiles() {
        var tiles = QueryTile.of(AttentionLayout.causal(300), 12);
        assertThat(tiles).extracting(QueryTile::to).containsExactly(132, 264, 300);
        assertThat(tiles.getFirst().limit(0)).isEqualTo(1);
        assertThat(tiles.getFirst().limit(131)).isEqualTo(132);
        assertThat(tiles.getLast().keys()).isEqualTo(300);
        assertThat(tiles.getLast().limit(0)).isEqualTo(265);
    }

    @Test
    void blocksThatSeeOtherKeysStayApart() {
        var layout = AttentionLayout.of(
                9,
                List.of(
                        new Block(0, 2, List.of(new Run(0, 3))),
                        new Block(2, 4, List.of(new Run(0, 3))),
                        new Block(4, 5, List.of(new Run(0, 2))),
                        new Block(5, 6, List.of(new Run(1, 9))),
                        new Block(6, 7, List.of(new Run(1, 2), new Run(4, 9)))));
        var tiles = QueryTile.of(layout, 1);
        assertThat(tiles).extracting(QueryTile::from).containsExactly(0, 4, 5, 6);
        assertThat(tiles).extracting(QueryTile::keys).containsExactly(3, 2, 8, 6);
    }
}
