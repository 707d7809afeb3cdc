package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.emulator.Room;
import io.mural.emulator.SilentFault;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that fails without a word, as TornadoVM lets it: mural must notice, and say it in a line. */
class DeviceFaultTest {
    private static float[] doubled(TornadoOps ops) {
        var x = ops.tensor(new float[] {1, 2, 3}, 1, 3);
        ops.add(x, ops.tensor(new float[] {1, 2, 3}, 1, 3));
        return ops.read(x);
    }

    @Test
    void aPrintedFailureOfALaunchIsAnError() {
        var printed = new ArrayList<String>();
        try (var ops = Pictures.open();
                var _ = SilentFault.ofLaunches("add", printed::add)) {
            ops.watch(() -> printed.stream().findFirst());
            assertThatThrownBy(() -> doubled(ops))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tornado:emulator: start could not be run: [TornadoVM-CUDA-JNI] ERROR")
                    .hasMessageContaining("add");
        }
    }

    @Test
    void nothingPrintedIsNoError() {
        try (var ops = Pictures.open()) {
            ops.watch(java.util.Optional::empty);
            assertThat(doubled(ops)).containsExactly(2, 4, 6);
        }
    }

    /** Nobody reads what is printed: the ticket behind the results is not the one that was given. */
    @Test
    void aCopyThatDoesNotComeIsAnError() {
        try (var ops = Pictures.open()) {
            assertThat(doubled(ops)).containsExactly(2, 4, 6);
            try (var _ = SilentFault.ofCopies(line -> {})) {
                assertThatThrownBy(() -> doubled(ops)).hasMessageContaining("its results did not arrive");
            }
        }
    }

    /** The ticket comes, but stands in the place of the results, too. */
    @Test
    void resultsThatWereNotWrittenAreAnError() {
        try (var ops = Pictures.open();
                var _ = SilentFault.ofLaunches("copy", line -> {})) {
            assertThatThrownBy(() -> ops.read(ops.empty(1, 3))).hasMessageContaining("its results did not arrive");
        }
    }

    @Test
    void memoryThatRunsOutIsALine() {
        try (var ops = Pictures.open();
                var _ = Room.beside(1 << 20)) {
            assertThatThrownBy(() -> doubled(ops))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("tornado:emulator: its memory ran out in start")
                    .hasMessageContaining("choose a smaller picture");
        }
    }

    /** A replayed graph is the recorded one: another size is another graph. */
    @Test
    void capturedGraphsAreReplayedWithTheirGrids() {
        try (var ops = Pictures.openLikeCuda()) {
            for (int rows : List.of(1, 700, 1, 700, 2000)) {
                var values = new float[rows * 3];
                values[rows] = 5;
                var x = ops.tensor(values, rows, 3);
                ops.add(x, x);
                assertThat(ops.read(x)).hasSize(rows * 3).contains(10);
            }
        }
    }
}
