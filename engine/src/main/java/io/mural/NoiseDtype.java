package io.mural;

import io.mural.engine.text.Words;
import io.mural.tensor.DType;

/** The formats noise can be drawn in, as other programs name them. */
public enum NoiseDtype {
    F32(DType.F32),
    F16(DType.F16),
    BF16(DType.BF16);

    private final DType dtype;

    NoiseDtype(DType dtype) {
        this.dtype = dtype;
    }

    public DType dtype() {
        return dtype;
    }

    /** What diffusers draws for a transformer in this format: models stored in 8 bits or fewer compute in bfloat16. */
    static NoiseDtype of(DType stored) {
        return switch (stored) {
            case F32, F64 -> F32;
            case F16 -> F16;
            case BF16, F8_E4M3, F8_E5M2 -> BF16;
            case Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, Q6_K, Q5_K, Q4_K, Q3_K, Q2_K -> BF16;
            case I64, I32, I16, I8, U8, BOOL -> BF16;
        };
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
