package io.mural.weights.names;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Json;
import io.mural.weights.text.Shown;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
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

    /** What ComfyUI calls the formats read here, in the JSON of a {@code comfy_quant} mark. */
    private static final Set<String> FORMATS = Set.of("float8_e4m3fn", "float8_e5m2");

    private static final int MARK_BYTES = 4096;

    private Fp8Scale() {}

    /** The factor for the weight of {@code module}, 1 where there is none. */
    static float of(Catalog catalog, String module, Catalog.Slice weight) {
        requireFormat(catalog, module);
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

    /** ComfyUI writes the format as JSON in bytes beside each weight; a file without marks is of the common one. */
    private static void requireFormat(Catalog catalog, String module) {
        Catalog.Slice mark = catalog.tensors().get(module + ".comfy_quant");
        if (mark == null) {
            return;
        }
        TensorInfo stored = mark.stored();
        boolean bytes = stored.dtype() == DType.U8 || stored.dtype() == DType.I8;
        if (!bytes || stored.bytes() > MARK_BYTES) {
            throw new InputException(stored.file() + ": " + Shown.text(stored.name()) + " is " + stored.dtype() + " "
                    + stored.shape() + ", expected a short text in bytes");
        }
        var text = new String(
                catalog.checkpoint().segment(stored.name()).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        String format = Json.parse(stored.file() + ": " + Shown.text(stored.name()), text)
                .string("format");
        if (!FORMATS.contains(format)) {
            throw new InputException(stored.file() + ": " + Shown.text(module) + " is stored as " + Shown.text(format)
                    + ", which is not supported; use the model in bf16, fp8 or GGUF");
        }
    }
}
