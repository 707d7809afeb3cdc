package io.mural.tensor;

/**
 * In what numbers linear layers and attention multiply. Sums, softmax, norms, biases, adapters and activations are float32
 * in all of them, and so are convolutions and layers of very few rows. Errors stand in docs/numerics.md.
 */
public enum Precision {
    /** Everything in float32. */
    F32,
    /** Operands of products are rounded to bfloat16. */
    BF16,
    /**
     * Operands of linear layers are rounded to a byte and a scale for each 32 of them; those of attention to bfloat16
     * where the processor multiplies it.
     */
    INT8,
    /**
     * {@link #BF16} for weights that the file holds in bfloat16 or shorter, and for attention behind such layers, where
     * the processor multiplies bfloat16; float32 for the others.
     */
    AUTO;

    /**
     * That of new pictures where nobody names one. Not {@link #AUTO} until its kernels have run on a processor that has
     * their instructions: so far the tests' interpreter runs them (docs/decisions/0014).
     */
    public static final Precision USUAL = F32;

    /** As a user writes it: {@code f32}, {@code bf16}, {@code int8}, {@code auto}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * The precision that a user names.
     *
     * @throws InputException if there is none of this name
     */
    public static Precision of(String key) {
        for (var precision : values()) {
            if (precision.key().equals(key)) {
                return precision;
            }
        }
        throw InputException.about("precision", "`precision` " + key + ": choose f32, bf16, int8 or auto");
    }
}
