package io.mural;

import io.mural.engine.device.Memory;
import io.mural.engine.device.OwnMemory;
import io.mural.engine.text.Figures;
import io.mural.model.family.PictureModel;
import io.mural.model.plan.PicturePlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.ModelDefaults;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model is best asked for, and what a picture of its own size takes: no device is needed to know.
 *
 * @param weightBytes mapped from the model's files
 */
public record Needs(ModelDefaults defaults, PicturePlan plan, long weightBytes) {
    /** Of a model folder; {@link io.mural.tensor.InputException} where it cannot be opened. */
    public static Needs of(Path folder) {
        try (var model = PictureModel.open(folder, Optional.empty(), List.of())) {
            var request = GenerationRequest.of("a picture", model.defaults(), model.nativeGrid(), 0);
            var plan = PicturePlan.of(model, request, Optional.empty(), Memory.budget());
            return new Needs(model.defaults(), plan, model.bytes());
        }
    }

    /** In words, on one line. */
    public String line() {
        return Figures.bytes(plan.peakBytes()) + " of memory at " + defaults.width() + "x"
                + defaults.height()
                + " beside " + Figures.bytes(weightBytes) + " of mapped weights and the JVM's own; "
                + Figures.flop(plan.stepFlops()) + " a step";
    }

    /** As an object of JSON. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("width", defaults.width());
        json.put("height", defaults.height());
        json.put("text_bytes", plan.textBytes());
        json.put("denoise_bytes", plan.denoiseBytes());
        json.put("decode_bytes", plan.decodeBytes());
        json.put("peak_bytes", plan.peakBytes());
        json.put("own_bytes", OwnMemory.bytes(false));
        json.put("weight_bytes", weightBytes);
        json.put("step_flop", plan.stepFlops());
        json.put("decode_flop", plan.decodeFlops());
        return json;
    }
}
