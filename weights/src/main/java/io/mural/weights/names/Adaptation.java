package io.mural.weights.names;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.LowRank;
import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import io.mural.weights.file.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What low-rank additions, of LoRA files or of the caller, add to the linear layers of a model, at their strengths. */
final class Adaptation {
    static final Adaptation NONE = new Adaptation(Map.of(), Map.of());

    /**
     * One low-rank addition to one layer.
     *
     * @param mergedBy whose memory holds the sum where it is merged into a copy of the weight; without it, it stays beside
     */
    private record Term(LowRank lowRank, Optional<Checkpoint> mergedBy) {
        boolean merged() {
            return mergedBy.isPresent();
        }
    }

    private final Map<String, List<Term>> terms;
    private final Map<String, float[]> biases;

    private Adaptation(Map<String, List<Term>> terms, Map<String, float[]> biases) {
        this.terms = terms;
        this.biases = biases;
    }

    /** With low-rank additions of the caller's own, by the names of layers. */
    Adaptation with(Map<String, LowRank> lowRanks) {
        Map<String, List<Term>> sum = new LinkedHashMap<>(terms);
        lowRanks.forEach((module, lowRank) -> add(sum, module, new Term(lowRank, Optional.empty())));
        return new Adaptation(sum, biases);
    }

    Adaptation with(LoraMatch match, double strength) {
        return plus(match, strength, Optional.empty());
    }

    Adaptation merged(LoraMatch match, double strength) {
        return plus(match, strength, Optional.of(match.lora()));
    }

    private Adaptation plus(LoraMatch match, double strength, Optional<Checkpoint> mergedBy) {
        Map<String, List<Term>> sum = new LinkedHashMap<>(terms);
        match.adapters().forEach((module, adapter) -> {
            float scale = (float) (adapter.scale() * strength);
            if (!Float.isFinite(scale)) {
                throw new InputException(match.lora().source() + ": a scale of " + strength
                        + " is larger than any that can be computed with; choose one near 1");
            }
            add(sum, module, new Term(new LowRank(adapter.down(), adapter.up(), scale), mergedBy));
        });
        Map<String, float[]> biasSum = new LinkedHashMap<>(biases);
        match.biases().forEach((module, change) -> {
            float[] after =
                    biasSum.getOrDefault(module, new float[change.length]).clone();
            for (int i = 0; i < after.length; i++) {
                after[i] += (float) strength * change[i];
            }
            biasSum.put(module, after);
        });
        return new Adaptation(sum, biasSum);
    }

    /** Adds what LoRAs change of the bias of a layer, in place. */
    void addToBias(String module, Tensor bias) {
        float[] change = biases.get(module);
        for (int i = 0; change != null && i < change.length; i++) {
            bias.set(0, i, bias.get(0, i) + change[i]);
        }
    }

    private static void add(Map<String, List<Term>> terms, String module, Term term) {
        List<Term> all = new ArrayList<>(terms.getOrDefault(module, List.of()));
        all.add(term);
        terms.put(module, all);
    }

    /** The additions to apply beside the layer's weight. */
    List<LowRank> adapters(String module) {
        return terms.getOrDefault(module, List.of()).stream()
                .filter(term -> !term.merged())
                .map(Term::lowRank)
                .toList();
    }

    /** {@code base + sum of scale * up down} as a float32 copy, or {@code base} itself where nothing is merged. */
    Matrix merge(String module, Matrix base) {
        List<Term> merged = terms.getOrDefault(module, List.of()).stream()
                .filter(Term::merged)
                .toList();
        if (merged.isEmpty()) {
            return base;
        }
        int cols = base.cols();
        long rowBytes = (long) cols * Float.BYTES;
        MemorySegment sum = merged.getLast().mergedBy().orElseThrow().allocate(base.rows() * rowBytes);
        List<float[]> downs =
                merged.stream().map(term -> widened(term.lowRank().down())).toList();
        float[] row = new float[cols];
        for (int i = 0; i < base.rows(); i++) {
            Arrays.fill(row, 0);
            for (int t = 0; t < downs.size(); t++) {
                addRow(row, merged.get(t).lowRank(), i, downs.get(t));
            }
            for (int j = 0; j < cols; j++) {
                row[j] += base.get(i, j);
            }
            MemorySegment.copy(row, 0, sum, ValueLayout.JAVA_FLOAT, i * rowBytes, cols);
        }
        return Matrix.of(base.name(), DType.F32, base.rows(), cols, sum, 1);
    }

    private static void addRow(float[] row, LowRank lowRank, int i, float[] down) {
        for (int r = 0; r < lowRank.rank(); r++) {
            float factor = lowRank.scale() * lowRank.up().get(i, r);
            int start = r * row.length;
            for (int j = 0; j < row.length; j++) {
                row[j] += factor * down[start + j];
            }
        }
    }

    private static float[] widened(Matrix matrix) {
        float[] values = new float[Math.multiplyExact(matrix.rows(), matrix.cols())];
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.cols(); j++) {
                values[i * matrix.cols() + j] = matrix.get(i, j);
            }
        }
        return values;
    }
}
