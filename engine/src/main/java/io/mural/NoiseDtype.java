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
            default -> BF16;
        };
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
