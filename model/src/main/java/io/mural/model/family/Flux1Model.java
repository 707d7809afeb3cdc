package io.mural.model.family;

import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Mask;
import io.mural.model.flux1.CleanTokens;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.model.layers.Beside;
import io.mural.model.request.Conditions;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Tool;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.text.ClipConfig;
import io.mural.model.text.ClipTextEncoder;
import io.mural.model.text.T5Config;
import io.mural.model.text.T5Encoder;
import io.mural.model.token.ClipTokenizer;
import io.mural.model.token.T5Tokenizer;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.KlCodec;
import io.mural.model.vae.LatentCodec;
import io.mural.model.vae.ScaleAndShift;
import io.mural.model.vae.VaeConfig;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.tensor.Shape;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.stream.WeightBlocks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A FLUX.1 model on disk. */
public final class Flux1Model extends ModelOnDisk {
    private static final String EMBEDDER = "x_embedder";

    private final Optional<Flux1Config> givenConfig;
    private final Lazy<Flux1Transformer> transformer = new Lazy<>(() -> transformer(UnaryOperator.identity()));
    private final Lazy<ClipTextEncoder> clip = new Lazy<>(() -> clip(UnaryOperator.identity()));
    private final Lazy<T5Encoder> t5 = new Lazy<>(() -> t5(UnaryOperator.identity()));
    private final Lazy<AutoencoderKL> vae = new Lazy<>(() -> vae(UnaryOperator.identity()));
    private final Lazy<ClipTokenizer> clipTokenizer =
            new Lazy<>(() -> ClipTokenizer.load(parts().tokenizer("tokenizer")));
    private final Lazy<T5Tokenizer> t5Tokenizer = new Lazy<>(() -> T5Tokenizer.load(parts().tokenizer("tokenizer_2")));

    /**
     * @param model a folder in diffusers layout, or a single safetensors file in the original layout
     * @param base for a single file: the folder that has what the file lacks
     */
    public Flux1Model(Path model, Optional<Path> base, List<LoraFile> loras) {
        this(model, base, loras, Optional.empty());
    }

    Flux1Model(Path model, Optional<Path> base, Optional<String> variant, List<LoraFile> loras) {
        super(new ModelParts(model, base, variant), loras, Part.TRANSFORMER, Part.VAE, Part.CLIP, Part.T5);
        this.givenConfig = Optional.empty();
    }

    /** @param config sizes of the transformer, for files that neither come with a config nor have published sizes */
    public Flux1Model(Path model, Optional<Path> base, List<LoraFile> loras, Optional<Flux1Config> config) {
        super(new ModelParts(model, base, Optional.empty()), loras, Part.TRANSFORMER, Part.VAE, Part.CLIP, Part.T5);
        this.givenConfig = config;
    }

    @Override
    public Flux1Transformer transformer() {
        return transformer.get();
    }

    /** The transformer with a branch for the guide of a larger picture; style LoRAs hold for all of its tokens. */
    public GuidedTransformer guidedTransformer(HierarchicalLora lora) {
        var weights = transformerWeights();
        var config = transformerConfig(weights);
        var adapted = beside(lora);
        var picture = switch (lora.scope()) {
            case GUIDE -> transformer();
            case IMAGE -> new Flux1Transformer(config, weights, Optional.of(adapted));
        };
        return new GuidedTransformer(picture, new CleanTokens(config, adapted));
    }

    /** A transformer of its own whose weights {@code change} makes of the model's, such as weights in training. */
    public Flux1Transformer transformer(UnaryOperator<Weights> change) {
        var weights = change.apply(transformerWeights());
        return new Flux1Transformer(transformerConfig(weights), weights);
    }

    /** The transformer with a branch for the guide whose weights {@code change} makes of the model's. */
    public GuidedTransformer guidedTransformer(UnaryOperator<Weights> change) {
        var weights = change.apply(transformerWeights());
        return new GuidedTransformer(transformer(), new CleanTokens(transformerConfig(weights), weights));
    }

    private Flux1Config transformerConfig(Weights weights) {
        var config = givenConfig
                .or(() -> parts().config(Part.TRANSFORMER).map(Flux1Config::of))
                .orElseGet(() -> Flux1Config.of(weights));
        int inputs = weights.shape(EMBEDDER + ".weight").dim(1);
        boolean control = config.tool() == Tool.NONE && inputs == 2 * config.outChannels();
        return control ? config.withInputs(inputs) : config;
    }

