package io.mural.model.family;

import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Mask;
import io.mural.model.flux2.CleanTokens;
import io.mural.model.flux2.CleanTokens.Raster;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.flux2.Flux2Transformer;
import io.mural.model.flux2.GuidedTransformer;
import io.mural.model.layers.Beside;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.Conditions;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Tool;
import io.mural.model.sampling.EmpiricalShift;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.SchedulerConfig;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.text.Qwen3Config;
import io.mural.model.text.Qwen3Encoder;
import io.mural.model.token.QwenTokenizer;
import io.mural.model.vae.AutoencoderKLFlux2;
import io.mural.model.vae.KlCodec;
import io.mural.model.vae.LatentCodec;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Shape;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.stream.WeightBlocks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A FLUX.2 klein model on disk. */
public final class Flux2Model extends ModelOnDisk {
    /** Reference i stands at time 10 + 10 i, the picture at 0. */
    private static final int REFERENCE_TIME = 10;

    /** As the published model is documented. */
    private static final int MOST_REFERENCES = 10;

    private final Optional<Flux2Config> givenConfig;
    private final Lazy<Flux2Transformer> transformer = new Lazy<>(() -> transformer(UnaryOperator.identity()));
    private final Lazy<AutoencoderKLFlux2> vae = new Lazy<>(this::loadVae);
    private final Lazy<Qwen3Encoder> textEncoder = new Lazy<>(() -> textEncoder(textOutputs()));
    private final Lazy<QwenTokenizer> tokenizer = new Lazy<>(() -> QwenTokenizer.load(parts().tokenizer("tokenizer")));

    /**
     * @param model a folder in diffusers layout, or a single safetensors file in the original layout
     * @param base for a single file: the folder that has what the file lacks
     */
    public Flux2Model(Path model, Optional<Path> base, List<LoraFile> loras) {
        this(model, base, loras, Optional.empty());
    }

    Flux2Model(Path model, Optional<Path> base, Optional<String> variant, List<LoraFile> loras) {
        super(new ModelParts(model, base, variant), loras, Part.FLUX2_TRANSFORMER, Part.VAE, Part.QWEN3);
        this.givenConfig = Optional.empty();
    }

    /** @param config sizes of the transformer, for files that neither come with a config nor have published sizes */
    public Flux2Model(Path model, Optional<Path> base, List<LoraFile> loras, Optional<Flux2Config> config) {
        super(new ModelParts(model, base, Optional.empty()), loras, Part.FLUX2_TRANSFORMER, Part.VAE, Part.QWEN3);
        this.givenConfig = config;
    }

    @Override
    public Flux2Transformer transformer() {
        return transformer.get();
    }

    /** The transformer with a branch for the guide of a larger picture; style LoRAs hold for all of its tokens. */
    public GuidedTransformer guidedTransformer(HierarchicalLora lora) {
        var weights = transformerWeights();
        var config = transformerConfig(weights);
        var adapted = beside(lora);
        var picture = switch (lora.scope()) {
            case GUIDE -> transformer();
            case IMAGE -> new Flux2Transformer(config, weights, Optional.of(adapted));
        };
        return new GuidedTransformer(picture, new CleanTokens(config, adapted));
    }

    /** A transformer of its own whose weights {@code change} makes of the model's, such as weights in training. */
    public Flux2Transformer transformer(UnaryOperator<Weights> change) {
        var weights = change.apply(transformerWeights());
        return new Flux2Transformer(transformerConfig(weights), weights);
    }

    /** The transformer with a branch for the guide whose weights {@code change} makes of the model's. */
    public GuidedTransformer guidedTransformer(UnaryOperator<Weights> change) {
        var weights = change.apply(transformerWeights());
        return new GuidedTransformer(transformer(), new CleanTokens(transformerConfig(weights), weights));
    }

    private Flux2Config transformerConfig(Weights weights) {
        return givenConfig
                .or(() -> parts().config(Part.FLUX2_TRANSFORMER).map(Flux2Config::of))
                .orElseGet(() -> Flux2Config.of(weights));
    }

