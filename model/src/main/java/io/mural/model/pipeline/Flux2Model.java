package io.mural.model.pipeline;

import io.mural.model.flux2.CleanBranch;
import io.mural.model.flux2.Flux2Config;
import io.mural.model.flux2.Flux2Transformer;
import io.mural.model.flux2.GuidedTransformer;
import io.mural.model.text.Qwen3Config;
import io.mural.model.text.Qwen3Encoder;
import io.mural.model.vae.AutoencoderKLFlux2;
import io.mural.weights.KeyStyles.Part;
import io.mural.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A FLUX.2 model on disk: its parts are read when first needed and stay mapped until it is closed. Not for several
 * threads at once.
 */
public final class Flux2Model implements AutoCloseable {
    private final ModelParts parts;
    private final Loras loras;
    private final Optional<Flux2Config> givenConfig;
    private Optional<Weights> transformerWeights = Optional.empty();
    private Optional<Flux2Transformer> transformer = Optional.empty();
    private Optional<AutoencoderKLFlux2> vae = Optional.empty();

    /**
     * @param model a folder in diffusers layout, or a single safetensors file in the original layout
     * @param base for a single file: the folder that has what the file lacks
     */
    public Flux2Model(Path model, Optional<Path> base, List<LoraFile> loras) {
        this(model, base, loras, Optional.empty());
    }

    /** @param config sizes of the transformer, for files that neither come with a config nor have published sizes */
    public Flux2Model(Path model, Optional<Path> base, List<LoraFile> loras, Optional<Flux2Config> config) {
        this.parts = new ModelParts(model, base);
        this.loras = new Loras(loras);
        this.givenConfig = config;
    }

    public Flux2Transformer transformer() {
        if (transformer.isEmpty()) {
            var weights = transformerWeights();
            transformer = Optional.of(new Flux2Transformer(transformerConfig(weights), weights));
        }
        return transformer.get();
    }

    /** @param outputs the layers whose hidden states are taken */
    public Qwen3Encoder textEncoder(List<Integer> outputs) {
        var weights = parts.weights(Part.QWEN3);
        var config = parts.config(Part.QWEN3).map(Qwen3Config::of).orElseThrow();
        return new Qwen3Encoder(config, outputs, weights);
    }

    public AutoencoderKLFlux2 vae() {
        if (vae.isEmpty()) {
            var weights = parts.weights(Part.VAE);
            vae = Optional.of(parts.config(Part.VAE)
                    .map(json -> AutoencoderKLFlux2.of(json, weights))
                    .orElseGet(() -> AutoencoderKLFlux2.published(weights)));
        }
        return vae.get();
    }

    /** The transformer with a branch for the guide of a larger picture; style LoRAs hold for all of its tokens. */
    public GuidedTransformer guided(HierarchicalLora lora) {
        var weights = transformerWeights();
        var config = transformerConfig(weights);
        var adapted = loras.beside(weights, lora.file(), lora.scale());
        var picture = switch (lora.scope()) {
            case GUIDE -> transformer();
            case IMAGE -> new Flux2Transformer(config, weights, adapted);
        };
        return new GuidedTransformer(picture, new CleanBranch(config, adapted));
    }

    private Weights transformerWeights() {
        if (transformerWeights.isEmpty()) {
            transformerWeights = Optional.of(loras.apply(parts.weights(Part.FLUX2_TRANSFORMER)));
        }
        return transformerWeights.get();
    }

    private Flux2Config transformerConfig(Weights weights) {
        return givenConfig
                .or(() -> parts.config(Part.FLUX2_TRANSFORMER).map(Flux2Config::of))
                .orElseGet(() -> Flux2Config.of(weights));
    }

    @Override
    public void close() {
        loras.close();
        parts.close();
    }
}
