package io.mural.weights.names;

import io.mural.tensor.Matrix;
import io.mural.weights.file.Checkpoint;
import java.util.List;
import java.util.Map;

/**
 * A LoRA resolved against the layers of one model.
 *
 * @param adapters by the model's name of the layer
 * @param biases what is added to the layers' biases [out], by the model's name of the layer
 * @param norms what takes the place of the scales of norms, by the model's name of the tensor
 * @param notes what of the file is not applied, one line each
 */
record LoraMatch(
        Checkpoint lora,
        Map<String, Adapter> adapters,
        Map<String, float[]> biases,
        Map<String, float[]> norms,
        List<String> notes) {

    /**
     * @param down [rank, in]
     * @param up [out, rank]
     * @param scale alpha / rank
     */
    record Adapter(Matrix down, Matrix up, double scale) {}
}
