package io.mural.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.cudnn.CuDnn;

/** Calls of cuDNN in a graph: a batch of attention in float16, and mistakes that cuDNN would not tell. */
class FusedAttentionTest {
    private static final int BATCH = 2;
    private static final int HEADS = 3;
    private static final int QUERIES = 5;
    private static final int KEYS = 7;
    private static final int HEAD_DIM = 8;
    private static final float SCALE = 0.25f;

    @Test
    void attendsInABatch() throws Exception {
        for (boolean causal : new boolean[] {false, true}) {
            var q = numbers(BATCH * HEADS * QUERIES * HEAD_DIM, 7);
            var k = numbers(BATCH * HEADS * KEYS * HEAD_DIM, 5);
            var v = numbers(BATCH * HEADS * KEYS * HEAD_DIM, 9);
            var o = new HalfFloatArray(BATCH * HEADS * QUERIES * HEAD_DIM);
            run(q, k, v, o, KEYS, HEAD_DIM, causal);
            for (int i = 0; i < o.getSize(); i++) {
                int pair = i / HEAD_DIM / QUERIES;
                int seen = causal ? i / HEAD_DIM % QUERIES + 1 : KEYS;
                // weights and the result are rounded to 2^-11, values reach 4
                assertThat(o.get(i).getFloat32())
                        .as("causal %s, element %d", causal, i)
                        .isCloseTo(expected(q, k, v, i / HEAD_DIM, pair, seen, i % HEAD_DIM), within(2 * 4 * 0x1p-11f));
            }
        }
    }

    private static float expected(
            HalfFloatArray q, HalfFloatArray k, HalfFloatArray v, int query, int pair, int seen, int column) {
        double sum = 0;
        double mixed = 0;
        for (int j = 0; j < seen; j++) {
            int key = (pair * KEYS + j) * HEAD_DIM;
            double score = 0;
            for (int d = 0; d < HEAD_DIM; d++) {
                score += SCALE
                        * q.get(query * HEAD_DIM + d).getFloat32()
                        * k.get(key + d).getFloat32();
            }
            sum += Math.exp(score);
            mixed += Math.exp(score) * v.get(key + column).getFloat32();
        }
        return (float) (mixed / sum);
    }

    @Test
    void refusesHeadsThatCuDnnHasNoPlanFor() {
        var x = numbers(9999, 3);
        var o = new HalfFloatArray(9999);
        assertThatThrownBy(() -> run(x, x, x, o, KEYS, 12, false))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessage("task g.sdpa: nvidia/cudnn/sdpaForward: heads of 12; cuDNN takes multiples of 8 up to 256");
        assertThatThrownBy(() -> run(x, x, x, o, KEYS, 264, false))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageContaining("heads of 264");
        assertThatThrownBy(() -> run(x, x, x, o, 0, HEAD_DIM, false))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageContaining("0 keys");
    }

    @Test
    void refusesATensorThatLeavesItsArray() {
        var x = numbers(BATCH * HEADS * KEYS * HEAD_DIM, 3);
        var o = new HalfFloatArray(BATCH * HEADS * QUERIES * HEAD_DIM - 1);
        assertThatThrownBy(() -> run(x, x, x, o, KEYS, HEAD_DIM, false))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageEndingWith("o, [2, 3, 5, 8], takes 240 elements, but its array has 239");
    }

    @Test
    void refusesToReadWhatWasNeverWritten() {
        var x = numbers(BATCH * HEADS * KEYS * HEAD_DIM, 3);
        var v = new HalfFloatArray(BATCH * HEADS * KEYS * HEAD_DIM);
        var o = new HalfFloatArray(BATCH * HEADS * QUERIES * HEAD_DIM);
        var graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .transferToDevice(DataTransferMode.UNDER_DEMAND, v);
        assertThatThrownBy(() -> execute(graph, x, x, v, o, KEYS, HEAD_DIM, false))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageContaining("was read before anything was transferred or written there")
                .hasMessageContaining("sdpaForward: v: index");
    }

    @Test
    void saysWhatItDoesWithItsArguments() {
        var x = numbers(64, 3);
        assertThat(CuDnn.sdpaForward(x, x, x, x, 1, 1, 8, 8, 8, 1, false).getAccess())
                .hasSize(11)
                .containsOnlyOnce(Access.WRITE_ONLY)
                .doesNotContain(Access.READ_WRITE);
    }

    private static HalfFloatArray numbers(int count, int range) {
        var values = new HalfFloatArray(count);
        for (int i = 0; i < count; i++) {
            values.set(i, new HalfFloat((float) (i * 3 % range - range / 2)));
        }
        return values;
    }

    private static void run(
            HalfFloatArray q,
            HalfFloatArray k,
            HalfFloatArray v,
            HalfFloatArray o,
            int keys,
            int headDim,
            boolean causal)
            throws Exception {
        var graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, q, k, v);
        execute(graph, q, k, v, o, keys, headDim, causal);
    }

    private static void execute(
            TaskGraph graph,
            HalfFloatArray q,
            HalfFloatArray k,
            HalfFloatArray v,
            HalfFloatArray o,
            int keys,
            int headDim,
            boolean causal)
            throws Exception {
        graph.libraryTask("sdpa", CuDnn::sdpaForward, q, k, v, o, BATCH, HEADS, QUERIES, keys, headDim, SCALE, causal)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, o);
        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.execute();
        }
    }
}