    /** A LoRA of FLUX.1 Canny or Depth brings inputs for the control picture. */
    @Override
    Weights widened(Weights weights, Loras adapters) {
        return adapters.widened(weights, EMBEDDER);
    }

    public ClipTextEncoder clip() {
        return clip.get();
    }

    public T5Encoder t5() {
        return t5.get();
    }

    /** A text encoder of its own whose weights {@code change} makes of the model's. */
    public ClipTextEncoder clip(UnaryOperator<Weights> change) {
        return new ClipTextEncoder(clipConfig(), change.apply(parts().weights(Part.CLIP)));
    }

    /** A text encoder of its own whose weights {@code change} makes of the model's. */
    public T5Encoder t5(UnaryOperator<Weights> change) {
        return new T5Encoder(t5Config(), change.apply(parts().weights(Part.T5)));
    }

    /** An autoencoder of its own whose weights {@code change} makes of the model's. */
    public AutoencoderKL vae(UnaryOperator<Weights> change) {
        return new AutoencoderKL(vaeConfig(), change.apply(parts().weights(Part.VAE)));
    }

    private ClipConfig clipConfig() {
        return parts().config(Part.CLIP).map(ClipConfig::of).orElse(ClipConfig.PUBLISHED);
    }

    private T5Config t5Config() {
        return parts().config(Part.T5).map(T5Config::of).orElse(T5Config.PUBLISHED);
    }

    public VaeConfig vaeConfig() {
        return parts().config(Part.VAE).map(VaeConfig::of).orElse(VaeConfig.FLUX1);
    }

    public AutoencoderKL vae() {
        return vae.get();
    }

    public ClipTokenizer clipTokenizer() {
        return clipTokenizer.get();
    }

    public T5Tokenizer t5Tokenizer() {
        return t5Tokenizer.get();
    }

    @Override
    public ModelDefaults defaults() {
        var published = published();
        return parts().defaults().map(json -> ModelDefaults.of(json, published)).orElse(published);
    }

    private ModelDefaults published() {
        return switch (tool()) {
            case FILL -> ModelDefaults.FLUX1_FILL;
            case CONTROL -> parts().isCalled("Depth") ? ModelDefaults.FLUX1_DEPTH : ModelDefaults.FLUX1_CANNY;
            case NONE -> {
                if (parts().isCalled("Kontext")) {
                    yield ModelDefaults.FLUX1_KONTEXT;
                }
                yield takesGuidance() ? ModelDefaults.FLUX1_DEV : ModelDefaults.FLUX1_SCHNELL;
            }
        };
    }

    @Override
    public FlowMatchSchedule schedule(int steps, int imageTokens) {
        return scheduler().schedule(steps, imageTokens, defaults().maxMu());
    }

    public SchedulerConfig scheduler() {
        var published = takesGuidance() ? SchedulerConfig.FLUX1_DEV : SchedulerConfig.FLUX1_SCHNELL;
        return parts().scheduler().map(SchedulerConfig::from).orElse(published);
    }

    @Override
    public HierarchicalSettings hierarchicalSettings() {
        return parts().hierarchical()
                .map(json -> HierarchicalSettings.of(json, HierarchicalSettings.FLUX1))
                .orElse(HierarchicalSettings.FLUX1);
    }

    /** Kontext alone takes one. Nothing in its files tells it from FLUX.1-dev, but its folder's index or name. */
    @Override
    public int mostReferences() {
        return tool() == Tool.NONE && (parts().isCalled("Kontext") || parts().isSingleFile()) ? 1 : 0;
    }

    @Override
    public boolean seesPaintedPicture() {
        return false;
    }

    @Override
    public boolean drawsLatents() {
        return true;
    }

    @Override
    public Tool tool() {
        return transformerConfig(transformerWeights()).tool();
    }

    @Override
    public LatentMask mask(Mask mask) {
        return LatentMask.nearest(mask, vaeConfig().latentChannels());
    }

    @Override
    public boolean takesGuidance() {
        return parts().weights(Part.TRANSFORMER).has("time_text_embed.guidance_embedder.linear_1.weight");
    }

