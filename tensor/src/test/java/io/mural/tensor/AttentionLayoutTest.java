package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.AttentionLayout.Block;
import io.mural.tensor.AttentionLayout.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionLayoutTest {
    @Test
    void denseIsOneBlockWithOneRun() {
        var layout = AttentionLayout.dense(5, 7);
        assertThat(layout.blocks()).containsExactly(new Block(0, 5, List.of(new Run(0, 7))));
        assertThat(layout.queries()).isEqualTo(5);
        assertThat(layout.keys()).isEqualTo(7);
        assertThat(layout.pairs()).isEqualTo(35);
    }

    @Test
    void causalSeesItselfAndWhatCameBefore() {
        var layout = AttentionLayout.causal(4);
        assertThat(layout.blocks()).hasSize(4).last().isEqualTo(new Block(3, 4, List.of(new Run(0, 4))));
        assertThat(layout.pairs()).isEqualTo(10);
    }

    @Test
    void pairsDoNotOverflow() {
        assertThat(AttentionLayout.dense(100_000, 100_000).pairs()).isEqualTo(10_000_000_000L);
    }

    @Test
    void gapsAndOverlapsAreRefused() {
        var all = List.of(new Run(0, 3));
        assertThatThrownBy(() -> AttentionLayout.of(3, List.of(new Block(0, 2, all), new Block(3, 4, all))))
                .hasMessageContaining("expected one at 2 but found 3");
        assertThatThrownBy(() -> AttentionLayout.of(2, List.of(new Block(0, 2, all))))
                .hasMessageContaining("beyond the 2 keys");
        assertThatThrownBy(() -> new Block(0, 2, List.of(new Run(0, 3), new Run(2, 4))))
                .hasMessageContaining("must ascend and not overlap");
        assertThatThrownBy(() -> new Block(0, 2, List.of())).hasMessageContaining("queries 0 to 2");
        assertThatThrownBy(() -> new Run(3, 3)).hasMessageContaining("3 to 3");
    }
}
