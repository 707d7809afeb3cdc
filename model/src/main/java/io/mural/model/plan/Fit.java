package io.mural.model.plan;

import io.mural.model.request.Grid;
import java.util.function.ToLongFunction;

/** What fits into memory. */
final class Fit {
    private Fit() {}

    /**
     * Side of the largest square picture that takes at most {@code budget} bytes, pixels; 0 where none does.
     *
     * @param most no square is larger than the longer side of this
     * @param bytes what a picture takes; more for larger ones
     */
    static int largestSquare(Grid most, long budget, ToLongFunction<Grid> bytes) {
        int fitting = 0;
        int low = 1;
        int high = Math.max(most.height(), most.width());
        while (low <= high) {
            int middle = (low + high) / 2;
            if (bytes.applyAsLong(most.resized(middle, middle)) <= budget) {
                fitting = middle * most.tokenPixels();
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return fitting;
    }
}
