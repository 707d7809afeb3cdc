package io.mural.server.jobs;

import io.mural.Plan;
import io.mural.Tokens;
import io.mural.weights.text.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a picture takes, kept with its job.
 *
 * @param flops operations of a picture
 * @param seconds about how long it takes
 * @param streamedBytes read from files again in every evaluation
 * @param tokens how large it is for the model
 * @param passes denoising in order: one, or one a level
 */
public record Figures(
        int width,
        int height,
        int steps,
        long memoryBytes,
        double flops,
        double seconds,
        long streamedBytes,
        Tokens tokens,
        List<Pass> passes) {

    public Figures {
        passes = List.copyOf(passes);
    }

    /** Denoising at one size. */
    public record Pass(int width, int height, int steps, double stepFlops) {}

    static Figures of(Plan plan, Tokens tokens, double seconds) {
        var recipe = plan.recipe();
        var passes = plan.passes().stream()
                .map(pass -> new Pass(pass.width(), pass.height(), pass.steps(), pass.stepFlops()))
                .toList();
        return new Figures(
                recipe.width(),
                recipe.height(),
                recipe.steps(),
                plan.memoryBytes(),
                plan.flops(),
                seconds,
                plan.streamedBytes(),
                tokens,
                passes);
    }

    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("width", width);
        json.put("height", height);
        json.put("steps", steps);
        json.put("memory_bytes", memoryBytes);
        json.put("flops", flops);
        json.put("seconds", Math.round(seconds * 10) / 10.0);
        json.put("streamed_bytes", streamedBytes);
        json.put("prompt_tokens", tokens.prompt());
        json.put("reference_tokens", tokens.references());
        json.put("picture_tokens", tokens.picture());
        json.put("levels", passes.stream().map(Figures::passJson).toList());
        return json;
    }

    private static Map<String, Object> passJson(Pass pass) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("width", pass.width());
        json.put("height", pass.height());
        json.put("steps", pass.steps());
        json.put("step_flops", pass.stepFlops());
        return json;
    }

    static Figures read(JsonObject json) {
        return new Figures(
                json.integer("width"),
                json.integer("height"),
                json.integer("steps"),
                json.longInteger("memory_bytes"),
                json.number("flops"),
                json.number("seconds"),
                json.longInteger("streamed_bytes"),
                new Tokens(
                        json.integer("prompt_tokens"),
                        json.integer("reference_tokens"),
                        json.integer("picture_tokens")),
                json.objects("levels").stream()
                        .map(pass -> new Pass(
                                pass.integer("width"),
                                pass.integer("height"),
                                pass.integer("steps"),
                                pass.number("step_flops")))
                        .toList());
    }
}
