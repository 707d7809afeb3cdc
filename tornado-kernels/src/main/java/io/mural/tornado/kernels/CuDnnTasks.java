package io.mural.tornado.kernels;

import java.util.Optional;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.cudnn.CuDnn;

/** NVIDIA's cuDNN, which TornadoVM's CUDA backend calls in the order of a graph's tasks. */
public final class CuDnnTasks {
    private static final int TRIED_TOKENS = 64;

    private CuDnnTasks() {}

    /** Why TornadoVM cannot call it, with the remedy; empty if it can. */
    public static Optional<String> missing() {
        return SdkLibrary.missing("cuDNN", "tornado.cudnn", "attention is done by mural's kernel; ", "cuDNN 9");
    }

    /**
     * Why cuDNN does not do heads of this size on this device, found by trying with a graph of its own, which harms no
     * other; empty if it does. Older GPUs and libraries built for CUDA before 12 make no plan for it.
     */
    public static Optional<String> refusal(TornadoDevice device, int headDim) {
        var q = ones(headDim);
        var k = ones(headDim);
        var v = ones(headDim);
        var o = new HalfFloatArray(TRIED_TOKENS * headDim);
        var graph = new TaskGraph("cudnn" + headDim).transferToDevice(DataTransferMode.EVERY_EXECUTION, q, k, v);
        attention(graph, "tried", new int[] {1, 1, TRIED_TOKENS, TRIED_TOKENS, headDim}, q, k, v, o);
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, o);
        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device);
            plan.execute();
        } catch (RuntimeException | TornadoExecutionPlanException e) {
            return Optional.of("cuDNN does not do attention with heads of " + headDim
                    + " here, mural's kernel does; `gemm` java does not try it: " + e.getMessage());
        }
        float mean = o.get(0).getFloat32();
        return mean == 1
                ? Optional.empty()
                : Optional.of("cuDNN's mean of ones is " + mean
                        + ", attention is done by mural's kernel; update NVIDIA's" + " driver and cuDNN");
    }

    private static HalfFloatArray ones(int headDim) {
        var array = new HalfFloatArray(TRIED_TOKENS * headDim);
        array.init(new HalfFloat(1f));
        return array;
    }

    /**
     * {@code o = softmax(q k^T) v} with q and o [batch, heads, queries, headDim], k and v [batch, heads, keys, headDim],
     * without gaps from the arrays' first elements on.
     *
     * @param sizes batch, heads, queries, keys, headDim
     */
    static void attention(
            TaskGraph graph,
            String id,
            int[] sizes,
            HalfFloatArray q,
            HalfFloatArray k,
            HalfFloatArray v,
            HalfFloatArray o) {
        graph.libraryTask(
                id, CuDnn::sdpaForward, q, k, v, o, sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], 1f, false);
    }
}
