package io.mural.model.flux1;

import io.mural.model.layers.Outside;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.layers.OutsidePass;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Clean tokens beside the picture's, which see only themselves, at timestep 0, with the image stream's weights: the
 * smaller picture of the hierarchical method (arXiv 2510.16325), whose weights have a LoRA of their own.
 */
public final class CleanTokens {
    /** The end of the way from noise to picture. */
    private static final double CLEAN = 0;

    private final Flux1Config config;
    private final Linear xEmbedder;
    private final Conditioning timeTextEmbed;
    private final List<ModulatedStream> streams = new ArrayList<>();

    /** @param weights the transformer's, with the hierarchical LoRA beside them */
    public CleanTokens(Flux1Config config, Weights weights) {
        this.config = config;
        xEmbedder = weights.linear("x_embedder", config.inChannels(), config.hidden());
        timeTextEmbed = Conditioning.load(weights.under("time_text_embed"), config);
        for (int i = 0; i < config.numLayers(); i++) {
            streams.add(DoubleStream.image(weights.under(JointBlock.doubleName(i)), config));
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            streams.add(SingleStream.load(weights.under(JointBlock.singleName(i)), config));
        }
    }

    /**
     * What the branch is given.
     *
     * @param latents [tokens, inChannels], in raster order
     * @param pooled [1, pooledProjectionDim], as for the picture
     * @param guidance the distilled guidance scale, as for the picture
     * @param rope positions of the tokens
     * @param layout of the tokens among themselves
     */
    public record Given(Tensor latents, Tensor pooled, double guidance, Rope rope, AttentionLayout layout) {}

    /** Positions of a raster of guide tokens, {@code ratio} of the picture's tokens apart. */
    public Rope positions(Ops ops, int gridHeight, int gridWidth, int ratio, double ntkFactor) {
        var ids = new int[gridHeight * gridWidth][3];
        for (int i = 0; i < ids.length; i++) {
            ids[i][1] = i / gridWidth * ratio;
            ids[i][2] = i % gridWidth * ratio;
        }
        return config.positions(ntkFactor).table(ops, ids);
    }

    /** Keys and values for every block, as tensors of the current unit. */
    public Outside keys(Ops ops, Given given, OutsideMemory memory) {
        var conditioning = timeTextEmbed.forward(ops, CLEAN, given.guidance(), given.pooled());
        var blocks = streams.stream()
                .<OutsidePass.Block>map(stream -> (on, x) -> stream.pass(on, x, conditioning, given.rope()))
                .toList();
        return OutsidePass.of(ops, given.latents(), xEmbedder, blocks, given.layout(), memory);
    }
}
