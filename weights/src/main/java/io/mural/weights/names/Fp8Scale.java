package io.mural.weights.names;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.util.List;
import java.util.Set;

/**
 * The factor beside an fp8 matrix that brings its elements back to their range: {@code scale_weight} in files scaled by
 * ComfyUI, {@code weight_scale} in others. One factor a tensor; finer scalings are refused.
 */
final class Fp8Scale {
    /** The last parts of names that belong to such scalings; activations here are float32 and need none. */
    static final Set<String> MARKS =
            Set.of("scale_weight", "weight_scale", "scale_input", "input_scale", "scaled_fp8", "comfy_quant");

    private static final List<String> NAMES = List.of(".scale_weight", ".weight_scale");

    private Fp8Scale() {}

    /** The factor for the weight of {@code module}, 1 where there is none. */
    static float of(Catalog catalog, String module, Catalog.Slice weight) {
        for (String name : NAMES) {
            Catalog.Slice scale = catalog.tensors().get(module + name);
            if (scale == null) {
                continue;
            }
            TensorInfo stored = scale.stored();
            if (stored.size() != 1) {
                throw new InputException(stored.file() + ": " + Shown.text(stored.name()) + " is " + stored.shape()
                        + ", but only one scale for a whole tensor is supported; use the model in bf16");
            }
            float factor = catalog.checkpoint().floats(stored.name())[0];
            boolean fp8 = weight.dtype() == DType.F8_E4M3 || weight.dtype() == DType.F8_E5M2;
            if (!Float.isFinite(factor) || !fp8 && factor != 1) {
                throw new InputException(stored.file() + ": " + Shown.text(stored.name()) + " is " + factor
                        + ", which is no scale for a " + weight.dtype() + " tensor");
            }
            return factor;
        }
        return 1;
    }
}