    private Qwen3Encoder textEncoder() {
        return textEncoder.get();
    }

    /** The layers of the text encoder whose hidden states the transformer takes side by side. */
    public List<Integer> textOutputs() {
        return textLayers().orElseGet(() -> textConfig().quarters());
    }

    /** @param outputs the layers whose hidden states are taken */
    public Qwen3Encoder textEncoder(List<Integer> outputs) {
        return new Qwen3Encoder(textConfig(), outputs, parts().weights(Part.QWEN3));
    }

    private Qwen3Config textConfig() {
        return parts().config(Part.QWEN3)
                .map(Qwen3Config::of)
                .orElseThrow(
                        () -> new InputException(
                                parts().weights(Part.QWEN3).source()
                                        + " holds a text encoder without its config.json; give a model folder that has it by `base`"));
    }

    /** What {@code mural.json} says for a model that was trained on other layers than klein's. */
    private Optional<List<Integer>> textLayers() {
        return parts().defaults()
                .filter(json -> json.has("text_layers"))
                .map(json -> Arrays.stream(json.integers("text_layers")).boxed().toList());
    }

    private AutoencoderKLFlux2 loadVae() {
        var weights = parts().weights(Part.VAE);
        return parts().config(Part.VAE)
                .map(json -> AutoencoderKLFlux2.of(json, weights))
                .orElseGet(() -> AutoencoderKLFlux2.published(weights));
    }

    public AutoencoderKLFlux2 vae() {
        return vae.get();
    }

    private QwenTokenizer tokenizer() {
        return tokenizer.get();
    }

    @Override
    public ModelDefaults defaults() {
        var published = takesGuidance()
                ? ModelDefaults.FLUX2_DEV
                : distilled() ? ModelDefaults.FLUX2_KLEIN : ModelDefaults.FLUX2_KLEIN_BASE;
        return parts().defaults().map(json -> ModelDefaults.of(json, published)).orElse(published);
    }

    /** Whether the model was distilled to few steps without classifier-free guidance. */
    private boolean distilled() {
        return parts().index().map(json -> json.bool("is_distilled", false)).orElse(true);
    }

    @Override
    public FlowMatchSchedule schedule(int steps, int imageTokens) {
        var config = parts().scheduler().map(SchedulerConfig::from).orElse(SchedulerConfig.FLUX2);
        return config.dynamic()
                ? FlowMatchSchedule.dynamic(
                        steps,
                        Math.min(
                                EmpiricalShift.mu(imageTokens, steps),
                                defaults().maxMu()))
                : FlowMatchSchedule.fixed(steps, config.shift());
    }

    @Override
    public HierarchicalSettings hierarchicalSettings() {
        var published = distilled() ? HierarchicalSettings.FLUX2_KLEIN : HierarchicalSettings.FLUX2_KLEIN_BASE;
        return parts().hierarchical()
                .map(json -> HierarchicalSettings.of(json, published))
                .orElse(published);
    }

    @Override
    public boolean takesGuidance() {
        return parts().weights(Part.FLUX2_TRANSFORMER).has("time_guidance_embed.guidance_embedder.linear_1.weight");
    }

    @Override
    public int mostReferences() {
        return MOST_REFERENCES;
    }

    @Override
    public boolean seesPaintedPicture() {
        return true;
    }

    @Override
    public boolean drawsLatents() {
        return false;
    }

    @Override
    public Tool tool() {
        return Tool.NONE;
    }

    @Override
    public LatentMask mask(Mask mask) {
        return LatentMask.bilinear(mask, features());
    }

    @Override
    public WeightBlocks textBlocks() {
        var qwen = parts().weights(Part.QWEN3);
        var blocks = new WeightBlocks(qwen.bytes());
        for (int i = 0; i < textEncoder().layers(); i++) {
            blocks.add(qwen.under("model.layers." + i), "layers." + i);
        }
        return blocks;
    }

