package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.cpu.ScalarOps;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
    @Test
    void thePeakDoesNotGrowWithTheNumberOfUnits() {
        assertThat(peak(57)).isEqualTo(peak(2));
    }

    private static long peak(int units) {
        try (var ops = new ScalarOps(new Workspace())) {
            var x = ops.tensor(new float[64 * 48], 64, 48);
            for (int unit = 0; unit < units; unit++) {
                x = ops.unit("blocks." + unit, x, in -> {
                    var wide = ops.empty(64, 192);
                    ops.copy(wide.columns(0, 48), in);
                    var out = ops.empty(64, 48);
                    ops.copy(out, wide.columns(0, 48));
                    return out;
                });
            }
            assertThat(ops.workspace().liveBytes()).isEqualTo(64 * 48 * Float.BYTES);
            assertThat(ops.workspace().reservedBytes())
                    .isEqualTo(ops.workspace().peakBytes());
            return ops.workspace().peakBytes();
        }
    }

    @Test
    void aResultOutlivesItsUnitAndOtherTensorsDoNot() {
        try (var workspace = new Workspace()) {
            workspace.open();
            var kept = workspace.allocate(Shape.of(100));
            workspace.allocate(Shape.of(200));
            workspace.close(List.of(kept));
            assertThat(workspace.liveBytes()).isEqualTo(448);
            kept.set(0, 3, 1);
            assertThat(workspace.allocate(Shape.of(200)).get(0, 3)).isZero();
            assertThat(workspace.reservedBytes()).isEqualTo(448 + 832);
            assertThat(workspace.release(kept)).isTrue();
            assertThat(workspace.release(kept)).isFalse();
        }
    }

    @Test
    void onlyTheScopeThatAllocatedReleases() {
        try (var workspace = new Workspace()) {
            var outer = workspace.allocate(Shape.of(16));
            workspace.open();
            assertThat(workspace.release(outer)).isFalse();
            workspace.close(List.of(outer));
            assertThat(workspace.release(outer)).isTrue();
        }
    }

    @Test
    void aReleasedBlockServesARequestThatIsNotMuchSmaller() {
        try (var workspace = new Workspace()) {
            workspace.release(workspace.allocate(Shape.of(1000)));
            workspace.allocate(Shape.of(900));
            assertThat(workspace.reservedBytes()).isEqualTo(4032);
            workspace.release(workspace.allocate(Shape.of(1000)));
            workspace.allocate(Shape.of(100));
            assertThat(workspace.reservedBytes()).isEqualTo(4032 + 4032 + 448);
        }
    }

    @Test
    void poisonedMemoryIsNan() {
        try (var workspace = Workspace.poisoned()) {
            var first = workspace.allocate(Shape.of(3, 5));
            first.copyFrom(new float[15]);
            workspace.release(first);
            assertThat(workspace.allocate(Shape.of(3, 5)).toArray()).containsOnly(Float.NaN);
        }
    }

    @Test
    void anInterruptedThreadStopsBeforeTheNextUnit() {
        try (var ops = new ScalarOps(new Workspace())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> ops.unit("transformer_blocks.3", () -> {}))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("transformer_blocks.3");
        }
    }

    @Test
    void aFailedUnitReleasesItsMemory() {
        try (var ops = new ScalarOps(new Workspace())) {
            assertThatThrownBy(() -> ops.unit("broken", () -> {
                        ops.empty(100);
                        throw new IllegalStateException("broken");
                    }))
                    .hasMessage("broken");
            assertThat(ops.workspace().liveBytes()).isZero();
        }
    }
}
