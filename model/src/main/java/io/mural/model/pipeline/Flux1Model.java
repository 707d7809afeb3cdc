package io.mural.model.pipeline;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.flux1.GuideBranch;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.model.text.ClipConfig;
import io.mural.model.text.ClipTextEncoder;
import io.mural.model.text.T5Config;
import io.mural.model.text.T5Encoder;
import io.mural.model.token.ClipTokenizer;
import io.mural.model.token.T5Tokenizer;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.VaeConfig;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.weights.JsonObject;
import io.mural.weights.KeyStyles.Part;
import io.mural.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A FLUX.1 model on disk: its parts are read when first needed and stay mapped until it is closed. Not for several
 * threads at once.
 */
public final class Flux1Model implements AutoCloseable {
    private final ModelParts parts;
    private final Loras loras;
    private final Optional<Flux1Config> givenConfig;
    private Optional<Weights> transformerWeights = Optional.empty();
    private Optional<Flux1Transformer> transformer = Optional.empty();
    private Optional<ClipTextEncoder> clip = Optional.empty();
    private Optional<T5Encoder> t5 = Optional.empty();
    private Optional<AutoencoderKL> vae = Optional.empty();
    private Optional<ClipTokenizer> clipTokenizer = Optional.empty();
    private Optional<T5Tokenizer> t5Tokenizer = Optional.empty();

    /**
     * @param model a folder in diffusers layout, or a single safetensors file in the original layout
     * @param base for a single file: the folder that has what the file lacks
     */
    public Flux1Model(Path model, Optional<Path> base, List<LoraFile> loras) {
        this(model, base, loras, Optional.empty());
    }

    /** @param config sizes of the transformer, for files that neither come with a config nor have published sizes */
    public Flux1Model(Path model, Optional<Path> base, List<LoraFile> loras, Optional<Flux1Config> config) {
        this.parts = new ModelParts(model, base);
        this.loras = new Loras(loras);
        this.givenConfig = config;
    }

    public Flux1Transformer transformer() {
        if (transformer.isEmpty()) {
            var weights = transformerWeights();
            transformer = Optional.of(new Flux1Transformer(transformerConfig(weights), weights));
        }
        return transformer.get();
    }

    /** The transformer with a branch for the guide of a larger picture; style LoRAs hold for all of its tokens. */
    public GuidedTransformer guided(HierarchicalLora lora) {
        var weights = transformerWeights();
        var config = transformerConfig(weights);
        var adapted = loras.beside(weights, lora.file(), lora.scale());
        var picture = switch (lora.scope()) {
            case GUIDE -> transformer();
            case IMAGE -> new Flux1Transformer(config, weights, adapted);
        };
        return new GuidedTransformer(picture, new GuideBranch(config, adapted));
    }

    private Weights transformerWeights() {
        if (transformerWeights.isEmpty()) {
            transformerWeights = Optional.of(loras.apply(parts.weights(Part.TRANSFORMER)));
        }
        return transformerWeights.get();
    }

    private Flux1Config transformerConfig(Weights weights) {
        return givenConfig
                .or(() -> parts.config(Part.TRANSFORMER).map(Flux1Config::of))
                .orElseGet(() -> Flux1Config.of(weights));
    }

    public ClipTextEncoder clip() {
        if (clip.isEmpty()) {
            var config = parts.config(Part.CLIP).map(ClipConfig::of).orElse(ClipConfig.PUBLISHED);
            clip = Optional.of(new ClipTextEncoder(config, parts.weights(Part.CLIP)));
        }
        return clip.get();
    }

    public T5Encoder t5() {
        if (t5.isEmpty()) {
            var config = parts.config(Part.T5).map(T5Config::of).orElse(T5Config.PUBLISHED);
            t5 = Optional.of(new T5Encoder(config, parts.weights(Part.T5)));
        }
        return t5.get();
    }