    @Override
    public List<TextReader> textReaders(int textTokens) {
        return List.of(new TextReader("Qwen3", tokenizer(), textTokens));
    }

    @Override
    public PromptEmbeds encode(Ops ops, String prompt, int textTokens) {
        var tokens = tokenizer().encode(prompt, textTokens);
        var hidden = textEncoder().forward(ops, tokens.ids(), tokens.used());
        return new PromptEmbeds(ops.read(hidden), hidden.cols(), new float[0]);
    }

    @Override
    public PromptEmbeds blank(int textTokens) {
        int width = transformer().config().jointAttentionDim();
        return new PromptEmbeds(new float[textTokens * width], width, new float[0]);
    }

    @Override
    public int features() {
        return transformer().config().inChannels();
    }

    @Override
    public int tokenPixels() {
        return 2 * vae().config().reduction();
    }

    /** Diffusers draws whole tokens, [features, grid.height(), grid.width()]. */
    @Override
    public float[] noise(TorchRandom random, DType dtype, Grid grid) {
        var planes = random.noise(dtype, Shape.of(1, features(), grid.height(), grid.width()));
        return Latents.tokens(planes, features());
    }

    @Override
    public LatentCodec codec() {
        return new KlCodec(vae().kl(), vae().statistics());
    }

    @Override
    public Evaluation evaluation(Ops ops, GenerationRequest request, PromptEmbeds embeds, Conditions conditions) {
        return switch (conditions.references().isEmpty() ? Editing.References.EACH_STEP : conditions.memory()) {
            case EACH_STEP -> beside(ops, request, embeds, conditions);
            case ONCE -> once(ops, request, embeds, conditions);
        };
    }

    /** Reference tokens stand behind the picture's own, at the same noise level; what is predicted of them is left. */
    private Evaluation beside(Ops ops, GenerationRequest request, PromptEmbeds embeds, Conditions conditions) {
        var transformer = transformer();
        var txt = embeds.tokens(ops);
        var rope = transformer.positions(ops, txt.rows(), request.grid(), rasters(conditions.grids()));
        var context = new Flux2Transformer.Context(txt, request.sampling().guidance(), rope);
        if (conditions.references().isEmpty()) {
            return (on, latents, sigma) -> transformer.forward(on, latents, sigma, context);
        }
        var others = conditions.references(ops, features());
        return (on, latents, sigma) -> transformer
                .forward(on, Beside.tokens(on, latents, others), sigma, context)
                .rows(0, latents.rows());
    }

    /** References see only themselves, so that their keys and values are made once for all steps. */
    private Evaluation once(Ops ops, GenerationRequest request, PromptEmbeds embeds, Conditions conditions) {
        var transformer = transformer();
        var txt = embeds.tokens(ops);
        var weights = transformerWeights();
        var branch = new CleanTokens(transformerConfig(weights), weights);
        int tokens = conditions.referenceTokens();
        double guidance = request.sampling().guidance();
        var given = new CleanTokens.Given(
                conditions.references(ops, features()),
                guidance,
                branch.positions(ops, rasters(conditions.grids()), 1),
                AttentionLayout.dense(tokens, tokens));
        var context = new Flux2Transformer.Context(
                txt,
                guidance,
                transformer.positions(ops, txt.rows(), request.grid(), List.of()),
                branch.keys(ops, given, OutsideMemory.KEEP));
        return (on, latents, sigma) -> transformer.forward(on, latents, sigma, context);
    }

    private static List<Raster> rasters(List<Grid> references) {
        var rasters = new ArrayList<Raster>();
        for (var grid : references) {
            int time = REFERENCE_TIME + REFERENCE_TIME * rasters.size();
            rasters.add(new Raster(time, grid.height(), grid.width(), 1));
        }
        return rasters;
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
            var context = guided.context(ops, scene, embeds.tokens(ops), settings.guidance(), memory);
            return (on, latents, sigma) -> guided.transformer().forward(on, latents, sigma, context);
        };
    }
}
