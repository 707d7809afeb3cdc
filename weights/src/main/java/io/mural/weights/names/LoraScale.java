package io.mural.weights.names;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The factor alpha / rank of a LoRA's layers. Alpha stands in a tensor beside the layer's matrices; or in the header, as
 * PEFT's configuration in JSON or as plain texts {@code alpha} and {@code rank}; or nowhere, and then equals the rank.
 */
final class LoraScale {
    private static final String PEFT = "lora_adapter_metadata";

    private final Checkpoint file;
    private final JsonObject peft;
    private final String prefix;

    LoraScale(Checkpoint file) {
        this.file = file;
        String json = file.metadata().get(PEFT);
        peft = Json.parse(file.source() + ": " + PEFT, json == null || json.isBlank() ? "{}" : json);
        prefix = peft.has("transformer.r") || peft.has("transformer.lora_alpha") ? "transformer." : "";
        if (peft.bool(prefix + "use_dora", false)) {
            throw new InputException(
                    file.source() + ": was trained with DoRA, which is not supported; use a plain LoRA");
        }
    }

    double of(LoraEntry entry, int rank) {
        if (entry.alpha().isPresent()) {
            return alpha(entry.alpha().get()) / rank;
        }
        if (peft.has(prefix + "lora_alpha")) {
            double alpha = pattern(entry.module());
            return peft.bool(prefix + "use_rslora", false) ? alpha / Math.sqrt(rank) : alpha / rank;
        }
        Map<String, String> metadata = file.metadata();
        if (metadata.containsKey("alpha") && metadata.containsKey("rank")) {
            return number(metadata.get("alpha")) / rank;
        }
        return 1;
    }

    private double alpha(TensorInfo info) {
        if (info.size() != 1) {
            throw new InputException(
                    file.source() + ": " + Shown.text(info.name()) + " is " + info.shape() + ", expected one number");
        }
        double alpha = info.dtype().isFloat() ? file.floats(info.name())[0] : file.longs(info.name())[0];
        if (!Double.isFinite(alpha)) {
            throw new InputException(file.source() + ": " + Shown.text(info.name()) + " is " + alpha);
        }
        return alpha;
    }

    /** PEFT takes the first pattern that fits the end of the layer's name, and else the common alpha. */
    private double pattern(String module) {
        JsonObject patterns = peft.object(prefix + "alpha_pattern", Json.parse(peft.source(), "{}"));
        for (String key : patterns.keys()) {
            try {
                if (Pattern.matches("(.*\\.)?(" + key + ")", module)) {
                    return patterns.number(key);
                }
            } catch (PatternSyntaxException e) {
                throw new InputException(
                        peft.source() + ": alpha_pattern " + Shown.quoted(key) + " is not a pattern", e);
            }
        }
        return peft.number(prefix + "lora_alpha");
    }

    private double number(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new InputException(
                    file.source() + ": the header's alpha is " + Shown.quoted(text) + ", expected a number", e);
        }
        throw new InputException(file.source() + ": the header's alpha is " + Shown.quoted(text));
    }
}