    public VaeConfig vaeConfig() {
        return parts.config(Part.VAE).map(VaeConfig::of).orElse(VaeConfig.FLUX1);
    }

    public AutoencoderKL vae() {
        if (vae.isEmpty()) {
            vae = Optional.of(new AutoencoderKL(vaeConfig(), parts.weights(Part.VAE)));
        }
        return vae.get();
    }

    public ClipTokenizer clipTokenizer() {
        if (clipTokenizer.isEmpty()) {
            clipTokenizer = Optional.of(ClipTokenizer.load(parts.tokenizer("tokenizer")));
        }
        return clipTokenizer.get();
    }

    public T5Tokenizer t5Tokenizer() {
        if (t5Tokenizer.isEmpty()) {
            t5Tokenizer = Optional.of(T5Tokenizer.load(parts.tokenizer("tokenizer_2")));
        }
        return t5Tokenizer.get();
    }

    /** What to ask the model for by default. */
    public ModelDefaults defaults() {
        var published = guided() ? ModelDefaults.FLUX1_DEV : ModelDefaults.FLUX1_SCHNELL;
        return parts.defaults().map(json -> ModelDefaults.of(json, published)).orElse(published);
    }

    /** The noise levels of a picture, as the model's scheduler and its defaults have them. */
    public FlowMatchSchedule schedule(int steps, int imageTokens) {
        return scheduler().schedule(steps, imageTokens, defaults().maxMu());
    }

    public SchedulerConfig scheduler() {
        var published = guided() ? SchedulerConfig.FLUX1_DEV : SchedulerConfig.FLUX1_SCHNELL;
        return parts.scheduler().map(SchedulerConfig::from).orElse(published);
    }

    /** How the model makes pictures larger than its own size. */
    public HierarchicalSettings hierarchicalSettings() {
        return hierarchical()
                .map(json -> HierarchicalSettings.of(json, HierarchicalSettings.FLUX1))
                .orElse(HierarchicalSettings.FLUX1);
    }

    /** The file of the hierarchical LoRA that belongs to the model, where its {@code mural.json} names one. */
    public Optional<Path> hierarchicalLora() {
        return hierarchical()
                .filter(json -> json.has("lora"))
                .map(json -> parts.place().resolve(json.string("lora")).normalize());
    }

    private Optional<JsonObject> hierarchical() {
        return parts.defaults().filter(json -> json.has("hierarchical")).map(json -> json.object("hierarchical"));
    }

    private boolean guided() {
        return parts.weights(Part.TRANSFORMER).has("time_text_embed.guidance_embedder.linear_1.weight");
    }

    /** The format that noise is drawn in: diffusers draws it in the transformer's own. */
    public DType noiseDtype() {
        return parts.weights(Part.TRANSFORMER).dtype();
    }

    /** Bytes of all parts in their files. */
    public long bytes() {
        long bytes = 0;
        for (var part : List.of(Part.TRANSFORMER, Part.VAE, Part.CLIP, Part.T5)) {
            bytes += parts.weights(part).bytes();
        }
        return bytes;
    }

    /** What of the LoRA files is not applied to this model, one line each. */
    public List<String> notes() {
        transformer();
        return loras.notes(parts.weights(Part.TRANSFORMER));
    }

    /** Runs both text encoders on a prompt. */
    public PromptEmbeds encode(Ops ops, String prompt, int textTokens) {
        var clipTokens = clipTokenizer().encode(prompt, clip().config().maxPositionEmbeddings());
        var t5Tokens = t5Tokenizer().encode(prompt, textTokens);
        var pooled = ops.read(clip().forward(ops, clipTokens.ids()).pooled());
        var hidden = t5().forward(ops, t5Tokens.ids());
        return new PromptEmbeds(ops.read(hidden), hidden.cols(), pooled, clipTokens.truncated(), t5Tokens.truncated());
    }

    @Override
    public void close() {
        loras.close();
        parts.close();
    }
}
