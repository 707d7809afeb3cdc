package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.cpu.ScalarOps;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The guard sees a kernel that writes one element too many, and lets pass one that does not. */
class GuardedOpsTest {
    private final GuardedOps ops = new GuardedOps("test", new ScalarOps(Workspace.poisoned()));

    @AfterEach
    void close() {
        ops.close();
    }

    @Test
    void aKernelThatKeepsToItsResultPasses() {
        var out = columns();
        ops.overwriting("tidy", out, GuardedOpsTest::fill);
        assertThat(ops.read(out)).containsOnly(1);
        assertThat(ops.kernels()).containsExactly("tidyKernel");
    }

    @Test
    void aKernelThatWritesBesideItsResultIsNamed() {
        assertThatThrownBy(() -> ops.overwriting("careless", columns(), view -> {
                    fill(view);
                    view.set(0, 3, 1);
                }))
                .hasMessage("test: careless wrote 1.0 beside its result, at row 0, column 3 of it");
        // another NaN is a change, too
        assertThatThrownBy(() -> ops.overwriting("careless", columns(), view -> view.set(0, 4, Float.NaN)))
                .hasMessageContaining("careless wrote NaN");
    }

    @Test
    void whatIsChangedInPlaceIsThere() {
        var x = columns();
        fill(x);
        ops.changing("tidy", x, view -> view.set(1, 2, view.get(0, 0) + 1));
        assertThat(ops.read(x)).containsExactly(1, 1, 1, 1, 1, 2);
    }

    @Test
    void contiguousResultsStayContiguousAndAligned() {
        Consumer<Tensor> kernel = view -> {
            assertThat(view.contiguous()).isTrue();
            assertThat(view.shape()).isEqualTo(Shape.of(2, 1, 3));
            assertThat(view.segment().address() % 64).isZero();
        };
        assertThatCode(() -> ops.overwriting("picture", ops.empty(2, 1, 3), kernel))
                .doesNotThrowAnyException();
    }

    private Tensor columns() {
        return ops.empty(2, 9).columns(1, 4);
    }

    private static void fill(Tensor view) {
        for (int row = 0; row < view.rows(); row++) {
            for (int col = 0; col < view.cols(); col++) {
                view.set(row, col, 1);
            }
        }
    }
}
