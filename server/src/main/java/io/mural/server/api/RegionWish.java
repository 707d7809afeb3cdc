package io.mural.server.api;

import io.mural.model.edit.Region;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Wish;
import java.util.List;

/** A rectangle of a finished picture, to be painted anew by the model and LoRAs that made the picture. */
final class RegionWish {
    /** What the picture is called. */
    static final String START = "input-start";

    private static final int MOST_SIDE = 1 << 20;
    /** What is taken of the job that made the picture where the request says nothing. */
    private static final List<String> KEPT = List.of("negative", "guidance", "true_cfg", "text_tokens");

    private RegionWish() {}

    static Wish of(BodyFields fields, Job job, Limits limits) {
        var before = job.wish();
        var builder = Wish.of(before.model());
        before.loras().forEach(builder::lora);
        KEPT.stream()
                .filter(before.fields()::containsKey)
                .forEach(name -> builder.put(name, before.fields().get(name)));
        var region = new Region(
                required(fields, "x", 0),
                required(fields, "y", 0),
                required(fields, "width", 1),
                required(fields, "height", 1));
        builder.put("region", region.toString());
        var prompt = fields.text("prompt").or(before::prompt).orElse("");
        if (prompt.length() > limits.promptCharacters()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, "prompt", "the most is " + limits.promptCharacters() + " characters");
        }
        builder.put("prompt", prompt);
        for (var name : List.of("seed", "strength", "feather", "negative", "guidance", "true_cfg")) {
            fields.read(name, json -> builder.set(name, json, name));
        }
        fields.whole("steps", 1, limits.steps()).ifPresent(steps -> builder.put("steps", steps));
        fields.requireKnown();
        return builder.start(START).build();
    }

    private static int required(BodyFields fields, String name, int least) {
        return fields.whole(name, least, MOST_SIDE)
                .orElseThrow(() -> new Refusal(Refusal.Reason.MISSING, name, name + " is missing"));
    }
}
