package io.mural.server.a1111;

import io.mural.Input;
import io.mural.Size;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Masks;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Uploads;
import io.mural.server.jobs.Wish;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request of {@code txt2img} or {@code img2img}, understood.
 *
 * @param inputs pictures by their names in the wish
 * @param sendImages whether the pictures are wanted in the answer
 * @param cfg what the client sent as cfg_scale, or the model's own
 */
record Asked(Wish wish, Map<String, Input> inputs, boolean sendImages, double cfg) {
    private static final String START = "input-start";
    private static final int USUAL_BLUR = 4;
    private static final int MOST_BLUR = 1000;
    private static final int GAUSSIAN = 4;
    private static final int USUAL_SIDE = 512;
    private static final int PIXELS = 16;
    private static final double USUAL_STRENGTH = 0.75;
    private static final int LEAST_SIDE = 16;

    /** Times the model's own pixels that are still made at once. */
    private static final long AT_ONCE = 2;

    /** @param images whether pictures to start from belong to the request */
    static Asked of(BodyFields fields, String model, Models.About about, Limits limits, boolean images) {
        fields.text("script_name").filter(name -> !name.isEmpty()).ifPresent(name -> {
            throw new Refusal(
                    Refusal.Reason.UNSUPPORTED, "script_name", "scripts are not supported; leave script_name out");
        });
        var builder = Wish.of(model);
        var prompt = PromptLoras.of(fields.text("prompt").orElse(""));
        if (prompt.prompt().length() > limits.promptCharacters()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, "prompt", "the most is " + limits.promptCharacters() + " characters");
        }
        builder.put("prompt", prompt.prompt());
        prompt.loras().forEach(builder::lora);
        fields.whole("steps", 1, limits.steps()).ifPresent(steps -> builder.put("steps", steps));
        fields.read("seed", json -> json.longInteger("seed"))
                .filter(seed -> seed >= 0)
                .ifPresent(seed -> builder.put("seed", seed));
        int batch = fields.whole("batch_size", 1, limits.pictures()).orElse(1);
        int repeats = fields.whole("n_iter", 1, limits.pictures()).orElse(1);
        if (batch * repeats > limits.pictures()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, "n_iter", "the most is " + limits.pictures() + " pictures in all");
        }
        builder.count(batch * repeats);
        double cfg = guidance(fields, builder, about);
        var inputs = images ? inputs(fields, builder, limits) : Map.<String, Input>of();
        if (inputs.containsKey(Wish.MASK)) {
            ownSize(fields, Uploads.size("init_images", inputs.get(START)));
        } else {
            size(fields, builder, about);
        }
        neutral(fields);
        boolean send = fields.bool("send_images").orElse(true);
        fields.ignoreOthers();
        return new Asked(builder.build(), inputs, send, cfg);
    }

    /** cfg_scale is classifier-free guidance, except of distilled models: every client sends it, and it doubles the work. */
    private static double guidance(BodyFields fields, Wish.Builder builder, Models.About about) {
        var cfg = fields.number("cfg_scale");
        var insisted = fields.number("true_cfg");
        var distilled = fields.number("distilled_cfg_scale");
        double scale = insisted.or(() -> about.distilled() ? Optional.<Double>empty() : cfg)
                .orElse(about.trueCfg());
        if (insisted.isPresent() || !about.distilled() && cfg.isPresent()) {
            builder.put("true_cfg", scale);
        } else if (cfg.isPresent()) {
            fields.tell("cfg_scale");
        }
        if (about.guided()) {
            distilled.ifPresent(each -> builder.put("guidance", each));
        } else if (distilled.isPresent()) {
            fields.tell("distilled_cfg_scale");
        }
        var negative = fields.text("negative_prompt").filter(text -> !text.isEmpty());
        if (scale != 1) {
            negative.ifPresent(text -> builder.put("negative", text));
        } else if (negative.isPresent()) {
            fields.tell("negative_prompt");
        }
        return scale;
    }

    private static void size(BodyFields fields, Wish.Builder builder, Models.About about) {
        int width = fields.whole("width", LEAST_SIDE, 1 << 20).orElse(Math.min(USUAL_SIDE, about.width()));
        int height = fields.whole("height", LEAST_SIDE, 1 << 20).orElse(Math.min(USUAL_SIDE, about.height()));
        boolean larger = fields.bool("enable_hr").orElse(false);
        var scale = fields.number("hr_scale");
        var wide = fields.whole("hr_resize_x").filter(side -> side > 0);
        var high = fields.whole("hr_resize_y").filter(side -> side > 0);
        var second = fields.whole("hr_second_pass_steps").filter(steps -> steps > 0);
        if (larger) {
            double factor = scale.orElse(2.0);
            int smallWidth = width;
            int smallHeight = height;
            width = wide.orElseGet(() -> (int) Math.min(1 << 20, smallWidth * factor));
            height = high.orElseGet(() -> (int) Math.min(1 << 20, smallHeight * factor));
            second.ifPresent(each -> fields.tell("hr_second_pass_steps"));
        }
        fields.text("hr_upscaler");
        boolean levels = (long) width * height > AT_ONCE * about.width() * about.height();
        if (larger && levels) {
            int steps = fields.whole("steps").orElse(about.steps());
            fields.number("denoising_strength")
                    .map(strength -> Math.clamp(Math.round((1 - strength) * steps), 0, steps - 1))
                    .ifPresent(skipped -> builder.put("skip_steps", skipped));
        }
        builder.put("width", Math.max(PIXELS, width / PIXELS * PIXELS));
        builder.put("height", Math.max(PIXELS, height / PIXELS * PIXELS));
    }

    /** A picture that is painted in keeps its size, whatever else is asked for. */
    private static void ownSize(BodyFields fields, Size own) {
        fields.whole("width").filter(width -> width != own.width()).ifPresent(width -> fields.tell("width"));
        fields.whole("height").filter(height -> height != own.height()).ifPresent(height -> fields.tell("height"));
    }

    private static Map<String, Input> inputs(BodyFields fields, Wish.Builder builder, Limits limits) {
        var images = fields.read("init_images", json -> json.strings("init_images"))
                .filter(each -> !each.isEmpty())
                .orElseThrow(() -> new Refusal(Refusal.Reason.MISSING, "init_images", "init_images is missing"));
        Map<String, Input> inputs = new LinkedHashMap<>();
        inputs.put(START, Input.of(START, Uploads.base64OrDataUrl("init_images", images.getFirst())));
        Uploads.require(inputs, "init_images", limits);
        builder.start(START);
        mask(fields, limits).ifPresent(mask -> {
            inputs.put(Wish.MASK, mask);
            builder.mask(Wish.MASK);
            // Blurred by a Gaussian there, which rises over four times its width.
            int blur = fields.whole("mask_blur", 0, MOST_BLUR).orElse(USUAL_BLUR);
            builder.put("feather", GAUSSIAN * blur);
        });
        double strength = fields.number("denoising_strength").orElse(USUAL_STRENGTH);
        builder.put("strength", Math.max(strength, 0.01));
        return inputs;
    }

    private static Optional<Input> mask(BodyFields fields, Limits limits) {
        int inverted = fields.whole("inpainting_mask_invert", 0, 1).orElse(0);
        return fields.text("mask")
                .filter(mask -> !mask.isEmpty())
                .map(mask -> Masks.white(Uploads.base64OrDataUrl("mask", mask), inverted == 1, limits));
    }

    /** Fields that clients always send and whose usual values are what happens anyway. */
    private static void neutral(BodyFields fields) {
        List.of("sampler_name", "sampler_index")
                .forEach(key -> fields.text(key)
                        .filter(name -> !name.equalsIgnoreCase("euler"))
                        .ifPresent(name -> fields.tell(key)));
        fields.text("scheduler")
                .filter(name -> !name.equalsIgnoreCase("simple") && !name.equalsIgnoreCase("automatic"))
                .ifPresent(name -> fields.tell("scheduler"));
        fields.read("override_settings", json -> json.object("override_settings"));
        fields.bool("override_settings_restore_afterwards");
        fields.bool("save_images");
    }
}
