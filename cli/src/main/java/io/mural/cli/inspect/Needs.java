package io.mural.cli.inspect;

import io.mural.engine.device.Memory;
import io.mural.engine.text.Figures;
import io.mural.model.family.PictureModel;
import io.mural.model.plan.PicturePlan;
import io.mural.model.request.GenerationRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a picture of a model's default size takes.
 *
 * @param weightBytes mapped from the model's files
 */
record Needs(int width, int height, PicturePlan plan, long weightBytes) {
    static Needs of(PictureModel model) {
        var defaults = model.defaults();
        var request = GenerationRequest.of("a picture", defaults, model.nativeGrid(), 0);
        var plan = PicturePlan.of(model, request, Optional.empty(), Memory.budget());
        return new Needs(defaults.width(), defaults.height(), plan, model.bytes());
    }

    String line() {
        return Figures.bytes(plan.peakBytes()) + " of memory at " + width + "x" + height + " beside "
                + Figures.bytes(weightBytes) + " of mapped weights; "
                + Figures.flop(plan.stepFlops()) + " a step";
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("width", width);
        json.put("height", height);
        json.put("text_bytes", plan.textBytes());
        json.put("denoise_bytes", plan.denoiseBytes());
        json.put("decode_bytes", plan.decodeBytes());
        json.put("peak_bytes", plan.peakBytes());
        json.put("weight_bytes", weightBytes);
        json.put("step_flop", plan.stepFlops());
        json.put("decode_flop", plan.decodeFlops());
        return json;
    }
}
