package uk.ac.manchester.tornado.cudnn;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/** Calls of NVIDIA's cuDNN as tasks. */
public final class CuDnn {
    public static final String LIBRARY_NAME = "nvidia/cudnn";

    private CuDnn() {}

    /**
     * {@code o = softmax(scale q k^T) v} with q and o [b, h, sQ, d], k and v [b, h, sKv, d] without gaps, in float16; sums
     * are float32.
     *
     * @param d a multiple of 8, at most 256
     * @param causal whether query n sees keys 0 to n alone
     */
    public static LibraryTaskDescriptor sdpaForward(
            HalfFloatArray q,
            HalfFloatArray k,
            HalfFloatArray v,
            HalfFloatArray o,
            int b,
            int h,
            int sQ,
            int sKv,
            int d,
            float scale,
            boolean causal) {
        Object[] parameters = {q, k, v, o, b, h, sQ, sKv, d, scale, causal};
        var access = new Access[parameters.length];
        Arrays.fill(access, Access.READ_ONLY);
        access[3] = Access.WRITE_ONLY;
        return new LibraryTaskDescriptor()
                .withLibrary(LIBRARY_NAME)
                .withFunction("sdpaForward")
                .withParameters(parameters)
                .withAccess(access);
    }
}
