package io.mural;

import io.mural.engine.text.RelativePath;
import io.mural.engine.text.Version;
import io.mural.engine.text.Words;
import io.mural.model.image.PngFile;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.LoraFile;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Everything a picture is made from. It stands in the picture's file as JSON, from which {@code --from} makes the same
 * picture again.
 *
 * @param guidance distilled guidance, for models that take it
 * @param device where it was computed; another may differ in the last bits
 * @param gemm what multiplied matrices, where the device leaves a choice
 * @param precision what products were asked to be in; pictures from before there was a choice are float32
 * @param products what they were in
 */
public record Recipe(
        String prompt,
        String negative,
        double trueCfg,
        int width,
        int height,
        int steps,
        long seed,
        Optional<Double> guidance,
        int textTokens,
        NoiseDtype noiseDtype,
        VaeExtent vae,
        ModelRef model,
        List<LoraFile> loras,
        Optional<InitImage> init,
        List<Path> references,
        Optional<Hierarchy> hierarchy,
        String device,
        Optional<GemmChoice> gemm,
        Precision precision,
        Precision products) {

    /** The keyword of the text chunk that holds a recipe. */
    public static final String KEYWORD = "mural";

    public Recipe {
        loras = List.copyOf(loras);
        references = List.copyOf(references);
    }

    /** Whether the picture it starts from is kept and guides a larger one. */
    boolean enlarges() {
        return init.filter(image -> image.strength() == 0).isPresent();
    }

    /** The recipe in a picture's file; {@link InputException} when it has none. */
    public static Recipe read(Path picture) {
        var json = PngFile.texts(picture).get(KEYWORD);
        if (json == null) {
            throw new InputException(picture + ": holds no recipe; `from` takes a PNG picture that mural made");
        }
        return of(Json.parse(picture + ": its recipe", json)).withFiles(file -> RelativePath.find(file, picture));
    }

    /** The same with other paths for its files. */
    private Recipe withFiles(UnaryOperator<Path> other) {
        return new Recipe(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance,
                textTokens,
                noiseDtype,
                vae,
                new ModelRef(model.path().map(other), model.base().map(other), model.variant()),
                loras.stream()
                        .map(lora -> new LoraFile(other.apply(lora.file()), lora.scale(), lora.mode()))
                        .toList(),
                init.map(image -> new InitImage(other.apply(image.file()), image.strength(), image.sha256())),
                references.stream().map(other).toList(),
                hierarchy.map(levels -> levels.withLora(levels.lora().map(other))),
                device,
                gemm,
                precision,
                products);
    }

    /**
     * The recipe in a JSON object, as {@link #toJson} writes it.
     *
     * @param source what messages call it
     */
    public static Recipe parse(String source, String json) {
        return of(Json.parse(source, json));
    }

    private static Recipe of(JsonObject json) {
        try {
            var model = json.object("model");
            List<LoraFile> loras = new ArrayList<>();
            for (var lora : json.objects("loras", List.of())) {
                loras.add(new LoraFile(
                        Path.of(lora.string("path")),
                        lora.number("scale"),
                        constant(LoraFile.Mode.class, lora, "mode")));
            }
            return new Recipe(
                    json.string("prompt"),
                    json.string("negative"),
                    Bounds.scale(json, "true_cfg"),
                    json.integer("width"),
                    json.integer("height"),
                    Bounds.whole(json, "steps", Bounds.MOST_STEPS),
                    Bounds.seed(json),
                    json.has("guidance") ? Optional.of(Bounds.scale(json, "guidance")) : Optional.empty(),
                    Bounds.whole(json, "text_tokens", Bounds.MOST_TEXT_TOKENS),
                    constant(NoiseDtype.class, json, "noise_dtype"),
                    constant(VaeExtent.class, json, "vae"),
                    new ModelRef(
                            path(model, "path"),
                            path(model, "base"),
                            model.has("variant") ? Optional.of(model.string("variant")) : Optional.empty()),
                    loras,
                    json.has("init_image") ? Optional.of(init(json.object("init_image"))) : Optional.empty(),
                    json.strings("references", List.of()).stream().map(Path::of).toList(),
                    json.has("hierarchy") ? Optional.of(Hierarchy.of(json.object("hierarchy"))) : Optional.empty(),
                    json.string("device"),
                    json.has("gemm") ? Optional.of(constant(GemmChoice.class, json, "gemm")) : Optional.empty(),
                    precision(json, "precision"),
                    precision(json, "products"));
        } catch (InvalidPathException e) {
            throw new InputException(json.source() + ": a path in it is none on this system: " + e.getReason(), e);
        }
    }

    private static Precision precision(JsonObject json, String key) {
        return json.has(key) ? constant(Precision.class, json, key) : Precision.F32;
    }

    private static InitImage init(JsonObject json) {
        return new InitImage(Path.of(json.string("path")), json.number("strength"), json.string("sha256"));
    }

    private static Optional<Path> path(JsonObject json, String key) {
        return json.has(key) ? Optional.of(Path.of(json.string(key))) : Optional.empty();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonObject json, String key) {
        for (var constant : type.getEnumConstants()) {
            if (Words.of(constant).equals(json.string(key))) {
                return constant;
            }
        }
        throw json.error(key, "is not known to this version of mural");
    }

    /**
     * The recipe as it stands in a picture's file: paths as seen from there, and none that begins at the root.
     *
     * @param picture the file, where there is one
     */
    public String toJson(Optional<Path> picture) {
        return withFiles(file -> RelativePath.of(file, picture)).toJson();
    }

    /** The recipe with the paths it was made with. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mural", Version.text());
        json.put("prompt", prompt);
        json.put("negative", negative);
        json.put("true_cfg", trueCfg);
        json.put("width", width);
        json.put("height", height);
        json.put("steps", steps);
        json.put("seed", new BigInteger(Long.toUnsignedString(seed)));
        json.put("guidance", guidance.orElse(null));
        json.put("text_tokens", textTokens);
        json.put("noise_dtype", Words.of(noiseDtype));
        json.put("vae", Words.of(vae));
        json.put("model", modelJson());
        json.put("loras", loras.stream().map(Recipe::loraJson).toList());
        json.put("init_image", init.map(Recipe::initJson).orElse(null));
        json.put("references", references.stream().map(RelativePath::text).toList());
        json.put("hierarchy", hierarchy.map(Hierarchy::toJson).orElse(null));
        json.put("device", device);
        json.put("gemm", gemm.map(Words::of).orElse(null));
        json.put("precision", Words.of(precision));
        json.put("products", Words.of(products));
        return Json.write(json);
    }

    private Map<String, Object> modelJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("path", model.path().map(RelativePath::text).orElse(null));
        json.put("base", model.base().map(RelativePath::text).orElse(null));
        json.put("variant", model.variant().orElse(null));
        return json;
    }

    private static Map<String, Object> loraJson(LoraFile lora) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", RelativePath.text(lora.file()));
        json.put("scale", lora.scale());
        json.put("mode", Words.of(lora.mode()));
        return json;
    }

    private static Map<String, Object> initJson(InitImage init) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", RelativePath.text(init.file()));
        json.put("strength", init.strength());
        json.put("sha256", init.sha256());
        return json;
    }

    /**
     * What stands beside the picture in its file: keyword to text.
     *
     * @param picture the file, where there is one
     */
    public Map<String, String> texts(Optional<Path> picture) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(ParametersText.KEYWORD, ParametersText.of(this));
        texts.put(KEYWORD, toJson(picture));
        return texts;
    }

    /** The recipe in the text that other tools read, the PNG keyword {@code parameters}. */
    public String parameters() {
        return ParametersText.of(this);
    }

    /** The same but for prompt and seed. */
    Recipe like(String otherPrompt, long otherSeed) {
        return new Recipe(
                otherPrompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                otherSeed,
                guidance,
                textTokens,
                noiseDtype,
                vae,
                model,
                loras,
                init,
                references,
                hierarchy,
                device,
                gemm,
                precision,
                products);
    }

    /** The same with the way the autoencoder sees the picture. */
    Recipe seenBy(VaeExtent extent) {
        return new Recipe(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance,
                textTokens,
                noiseDtype,
                extent,
                model,
                loras,
                init,
                references,
                hierarchy,
                device,
                gemm,
                precision,
                products);
    }

    /** What the model is asked for. */
    GenerationRequest request(Loaded inputs) {
        return new GenerationRequest(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance.orElse(0.0),
                textTokens,
                inputs.start()
                        .map(image -> new GenerationRequest.Init(
                                image, init.orElseThrow().strength())),
                Optional.of(noiseDtype.dtype()),
                inputs.references());
    }
}