    @Override
    public WeightBlocks textBlocks() {
        var clipWeights = parts().weights(Part.CLIP);
        var t5Weights = parts().weights(Part.T5);
        var blocks = new WeightBlocks(clipWeights.bytes() + t5Weights.bytes());
        for (int i = 0; i < clipWeights.blocks("text_model.encoder.layers"); i++) {
            blocks.add(clipWeights.under("text_model.encoder.layers." + i), "encoder.layers." + i);
        }
        for (int i = 0; i < t5Weights.blocks("encoder.block"); i++) {
            blocks.add(t5Weights.under("encoder.block." + i), "encoder.block." + i);
        }
        return blocks;
    }

    @Override
    public List<TextReader> textReaders(int textTokens) {
        return List.of(
                new TextReader("CLIP", clipTokenizer(), clip().config().maxPositionEmbeddings()),
                new TextReader("T5", t5Tokenizer(), textTokens));
    }

    @Override
    public PromptEmbeds encode(Ops ops, String prompt, int textTokens) {
        var clipTokens = clipTokenizer().encode(prompt, clip().config().maxPositionEmbeddings());
        var t5Tokens = t5Tokenizer().encode(prompt, textTokens);
        var pooled = ops.read(clip().forward(ops, clipTokens.ids()).pooled());
        var hidden = t5().forward(ops, t5Tokens.ids());
        return new PromptEmbeds(ops.read(hidden), hidden.cols(), pooled);
    }

    @Override
    public PromptEmbeds blank(int textTokens) {
        var config = transformer().config();
        int width = config.jointAttentionDim();
        return new PromptEmbeds(new float[textTokens * width], width, new float[config.pooledProjectionDim()]);
    }

    @Override
    public int features() {
        return transformer().config().outChannels();
    }

    @Override
    public int tokenPixels() {
        return 2 * vaeConfig().reduction();
    }

    @Override
    public float[] noise(TorchRandom random, DType dtype, Grid grid) {
        int channels = vaeConfig().latentChannels();
        int height = 2 * grid.height();
        int width = 2 * grid.width();
        var planes = random.noise(dtype, Shape.of(1, channels, height, width));
        return Latents.packPlanes(planes, channels, height, width);
    }

    @Override
    public LatentCodec codec() {
        var config = vaeConfig();
        return new KlCodec(vae(), new ScaleAndShift(config.scalingFactor(), config.shiftFactor()));
    }

    /** Reference tokens stand behind the picture's own, at the same noise level; what is predicted of them is left. */
    @Override
    public Evaluation evaluation(Ops ops, GenerationRequest request, PromptEmbeds embeds, Conditions conditions) {
        var transformer = transformer();
        var context = new Flux1Transformer.Context(
                embeds.tokens(ops),
                embeds.pooled(ops),
                request.sampling().guidance(),
                transformer.positions(ops, embeds.textTokens(), request.grid(), conditions.grids()));
        if (!conditions.references().isEmpty()) {
            var others = conditions.references(ops, features());
            return (on, latents, sigma) -> transformer
                    .forward(on, Beside.tokens(on, latents, others), sigma, context)
                    .rows(0, latents.rows());
        }
        int further = transformer.config().inChannels() - features();
        if (further == 0) {
            return (on, latents, sigma) -> transformer.forward(on, latents, sigma, context);
        }
        var channels = ops.tensor(conditions.channels(), request.grid().tokens(), further);
        return (on, latents, sigma) -> transformer.forward(on, Beside.features(on, latents, channels), sigma, context);
    }

    @Override
    public GuidedModel guided(HierarchicalLora lora) {
        return guided(guidedTransformer(lora));
    }

    @Override
    public GuidedModel guidedWithoutLora() {
        var weights = transformerWeights();
        return guided(new GuidedTransformer(transformer(), new CleanTokens(transformerConfig(weights), weights)));
    }

    private static GuidedModel guided(GuidedTransformer guided) {
        return (ops, scene, settings, embeds, memory) -> {
            var context =
                    guided.context(ops, scene, embeds.tokens(ops), embeds.pooled(ops), settings.guidance(), memory);
            return (on, latents, sigma) -> guided.transformer().forward(on, latents, sigma, context);
        };
    }
}
