package io.mural.weights.names;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a checkpoint offers under diffusers' names.
 *
 * @param tensors name to the place in the file
 * @param columns of matrices that are taken to have more than stand in the file, zeros
 */
record Catalog(Checkpoint checkpoint, NavigableMap<String, Slice> tensors, Map<String, Long> columns) {
    Catalog(Checkpoint checkpoint, NavigableMap<String, Slice> tensors) {
        this(checkpoint, tensors, Map.of());
    }

    /** With more columns of a matrix. */
    Catalog wider(String name, long cols) {
        Map<String, Long> all = new HashMap<>(columns);
        all.put(name, cols);
        return new Catalog(checkpoint, tensors, all);
    }

    /** The shape of a tensor that is there. */
    List<Long> shape(String name) {
        List<Long> shape = tensors.get(name).shape();
        Long cols = columns.get(name);
        return cols == null ? shape : List.of(shape.getFirst(), cols);
    }

    /**
     * Rows of a stored tensor.
     *
     * @param from first row (index of the outermost dimension), inclusive
     * @param to last row, exclusive
     * @param swapped the two halves of the rows are to be exchanged
     */
    record Slice(TensorInfo stored, long from, long to, boolean swapped) {
        static Slice whole(TensorInfo stored) {
            return new Slice(
                    stored, 0, stored.shape().isEmpty() ? 1 : stored.shape().getFirst(), false);
        }

        DType dtype() {
            return stored.dtype();
        }

        List<Long> shape() {
            if (stored.shape().isEmpty()) {
                return List.of();
            }
            List<Long> shape = new ArrayList<>(stored.shape());
            shape.set(0, to - from);
            return shape;
        }

        long rows() {
            return to - from;
        }

        long rowBytes() {
            long rows = stored.shape().isEmpty() ? 1 : stored.shape().getFirst();
            return rows == 0 ? 0 : stored.bytes() / rows;
        }

        long bytes() {
            return rows() * rowBytes();
        }
    }

    /** Every tensor under its own name. */
    static Catalog plain(Checkpoint checkpoint) {
        NavigableMap<String, Slice> tensors = new TreeMap<>();
        checkpoint.tensors().forEach((name, info) -> tensors.put(name, Slice.whole(info)));
        return new Catalog(checkpoint, tensors);
    }

    String source() {
        return checkpoint.source();
    }

    /** Adds a tensor; two that come to the same name are an error of the file. */
    void add(String name, Slice slice) {
        Slice other = tensors.putIfAbsent(name, slice);
        if (other != null) {
            throw new InputException(
                    source() + ": " + Shown.quoted(other.stored().name()) + " and "
                            + Shown.quoted(slice.stored().name()) + " are both " + Shown.text(name));
        }
    }
}
