package io.mural.model.family;

import io.mural.model.edit.LatentMask;
import io.mural.model.edit.Mask;
import io.mural.model.request.Conditions;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.LoraFile;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Tool;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.vae.LatentCodec;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.weights.stream.WeightBlocks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model on disk that makes pictures from prompts: what the stages of a picture ask of it, whatever its family. Its
 * parts are read when first needed and stay mapped until it is closed. Not for several threads at once.
 */
public interface PictureModel extends AutoCloseable {
    /**
     * Opens a model. This is the one place that chooses by the family.
     *
     * @param model a folder in diffusers layout, or a single safetensors file in the original layout
     * @param base for a single file: the folder that has what the file lacks
     */
    static PictureModel open(Path model, Optional<Path> base, List<LoraFile> loras) {
        return open(model, base, Optional.empty(), loras);
    }

    /**
     * As the other.
     *
     * @param variant of a folder's weights, such as {@code fp16}; empty for the plain ones
     */
    static PictureModel open(Path model, Optional<Path> base, Optional<String> variant, List<LoraFile> loras) {
        return switch (Architecture.of(model)) {
            case FLUX1 -> new Flux1Model(model, base, variant, loras);
            case FLUX2 -> new Flux2Model(model, base, variant, loras);
        };
    }

    /** What to ask the model for by default. */
    ModelDefaults defaults();

    /** The noise levels of a picture, as the model's scheduler and its defaults have them. */
    FlowMatchSchedule schedule(int steps, int imageTokens);

    /** The noise levels of a picture. */
    default FlowMatchSchedule schedule(GenerationRequest request) {
        return schedule(request.sampling().steps(), request.grid().tokens());
    }

    /** Side of the square of pixels that a latent token covers: sizes of pictures are multiples of it. */
    int tokenPixels();

    /** The tokens of a picture; {@link io.mural.tensor.InputException} for a size the model cannot make. */
    default Grid grid(int pixelWidth, int pixelHeight) {
        return Grid.of(pixelWidth, pixelHeight, tokenPixels());
    }

    /** The tokens of a picture of the model's own size. */
    default Grid nativeGrid() {
        return grid(defaults().width(), defaults().height());
    }

    /** How the model makes pictures larger than its own size. */
    HierarchicalSettings hierarchicalSettings();

    /** The file of the hierarchical LoRA that belongs to the model, where its {@code mural.json} names one. */
    Optional<Path> hierarchicalLora();

    /** Whether the transformer was distilled with a guidance scale, which it then takes. */
    boolean takesGuidance();

    /** Whether pictures can be made after reference pictures. */
    default boolean takesReferences() {
        return mostReferences() > 0;
    }

    /** How many reference pictures it takes. */
    int mostReferences();

    /** The format that noise is drawn in by default: the transformer's own. */
    DType noiseDtype();

    /** Bytes of all parts in their files. */
    long bytes();

    /** What tells the weights of all parts from others: checksums of their headers and of samples of every tensor. */
    String fingerprint();

    /** The weights of the text encoders, by the units that use them. */
    WeightBlocks textBlocks();

    /** The weights of the transformer, by the units that use them. */
    WeightBlocks transformerBlocks();

    /** Bytes of the copies of weights that merged LoRAs will take beside the files. */
    long mergedBytes();

    /**
     * Applies the LoRAs that the model was opened with, which copies the weights that merged ones change. Otherwise this
     * happens when the transformer is first needed.
     *
     * @return what of their files is not applied to this model, one line each
     */
    List<String> applyLoras();

    /** The text encoders a prompt goes through, asked for {@code textTokens} where their length is a choice. */
    List<TextReader> textReaders(int textTokens);

    /** Runs the text encoders on a prompt. */
    PromptEmbeds encode(Ops ops, String prompt, int textTokens);

    /** Embeddings without content, for planning. */
    PromptEmbeds blank(int textTokens);

    /** Features of a latent token. */
    int features();

    /** Tokens [grid.tokens(), features] of the noise that a seed gives, in raster order. */
    default float[] noise(long seed, DType dtype, Grid grid) {
        return noise(new TorchRandom(seed), dtype, grid);
    }

    /** As the other, from what a generator draws next. */
    float[] noise(TorchRandom random, DType dtype, Grid grid);

    /** Whether latents of a picture to start from are drawn, as the model's pipelines do; others take the mean. */
    boolean drawsLatents();

    /** What the model sees beside noise and text. */
    Tool tool();

    /** Whether a picture that is painted in is its own first reference, as the model's pipelines have it. */
    boolean seesPaintedPicture();

    /** How it takes a mask for its latents, [tokens, features]. */
    LatentMask mask(Mask mask);

    /** Between pictures and latent tokens. */
    LatentCodec codec();

    /** The transformer for a picture made at once and a prompt; its tensors are of the current unit. */
    Evaluation evaluation(Ops ops, GenerationRequest request, PromptEmbeds embeds, Conditions conditions);

    /** As the other, with nothing beside noise and text. */
    default Evaluation evaluation(Ops ops, GenerationRequest request, PromptEmbeds embeds) {
        return evaluation(ops, request, embeds, Conditions.NONE);
    }

    /** The model with the LoRA that teaches it to look at a guide. */
    GuidedModel guided(HierarchicalLora lora);

    /** As {@link #guided}, for planning: guide tokens go through the model's own weights. */
    GuidedModel guidedWithoutLora();

    @Override
    void close();
}
